"""IPv6 packets to ::1 with extension headers, named for what is in them."""

from __future__ import annotations

import struct
from ipaddress import IPv6Address

__all__ = ["PACKETS"]

_UDP, _ESP, _AH, _ROUTING, _FRAGMENT, _HOP, _DESTINATION, _NONE = 17, 50, 51, 43, 44, 0, 60, 59


def _packet(next_header: int, payload: bytes) -> bytes:
    source = IPv6Address("::1").packed
    return struct.pack("!IHBB", 6 << 28, len(payload), next_header, 64) + source * 2 + payload


def _udp(length: int = 8) -> bytes:
    return struct.pack("!HHHH", 1234, 9, length, 0) + bytes(length - 8)


def _esp(spi: int = 5) -> bytes:
    return struct.pack("!II", spi, 1) + bytes(16)


def _ah(next_header: int, *, spi: int = 5, units: int = 4, reserved: int = 0) -> bytes:
    head = struct.pack("!BBHII", next_header, units, reserved, spi, 1)
    return head + bytes((units + 2) * 4 - len(head))


def _options(next_header: int, *, units: int = 0) -> bytes:
    length = units * 8 + 4
    # An option that a host must skip which doesn't know it.
    return bytes([next_header, units, 0x1E, length]) + bytes(length)


def _fragment(
    next_header: int, *, offset: int = 0, more: bool = False, reserved: int = 0, flags: int = 0
) -> bytes:
    return struct.pack("!BBHI", next_header, reserved, offset << 3 | flags << 1 | more, 7)


def _routing(kind: int, left: int, fields: bytes, *addresses: str) -> bytes:
    segments = b"".join(IPv6Address(address).packed for address in addresses)
    return bytes([_UDP, 2 * len(addresses), kind, left]) + fields + segments


_ZERO = bytes(4)
_TAGGED = bytes([1, 0, 0, 0])  # the last entry is segment 1

PACKETS = {
    "udp": _packet(_UDP, _udp()),
    "esp": _packet(_ESP, _esp()),
    "ah udp": _packet(_AH, _ah(_UDP) + _udp()),
    "ah with another spi": _packet(_AH, _ah(_UDP, spi=6, units=5) + _udp()),
    "ah reserved": _packet(_AH, _ah(_UDP, reserved=1) + _udp()),
    "hop ah udp": _packet(_HOP, _options(_AH) + _ah(_UDP) + _udp()),
    "hop udp": _packet(_HOP, _options(_UDP) + _udp()),
    "long hop udp": _packet(_HOP, _options(_UDP, units=1) + _udp()),
    "destination udp": _packet(_DESTINATION, _options(_UDP) + _udp()),
    "destination none": _packet(_DESTINATION, _options(_NONE)),
    "none": _packet(_NONE, b""),
    "first fragment": _packet(_FRAGMENT, _fragment(_UDP, more=True) + _udp(16)),
    "last fragment": _packet(_FRAGMENT, _fragment(_UDP, offset=2) + bytes(8)),
    "atomic fragment": _packet(_FRAGMENT, _fragment(_UDP) + _udp()),
    "fragment reserved": _packet(_FRAGMENT, _fragment(_UDP, reserved=1) + _udp()),
    "fragment reserved flags": _packet(_FRAGMENT, _fragment(_UDP, flags=1) + _udp()),
    "destination fragment": _packet(_DESTINATION, _options(_FRAGMENT) + _fragment(_UDP) + _udp()),
    "routing 0": _packet(_ROUTING, _routing(0, 0, _ZERO) + _udp()),
    "routing 0 reserved": _packet(_ROUTING, _routing(0, 0, bytes([0, 0, 0, 1])) + _udp()),
    "routing 0 one": _packet(_ROUTING, _routing(0, 0, _ZERO, "fe80::1") + _udp()),
    "routing 0 two": _packet(_ROUTING, _routing(0, 0, _ZERO, "fe80::1", "fe80::2") + _udp()),
    "routing 0 three": _packet(
        _ROUTING, _routing(0, 0, _ZERO, "fe80::1", "fe80::2", "fe80::3") + _udp()
    ),
    "routing 2": _packet(_ROUTING, _routing(2, 0, _ZERO, "::1") + _udp()),
    "segments 0 left": _packet(_ROUTING, _routing(4, 0, _TAGGED, "a::1", "b::1") + _udp()),
    "segments to c": _packet(_ROUTING, _routing(4, 0, _TAGGED, "c::1", "b::1") + _udp()),
    "segments 1 left": _packet(_ROUTING, _routing(4, 1, _TAGGED, "a::1", "b::1") + _udp()),
}
