"""IPv4 packets to the host itself, named for what is in them."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address

__all__ = ["PACKETS", "udp_packet"]

_ICMP, _TCP, _UDP, _DCCP, _ESP, _AH, _IPCOMP, _SCTP, _UDPLITE = 1, 6, 17, 33, 50, 51, 108, 132, 136
_LOCAL = IPv4Address("127.0.0.1")
_INIT, _DATA, _SACK, _ABORT = 1, 0, 3, 6
_CRC32C = 0x82F63B78


def _checksum(data: bytes) -> bytes:
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)


def _packet(
    protocol: int, payload: bytes, *, tos: int = 0, ttl: int = 64, source: IPv4Address = _LOCAL
) -> bytes:
    length = 20 + len(payload)
    head = struct.pack("!BBHHHBBH", 0x45, tos, length, 1, 0, ttl, protocol, 0)
    head += source.packed + _LOCAL.packed
    return head[:10] + _checksum(head) + head[12:] + payload


def _tcp(*, source: int = 1000, to: int = 80, flags: int = 2, options: bytes = b"") -> bytes:
    options += bytes(-len(options) % 4)
    words = 5 + len(options) // 4
    head = struct.pack("!HHIIBBHHH", source, to, 1, 0, words << 4, flags, 100, 0, 0) + options
    sum_ = _checksum(_LOCAL.packed * 2 + struct.pack("!BBH", 0, _TCP, len(head)) + head)
    return _packet(_TCP, head[:16] + sum_ + head[18:])


def _udp(source: int = 1000, to: int = 53, data: bytes = b"abcd") -> bytes:
    return struct.pack("!HHHH", source, to, 8 + len(data), 0) + data


def _icmp(kind: int, code: int = 0) -> bytes:
    head = struct.pack("!BBH", kind, code, 0) + bytes(8)
    return _packet(_ICMP, head[:2] + _checksum(head) + head[4:])


def _chunk(kind: int, *, flags: int = 0, data: bytes = bytes(16)) -> bytes:
    return struct.pack("!BBH", kind, flags, 4 + len(data)) + data


def _sctp(*chunks: bytes) -> bytes:
    """With the checksum of RFC 4960: the kernel drops it otherwise."""
    crc = 0xFFFFFFFF
    head, body = struct.pack("!HHI", 1000, 80, 1), b"".join(chunks)
    for byte in head + bytes(4) + body:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_CRC32C if crc & 1 else 0)
    return _packet(_SCTP, head + struct.pack("<I", crc ^ 0xFFFFFFFF) + body)


def _dccp(kind: int) -> bytes:
    extended = kind << 1 | 1
    head = struct.pack("!HHBBHBBHI", 1000, 80, 6, 0, 0, extended, 0, 0, 1)
    return _packet(_DCCP, head + bytes(16))


def _ah(spi: int) -> bytes:
    return struct.pack("!BBHII", _UDP, 4, 0, spi, 1) + bytes(12) + _udp()


def udp_packet(*, to: int = 53, source: str = "127.0.0.1") -> bytes:
    """A datagram to 127.0.0.1."""
    return _packet(_UDP, _udp(to=to), source=IPv4Address(source))


_OPTIONS = {
    "a segment size": b"\x02\x04\x05\xb4",
    "a small segment size": b"\x02\x04\x00\x64",
    "time stamps": b"\x08\x0a" + bytes(8),
    "option 23": b"\x17\x04\x00\x00",
}
PACKETS = {
    **{f"tcp flags {flags:#04x}": _tcp(flags=flags) for flags in (0, 2, 4, 0x12, 0x29, 0x3F, 0xC2)},
    **{f"tcp with {name}": _tcp(options=options) for name, options in _OPTIONS.items()},
    **{
        f"tcp {source} to {to}": _tcp(source=source, to=to)
        for source, to in ((80, 80), (85, 1), (1, 85), (90, 91), (0, 65535), (100, 5))
    },
    **{
        f"icmp {kind}/{code}": _icmp(kind, code)
        for kind, code in ((0, 0), (3, 0), (3, 3), (8, 0), (8, 1), (200, 7), (255, 0))
    },
    **{
        f"tos {tos:#04x}": _packet(_UDP, _udp(), tos=tos)
        for tos in (1, 2, 3, 0x10, 0x14, 0x1F, 0x88, 0xB8, 0xFF)
    },
    **{f"ttl {ttl}": _packet(_UDP, _udp(), ttl=ttl) for ttl in (2, 3, 4, 255)},
    **{f"{size} bytes": _packet(_UDP, _udp(data=bytes(size - 28))) for size in (40, 100, 500)},
    **{f"from {source}": udp_packet(source=source) for source in ("127.0.0.9", "127.9.0.1")},
    **{f"udp to {to}": udp_packet(to=to) for to in (80, 85)},
    "udplite to 85": _packet(_UDPLITE, _udp(to=85)),
    "esp 500": _packet(_ESP, struct.pack("!II", 500, 1) + bytes(16)),
    "esp 7": _packet(_ESP, struct.pack("!II", 7, 1) + bytes(16)),
    "ah 500": _packet(_AH, _ah(500)),
    "ah 7": _packet(_AH, _ah(7)),
    "ipcomp 18": _packet(_IPCOMP, struct.pack("!BBH", _UDP, 0, 18) + bytes(8)),
    "ipcomp 4": _packet(_IPCOMP, struct.pack("!BBH", _UDP, 1, 4) + bytes(8)),
    "sctp init": _sctp(_chunk(_INIT)),
    "sctp data": _sctp(_chunk(_DATA, flags=3)),
    "sctp data with no flags": _sctp(_chunk(_DATA)),
    "sctp sack, data": _sctp(_chunk(_SACK), _chunk(_DATA, flags=3)),
    "sctp abort": _sctp(_chunk(_ABORT)),
    "sctp abort with T": _sctp(_chunk(_ABORT, flags=1)),
    **{f"dccp type {kind}": _dccp(kind) for kind in (0, 2, 3)},
}
