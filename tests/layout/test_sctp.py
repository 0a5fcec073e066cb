"""The SCTP packets of the packet laboratory."""

from __future__ import annotations

from tests.layout.sctp import crc32c, init_packet, init_tag


def test_the_checksum_is_crc32c() -> None:
    assert crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32/ISCSI


def test_an_init_is_read_again_and_nothing_else() -> None:
    packet = init_packet(sport=40000, dport=80, tag=7)
    assert init_tag(packet) == 7
    assert init_tag(packet[:-1]) is None
    assert init_tag(b"\0\1" + packet[2:]) is None  # the checksum is no longer right
