"""Writes docs/coverage.md out of the extensions and their tests' cases."""
