"""Packets that cannot be are refused."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from tests.translate.evaluate.scenario import packet
from translate import IPVersion
from translate.evaluate import Packet, State, Translation
from translate.exceptions import InvalidPacket

V4, OTHER, V6 = ip_address("10.0.0.1"), ip_address("10.0.0.2"), ip_address("fd00::1")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"protocol": 256}, "protocol must be 0 to 255, not 256"),
        ({"sport": 65536}, "sport must be 0 to 65535, not 65536"),
        ({"dport": -1}, "dport must be 0 to 65535, not -1"),
        ({"mark": 1 << 32}, "mark must be 0 to 4294967295"),
        ({"tos": 256}, "tos must be 0 to 255"),
        ({"destination": V6}, "10.0.0.1 and fd00::1 differ in IP version"),
        (
            {"state": State.ESTABLISHED, "flow": Translation(source=V6)},
            "10.0.0.1 and fd00::1 differ in IP version",
        ),
        ({"protocol": 1, "sport": 1}, "sport needs a protocol with ports, not icmp"),
        ({"icmp_type": 8}, "icmp_type needs protocol 1, not udp"),
        ({"protocol": 58, "icmp_code": 0}, "icmp_code needs protocol 1, not ipv6-icmp"),
        ({"tcp_flags": 2}, "tcp_flags needs protocol 6, not udp"),
        ({"in_interface": "a b"}, "in_interface: interface name 'a b' holds ' '"),
        ({"out_interface": ""}, "out_interface: an interface name cannot be empty"),
        ({"flow": Translation()}, "state NEW has no flow yet; only ESTABLISHED and RELATED have"),
        ({"mac_source": "2:42"}, "mac_source must read like '02:42:ac:11:00:02', not '2:42'"),
        ({"link_type": "host"}, "link_type must be unicast, broadcast or multicast, not 'host'"),
    ],
)
def test_refused(fields: dict[str, Any], message: str) -> None:
    given = {"source": V4, "destination": OTHER, "protocol": 17, **fields}
    with pytest.raises(InvalidPacket) as caught:
        Packet(**given)
    assert message in str(caught.value)


def test_a_translation_has_real_ports() -> None:
    with pytest.raises(InvalidPacket, match="translation: sport must be 0 to 65535, not 70000"):
        Translation(sport=70000)


def test_the_version_is_that_of_the_addresses() -> None:
    assert packet("10.0.0.1", "10.0.0.2").version is IPVersion.V4
    assert packet("fd00::1", "fd00::2").version is IPVersion.V6


def test_a_later_fragment_has_no_ports() -> None:
    assert packet("10.0.0.1", "10.0.0.2").has_ports
    assert not packet("10.0.0.1", "10.0.0.2", fragment=True).has_ports
    assert not packet("10.0.0.1", "10.0.0.2", protocol=1).has_ports


def test_what_a_translation_changed() -> None:
    before = packet("10.0.0.1", "10.0.0.2")
    after = before.with_source(OTHER, None).with_destination(None, 80)
    assert Translation.between(before, after) == Translation(source=OTHER, dport=80)
    assert Translation.between(before, before) is None
