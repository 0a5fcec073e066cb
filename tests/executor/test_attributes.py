"""Netlink attributes in bytes from the kernel."""

from __future__ import annotations

import struct

import pytest

from nfcore.executor._nfnetlink import attribute, attributes, payload_of

CHAIN = attribute(2, b"FORWARD\0")
HANDLE = attribute(3, b"\0" * 7 + b"\x2a")
NESTED = attribute(0x8000 | 4, HANDLE)


def test_one_among_many() -> None:
    data = b"header" + CHAIN + HANDLE + NESTED

    assert payload_of(3, data, 6) == dict(attributes(data[6:]))[3] == b"\0" * 7 + b"\x2a"
    assert payload_of(4, data, 6) == HANDLE


def test_what_follows_it_is_not_looked_at() -> None:
    assert payload_of(2, CHAIN + b"\1\0") == b"FORWARD\0"


def test_one_that_is_not_there() -> None:
    with pytest.raises(KeyError, match=r"^3$"):
        payload_of(3, CHAIN + NESTED)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (struct.pack("=HH", 3, 7), r"^an attribute of 3 bytes$"),
        (CHAIN + b"\1", r"^unpack_from requires"),
    ],
)
def test_bytes_that_are_no_attributes(data: bytes, message: str) -> None:
    with pytest.raises(struct.error, match=message):
        payload_of(3, data)
    with pytest.raises(struct.error, match=message):
        [*attributes(data)]
