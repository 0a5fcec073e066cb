"""Values as the kernel holds them."""

from __future__ import annotations

import pytest

from nfcore.executor.elements._values import NotPlainError, comment_bytes, key_bytes, value_bytes
from nfcore.operations import ElementKey, ElementValue, KeyType


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("ifname", "br0", b"br0" + bytes(13)),
        ("ifname", "br-0123456789ab", b"br-0123456789ab\0"),
        ("ipv4_addr", "10.0.0.2", b"\x0a\0\0\x02"),
        ("ipv6_addr", "fd00::2", b"\xfd" + bytes(14) + b"\x02"),
        ("inet_proto", 132, b"\x84"),
        ("inet_service", 80, b"\0\x50"),
    ],
)
def test_single_values(kind: KeyType, value: ElementValue, expected: bytes) -> None:
    assert value_bytes(kind, value) == key_bytes((kind,), (value,)) == expected


def test_parts_of_a_key_begin_at_registers() -> None:
    kinds: tuple[KeyType, ...] = ("ifname", "ipv4_addr", "inet_proto", "inet_service")
    key = key_bytes(kinds, ("br0", "10.0.0.2", 6, 443))
    assert key == b"br0" + bytes(13) + b"\x0a\0\0\x02" + b"\x06\0\0\0" + b"\x01\xbb\0\0"


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("ifname", "a" * 16, "as an interface's name"),
        ("ifname", "", "as an interface's name"),
        ("ifname", "a*", "as an interface's name"),
        ("ifname", "@set", "as an interface's name"),
        ("ifname", "icmp", "as an interface's name"),
        ("ifname", "bü", "as an interface's name"),
        ("ifname", "br0\n", "as an interface's name"),
        ("ifname", 7, "as an interface's name"),
        ("ipv4_addr", "fd00::1", "as an address"),
        ("ipv4_addr", "10.0.0", "as an address"),
        ("ipv4_addr", "localhost", "as an address"),
        ("ipv4_addr", "10.0.0.1\0", "as an address"),
        ("ipv4_addr", 10, "as an address"),
        ("ipv6_addr", "10.0.0.1", "as an address"),
        ("inet_proto", 256, "as a number of 1 bytes"),
        ("inet_service", 65536, "as a number of 2 bytes"),
        ("inet_service", -1, "as a number of 2 bytes"),
        ("inet_service", "http", "as a number of 2 bytes"),
    ],
)
def test_what_is_left_to_libnftables(kind: KeyType, value: ElementValue, message: str) -> None:
    with pytest.raises(NotPlainError, match=message):
        value_bytes(kind, value)


@pytest.mark.parametrize("key", [("a",), ("a", "b", "c"), ()])
def test_as_many_parts_as_types(key: ElementKey) -> None:
    with pytest.raises(NotPlainError, match="as "):
        key_bytes(("ifname", "ifname"), key)


def test_a_comment_is_user_data() -> None:
    assert comment_bytes("ü 1") == b"\0\x05\xc3\xbc 1\0"
    assert comment_bytes("x" * 128) == b"\0\x81" + b"x" * 128 + b"\0"


@pytest.mark.parametrize("comment", ["", "x" * 129, "\ud800"])
def test_comments_that_nft_does_not_take(comment: str) -> None:
    with pytest.raises(NotPlainError, match="as a comment"):
        comment_bytes(comment)
