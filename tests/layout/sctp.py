"""The first packet of an SCTP association, made by hand: this needs no SCTP in the kernel.

RFC 9260: the common header (3.1), the INIT chunk (3.3.2), and the checksum CRC32c (appendix A).
"""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["crc32c", "init_packet", "init_tag"]

_POLYNOMIAL: Final = 0x82F63B78
_INIT: Final = 1
_HEADER: Final = struct.Struct("!HHI")
_CHUNK: Final = struct.Struct("!BBHIIHHI")
_WINDOW: Final = 65535
_STREAMS: Final = 1
_LENGTH: Final = 12 + _CHUNK.size


def _entry(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE: Final = tuple(_entry(value) for value in range(256))


def crc32c(data: bytes) -> int:
    """CRC32c of some bytes."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def init_packet(*, sport: int, dport: int, tag: int) -> bytes:
    """A packet with an INIT chunk.

    Args:
        sport: the source port.
        dport: the destination port.
        tag: the initiate tag, not 0.
    """
    header = _HEADER.pack(sport, dport, 0)
    chunk = _CHUNK.pack(_INIT, 0, _CHUNK.size, tag, _WINDOW, _STREAMS, _STREAMS, tag)
    return header + _checksum(header, chunk) + chunk


def init_tag(packet: bytes) -> int | None:
    """The initiate tag of an INIT; None in any other packet, or where the checksum is wrong."""
    header, checksum, chunk = packet[:8], packet[8:12], packet[12:]
    if len(packet) != _LENGTH or chunk[0] != _INIT or checksum != _checksum(header, chunk):
        return None
    tag: int = _CHUNK.unpack(chunk)[3]
    return tag


def _checksum(header: bytes, chunk: bytes) -> bytes:
    """In the order of bytes that CRC32c is sent in: the least first."""
    return struct.pack("<I", crc32c(header + b"\0\0\0\0" + chunk))
