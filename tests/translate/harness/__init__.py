"""Runs iptables extensions' cases against the real tools, in network namespaces of its own.

A test module of an extension says what is right (``CASES``) and makes rules (``rules()``);
``tests/translate/test_extensions.py`` finds all of them and compares translate with the oracles.
"""

from tests.translate.harness.cases import Case, ExtensionCases, Native, Refusal

__all__ = ["Case", "ExtensionCases", "Native", "Refusal"]
