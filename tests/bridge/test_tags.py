"""What is noted with rules, and how much of it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest

import translate
from nfcore.bridge import GatewayMode, MadeBy, NetworkSpec, PublishedPort
from nfcore.bridge._tags import (
    TAG_BYTES,
    network_tags,
    port_tag,
    read_network_tags,
    read_port_tag,
)
from nfcore.exceptions import InvalidInput, Untranslatable
from translate import IPVersion

FRONT = NetworkSpec(
    name="shop_front",
    bridge="br0",
    subnet_v4=IPv4Network("172.18.0.0/16"),
    gateway_v4=IPv4Address("172.18.0.1"),
)
LARGE = replace(
    FRONT,
    subnet_v6=IPv6Network("fd12:3456:789a:bcde:f012:3456:789a:0/112"),
    gateway_v6=IPv6Address("fd12:3456:789a:bcde:f012:3456:789a:1"),
    masquerade=False,
    gateway_mode_v4=GatewayMode.ROUTED,
    gateway_mode_v6=GatewayMode.ROUTED,
    host_ipv4=IPv4Address("198.51.100.200"),
    host_ipv6=IPv6Address("2001:db8:1111:2222:3333:4444:5555:6666"),
    host_binding_ipv4=IPv4Address("198.51.100.201"),
)


def test_a_tag_reads_well() -> None:
    assert network_tags(FRONT, MadeBy.APPLY) == ("shop_front apply v4=172.18.0.0/16+1", None)


def test_what_does_not_fit_goes_with_a_second_rule() -> None:
    first, second = network_tags(LARGE, MadeBy.APPLY)
    assert first is not None
    assert second is not None
    assert max(len(first), len(second)) <= TAG_BYTES
    assert read_network_tags([first, second], bridge="br0", icc=True) == (LARGE, MadeBy.APPLY)
    assert read_network_tags([first], bridge="br0", icc=True) is None
    assert read_network_tags([second], bridge="br0", icc=True) is None


def test_a_name_that_does_not_fit_is_refused_with_the_number_of_bytes() -> None:
    with pytest.raises(
        InvalidInput,
        match=r"^network n{100}: its name is 6 bytes too long for the comments of its rules, where "
        r"the kernel keeps it: take a shorter one$",
    ):
        network_tags(replace(FRONT, name="n" * 100), MadeBy.HAND)
    assert network_tags(replace(FRONT, name="n" * 94), MadeBy.HAND).second is None


def test_a_tag_fills_a_comment_and_no_more() -> None:
    rule = translate.parse(["-j", "ACCEPT"], version=IPVersion.V4, chain="FORWARD")
    assert translate.to_nft(rule, tag="t" * TAG_BYTES).comment is not None
    with pytest.raises(Untranslatable):
        translate.to_nft(rule, tag="t" * (TAG_BYTES + 1))


def test_ports_are_noted_with_their_host_side() -> None:
    v4 = PublishedPort(address=IPv4Address("172.18.0.2"), port=80, host_port=8080)
    v6 = PublishedPort(
        address=IPv6Address("fd00::2"), port=80, host_port=8080, host_address=IPv6Address("::1")
    )
    bound = replace(v4, host_address=IPv4Address("127.0.0.1"))
    for port, tag in ((v4, "port=8080"), (v6, "port=[::1]:8080"), (bound, "port=127.0.0.1:8080")):
        assert port_tag(port) == tag
        assert read_port_tag(tag) == (port.host_address, 8080)
    for other in ("port=", "port=x:80", "port=1.2.3.4:", "other", None):
        assert read_port_tag(other) is None
