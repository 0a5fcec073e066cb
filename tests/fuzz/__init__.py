"""What must hold for any input at all: shared by hypothesis (in the tests) and atheris (make fuzz).

``python -m tests.fuzz --seconds 600`` runs every target for its share of that time, as root, in a
network namespace of its own.
"""
