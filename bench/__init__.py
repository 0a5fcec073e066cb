"""Measures nfcore beside every other way of programming the same firewall: ``python -m bench``.

Every way ("peer") runs in a process and a network namespace of its own; they take turns, so that
whatever disturbs the machine disturbs them all. Absolute times differ from machine to machine:
only ratios within one run mean something.
"""
