"""Values as the kernel holds them."""

from __future__ import annotations

import pytest

from nfcore.executor.elements._values import NotPlainError, Values
from nfcore.operations import ElementValue, KeyType


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("ifname", "br0", b"br0" + bytes(13)),
        ("ifname", "br-0123456789ab", b"br-0123456789ab\0"),
        ("ipv4_addr", "10.0.0.2", b"\x0a\0\0\x02"),
        ("ipv6_addr", "fd00::2", b"\xfd" + bytes(14) + b"\x02"),
        ("inet_proto", 132, b"\x84\0\0\0"),
        ("inet_service", 80, b"\0\x50\0\0"),
    ],
)
def test_values_fill_registers(kind: KeyType, value: ElementValue, expected: bytes) -> None:
    values = Values()
    assert values.of(kind)[value] == expected
    assert values.of(kind)[value] is values.of(kind)[value]


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
        Values().of(kind)[value]
