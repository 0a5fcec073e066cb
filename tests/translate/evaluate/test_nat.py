"""Address translation: once per side, with what follows from it for the rules after."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address
from typing import Any

import pytest

from tests.translate.evaluate.scenario import (
    HOST,
    forwarded,
    names,
    packet,
    received,
    ruleset,
    sent,
)
from translate import IPVersion
from translate.evaluate import Environment, Hook, Outcome, Route, Status, Translation, Walk, walk


def translation(**fields: Any) -> Translation:
    for side in ("source", "destination"):
        if side in fields:
            fields[side] = ip_address(fields[side])
    return Translation(**fields)


def test_a_published_port_is_forwarded() -> None:
    rules = ruleset(
        """
        *nat
        -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 10.0.2.2:5353
        *filter
        :FORWARD DROP
        -A FORWARD -o br2 -p udp --dport 5353 -m conntrack --ctstate DNAT -j ACCEPT
        """
    )
    way = walk(packet("192.0.2.9", "192.0.2.1", in_interface="eth0"), rules, HOST)
    assert way.outcome is Outcome.ACCEPT
    assert way.translation == translation(destination="10.0.2.2", dport=5353)
    assert way.packet.status == {Status.DNAT}
    assert way.hooks == (Hook.PREROUTING, Hook.FORWARD, Hook.POSTROUTING)


def test_dnat_to_where_it_goes_anyway_is_none() -> None:
    way = received("*nat\n-A PREROUTING -j DNAT --to-destination 192.0.2.1")
    assert (way.translation, way.packet.status) == (None, frozenset())


def test_accept_in_nat_ends_nat_only() -> None:
    way = received(
        """
        *nat
        -A PREROUTING -j ACCEPT
        -A PREROUTING -j DNAT --to-destination 10.0.2.2
        *filter
        -A INPUT -j DROP
        """
    )
    assert names(way) == ["nat PREROUTING rule 1", "filter INPUT rule 1"]


def test_output_is_routed_again_but_its_rules_see_the_first_interface() -> None:
    rules = ruleset(
        """
        *nat
        -A OUTPUT -m addrtype --dst-type LOCAL -j DNAT --to-destination 10.0.2.2
        *filter
        -A OUTPUT -o lo -d 10.0.2.2
        *mangle
        -A POSTROUTING -o br2
        """
    )
    way = walk(packet("192.0.2.1", "192.0.2.1"), rules, HOST)
    assert names(way) == [
        "nat OUTPUT rule 1",
        "filter OUTPUT rule 1",
        "mangle POSTROUTING rule 1",
    ]
    assert way.packet.out_interface == "br2"


def test_output_may_lose_its_route() -> None:
    way = sent("*nat\n-A OUTPUT -j DNAT --to-destination 203.0.113.1")
    assert (way.outcome, way.decided_by) == (Outcome.UNROUTABLE, None)


def test_a_mark_in_output_may_lead_elsewhere() -> None:
    def by_mark(packet_: Any) -> Route:
        return Route(interface="tun0" if packet_.mark == 7 else "eth0")

    host = Environment.of({"eth0": ["192.0.2.1/24"]}, route=by_mark)
    rules = ruleset("*mangle\n-A OUTPUT -j MARK --set-mark 7")
    way = walk(packet("192.0.2.1", "192.0.2.9"), rules, host)
    assert way.packet.out_interface == "tun0"


def test_redirect() -> None:
    way = forwarded("*nat\n-A PREROUTING -p udp -j REDIRECT --to-ports 5353")
    assert way.hooks == (Hook.PREROUTING, Hook.INPUT)
    assert way.translation == translation(destination="10.0.1.1", dport=5353)
    own = sent("*nat\n-A OUTPUT -j REDIRECT")
    assert own.translation == translation(destination="127.0.0.1")
    assert own.hooks[-1] is Hook.INPUT


def test_redirect_where_the_interface_has_no_address() -> None:
    bare = Environment.of({"br1": []})
    rules = ruleset("*nat\n-A PREROUTING -j REDIRECT")
    way = walk(packet("10.0.1.2", "10.0.2.2", in_interface="br1"), rules, bare)
    assert way.outcome is Outcome.DROP


@pytest.mark.parametrize(
    ("destination", "source"), [("192.0.2.9", "192.0.2.1"), ("10.0.2.9", "10.0.2.1")]
)
def test_masquerade(destination: str, source: str) -> None:
    rules = ruleset("*nat\n-A POSTROUTING -s 10.0.1.0/24 ! -o br1 -j MASQUERADE")
    way = walk(packet("10.0.1.2", destination, in_interface="br1"), rules, HOST)
    assert way.translation == translation(source=source)
    assert way.packet.status == {Status.SNAT}


def test_masquerade_without_an_address() -> None:
    bare = Environment.of({}, route=lambda _: Route(interface="eth0"))
    rules = ruleset("*nat\n-A POSTROUTING -j MASQUERADE")
    way = walk(packet("10.0.1.2", "10.0.2.2", in_interface="br1"), rules, bare)
    assert way.outcome is Outcome.DROP


def test_who_has_no_address_yet_is_not_masqueraded() -> None:
    rules = ruleset("*nat\n-A POSTROUTING -j MASQUERADE")
    nobody = str(IPv4Address(0))
    way = walk(packet(nobody, "192.0.2.9"), rules, HOST)
    assert (way.outcome, way.translation) == (Outcome.ACCEPT, None)


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ("PREROUTING", translation(destination="198.51.2.2")),
        ("POSTROUTING", translation(source="198.51.1.2")),
    ],
)
def test_netmap(chain: str, expected: Translation) -> None:
    rules = ruleset(f"*nat\n-A {chain} -j NETMAP --to 198.51.0.0/16")
    host = Environment.of({}, route=lambda _: Route(interface="eth0"))
    way = walk(packet("10.0.1.2", "10.0.2.2", in_interface="br1"), rules, host)
    assert way.translation == expected


def test_netmap_of_version_6() -> None:
    rules = ruleset("*nat\n-A POSTROUTING -j NETMAP --to 2001:db8:1::/64", IPVersion.V6)
    way = walk(packet("fd00:1::5", "2001:db8::9", in_interface="br1"), rules, HOST)
    assert way.translation == translation(source="2001:db8:1::5")


def port_of(way: Walk) -> tuple[int | None, int | None, int]:
    return way.packet.sport, way.packet.dport, len(way.uncertain)


@pytest.mark.parametrize(
    ("to", "dport", "doubts"),
    [
        ("10.0.2.2", 53, 0),
        ("10.0.2.2:80", 80, 0),
        ("10.0.2.2:50-60", 53, 0),
        ("10.0.2.2:80-90", 80, 0),
        ("10.0.2.2:80-90/50", 83, 0),
        ("10.0.2.2:80-81/50", 81, 0),
        ("10.0.2.2:50-60 --random", 50, 1),
        ("10.0.2.2 --random", 53, 0),
        ("10.0.2.2-10.0.2.9", 53, 1),
        (":80", 80, 0),
    ],
)
def test_ports_of_dnat(to: str, dport: int, doubts: int) -> None:
    way = received(f"*nat\n-A PREROUTING -p udp -j DNAT --to-destination {to}")
    assert port_of(way) == (40000, dport, doubts)


@pytest.mark.parametrize(
    ("target", "sport", "doubts"),
    [
        ("SNAT --to-source 192.0.2.1", 40000, 0),
        ("SNAT --to-source 192.0.2.1:1024", 1024, 0),
        ("SNAT --to-source 192.0.2.1:40000-50000", 40000, 0),
        ("SNAT --to-source 192.0.2.1:1024-2048", 1024, 1),
        ("SNAT --to-source 192.0.2.1 --random", 40000, 1),
        ("SNAT --to-source 192.0.2.1-192.0.2.4", 40000, 1),
        ("MASQUERADE --to-ports 1024", 1024, 0),
        ("MASQUERADE --random", 40000, 1),
    ],
)
def test_ports_of_snat(target: str, sport: int, doubts: int) -> None:
    way = forwarded(f"*nat\n-A POSTROUTING -p udp -j {target}")
    assert port_of(way) == (sport, 53, doubts)
    assert all(doubt.about == "effect" for doubt in way.uncertain)


def test_a_port_that_is_not_given() -> None:
    one = forwarded("*nat\n-A POSTROUTING -p udp -j SNAT --to-source 192.0.2.1:99", sport=None)
    assert port_of(one) == (99, 53, 0)
    some = forwarded("*nat\n-A POSTROUTING -p udp -j SNAT --to-source 192.0.2.1:5-9", sport=None)
    assert port_of(some) == (5, 53, 1)
    shifted = received("*nat\n-A PREROUTING -p udp -j DNAT --to-destination :5-9/1", dport=None)
    assert port_of(shifted) == (40000, 5, 1)


def test_a_protocol_without_ports_keeps_none() -> None:
    rules = "*nat\n-A POSTROUTING -p icmp -j SNAT --to-source 192.0.2.1:99"
    way = forwarded(rules, protocol=1, icmp_type=8, icmp_code=0)
    assert (way.packet.sport, str(way.packet.source)) == (None, "192.0.2.1")
