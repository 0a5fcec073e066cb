"""Packets sent past iptables' rules and their translations, in a namespace: both count the same."""
