"""Values that several extensions read and print in the same way."""
