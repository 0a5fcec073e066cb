"""Addresses as text."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfcore.bridge import address_text


@given(st.ip_addresses())
def test_the_text_is_the_address(address: IPv4Address | IPv6Address) -> None:
    assert ip_address(address_text(address)) == address


@pytest.mark.parametrize("text", ["192.0.2.1", "fd00::", "::", "2001:db8:0:1::2"])
def test_the_shortest_form(text: str) -> None:
    assert address_text(ip_address(text)) == text


def test_an_ipv4_address_in_ipv6_is_written_as_nft_does() -> None:
    assert address_text(IPv6Address("::ffff:c000:201")) == "::ffff:192.0.2.1"
