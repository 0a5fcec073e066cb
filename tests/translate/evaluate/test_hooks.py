"""Which hooks and tables a packet comes by, in which order, with which interfaces."""

from __future__ import annotations

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
from translate import TABLE_CHAINS, IPVersion
from translate.evaluate import Hook, Outcome, Step, walk
from translate.exceptions import InvalidPacket

EVERYWHERE = "\n".join(
    f"*{table}\n" + "\n".join(f"-A {chain}" for chain in chains)
    for table, chains in TABLE_CHAINS.items()
)
"""One rule in each built-in chain, which only counts."""


def visited(steps: tuple[Step, ...]) -> list[str]:
    return [f"{s.place.table} {s.place.chain}" for s in steps if s.rule is not None]


def test_a_received_packet() -> None:
    assert visited(received(EVERYWHERE).steps) == [
        "raw PREROUTING",
        "mangle PREROUTING",
        "nat PREROUTING",
        "mangle INPUT",
        "filter INPUT",
        "security INPUT",
        "nat INPUT",
    ]


def test_a_forwarded_packet() -> None:
    assert visited(forwarded(EVERYWHERE).steps) == [
        "raw PREROUTING",
        "mangle PREROUTING",
        "nat PREROUTING",
        "mangle FORWARD",
        "filter FORWARD",
        "security FORWARD",
        "mangle POSTROUTING",
        "nat POSTROUTING",
    ]


def test_a_sent_packet() -> None:
    assert visited(sent(EVERYWHERE).steps) == [
        "raw OUTPUT",
        "mangle OUTPUT",
        "nat OUTPUT",
        "filter OUTPUT",
        "security OUTPUT",
        "mangle POSTROUTING",
        "nat POSTROUTING",
    ]


def test_a_packet_from_the_host_to_itself_is_received_on_the_loopback() -> None:
    way = walk(packet("10.0.1.1", "192.0.2.1"), ruleset(EVERYWHERE), HOST)
    assert way.hooks == (Hook.OUTPUT, Hook.POSTROUTING, Hook.PREROUTING, Hook.INPUT)
    # The flow has its translation by then: nat isn't asked again.
    assert "nat PREROUTING" not in visited(way.steps)
    assert (way.packet.in_interface, way.packet.out_interface) == ("lo", None)


@pytest.mark.parametrize(
    ("chain", "test"),
    [
        ("PREROUTING", "-i br1 ! -o br2"),
        ("INPUT", "! -i br1"),
        ("FORWARD", "-i br1 -o br2"),
        ("POSTROUTING", "-i br1 -o br2"),
    ],
)
def test_interfaces_of_a_forwarded_packet(chain: str, test: str) -> None:
    # In a chain of one's own iptables takes tests for interfaces that the hook may lack.
    way = forwarded(f"*mangle\n:OWN -\n-A {chain} -j OWN\n-A OWN {test} -j DROP")
    assert (way.outcome is Outcome.DROP) is (chain != "INPUT")


@pytest.mark.parametrize(("test", "matches"), [("-i +", True), ("-i b+", False), ("! -i x", True)])
def test_a_hook_without_an_interface_has_an_empty_name(test: str, matches: bool) -> None:
    way = sent(f"*filter\n:OWN -\n-A OUTPUT -j OWN\n-A OWN {test} -j DROP")
    assert (way.outcome is Outcome.DROP) is matches


def test_wildcards() -> None:
    assert forwarded("*filter\n-A FORWARD -i br+ -j DROP").outcome is Outcome.DROP
    assert forwarded("*filter\n-A FORWARD ! -i br+ -j DROP").outcome is Outcome.ACCEPT
    assert forwarded("*filter\n-A FORWARD -i br -j DROP").outcome is Outcome.ACCEPT


def test_a_given_out_interface_overrules_the_route() -> None:
    assert forwarded("*filter\n-A FORWARD -o br9 -j DROP", out_interface="br9").outcome == "DROP"
    same = forwarded("*filter\n-A FORWARD -o br2 -j DROP", out_interface="br2")
    assert same.outcome is Outcome.DROP


def test_without_a_route() -> None:
    stray = packet("10.0.1.2", "203.0.113.1", in_interface="br1")
    way = walk(stray, ruleset(EVERYWHERE), HOST)
    assert (way.outcome, way.hooks, way.decided_by) == (
        Outcome.UNROUTABLE,
        (Hook.PREROUTING,),
        None,
    )
    own = walk(packet("10.0.1.1", "203.0.113.1"), ruleset(EVERYWHERE), HOST)
    assert (own.outcome, own.hooks) == (Outcome.UNROUTABLE, ())


@pytest.mark.parametrize(("ttl", "outcome"), [(2, Outcome.ACCEPT), (1, Outcome.EXPIRED)])
def test_forwarding_costs_one_hop(ttl: int, outcome: Outcome) -> None:
    way = forwarded("*filter\n-A FORWARD -m ttl ! --ttl-eq 1 -j DROP", ttl=ttl)
    assert way.outcome is outcome
    assert way.packet.ttl == 1
    if outcome is Outcome.EXPIRED:
        assert way.decided_by is None


def test_a_broadcast_frame_is_not_forwarded_wherever_it_is_sent_on_to() -> None:
    rules = ruleset("*nat\n-A PREROUTING -j DNAT --to-destination 10.0.2.2")
    way = walk(packet("10.0.1.2", "10.0.1.255", in_interface="br1"), rules, HOST)
    assert (way.outcome, way.decided_by) == (Outcome.DROP, None)
    assert way.hooks == (Hook.PREROUTING,)


def test_what_stops_a_packet_decides() -> None:
    way = forwarded("*filter\n-A FORWARD -j ACCEPT\n*mangle\n-A POSTROUTING -j DROP")
    assert str(way.decided_by) == "mangle POSTROUTING rule 1: -A POSTROUTING -j DROP"
    assert way.outcome is Outcome.DROP


def test_what_lets_a_packet_pass_the_filter_table_decides() -> None:
    way = forwarded("*filter\n:FORWARD DROP\n-A FORWARD -j ACCEPT\n*mangle")
    assert str(way.decided_by) == "filter FORWARD rule 1: -A FORWARD -j ACCEPT"


def test_nothing_is_passed_after_a_drop() -> None:
    way = forwarded("*raw\n-A PREROUTING -j DROP\n*filter\n-A FORWARD")
    assert (way.hooks, names(way)) == ((Hook.PREROUTING,), ["raw PREROUTING rule 1"])


def test_packet_and_rules_must_be_of_one_version() -> None:
    with pytest.raises(InvalidPacket, match="fd00::1 is IPv6, the ruleset IPv4"):
        walk(packet("fd00::1", "fd00::2"), ruleset("*filter"), HOST)


def test_version_6() -> None:
    rules = ruleset("*filter\n-A FORWARD -s fd00:1::/64 -j DROP", IPVersion.V6)
    way = walk(packet("fd00:1::2", "2001:db8::9", in_interface="br1"), rules, HOST)
    assert way.outcome is Outcome.DROP
