"""firewalld beside Docker's rules: its zone, its policy, and its reloads, over D-Bus."""

from nfcore.firewalld._firewalld import POLICY, ZONE, Firewalld

__all__ = ["POLICY", "ZONE", "Firewalld"]
