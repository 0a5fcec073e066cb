"""MARK, CONNMARK, TTL, HL, TOS, DSCP, ECN, TCPOPTSTRIP and others that go on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.evaluate.scenario import HOST, forwarded, packet, ruleset
from translate import IPVersion
from translate.evaluate import Outcome, Packet, State, walk

TCP: dict[str, Any] = {"protocol": 6, "sport": 1, "dport": 2}


def after(target: str, **fields: Any) -> Packet:
    """A packet that a target has seen, before it was forwarded."""
    way = forwarded(f"*mangle\n-A PREROUTING -j {target}\n-A PREROUTING -j DROP", **fields)
    assert str(way.decided_by).startswith("mangle PREROUTING rule 2")
    assert way.uncertain == ()
    return way.packet


@pytest.mark.parametrize(
    ("target", "mark"),
    [
        ("MARK --set-mark 5", 5),
        ("MARK --set-mark 5/0xf", 0x35),
        ("MARK --set-xmark 5/0xf0", 0x06),
        ("MARK --and-mark 1", 1),
        ("MARK --or-mark 0x40", 0x73),
        ("MARK --xor-mark 0x3", 0x30),
        ("CONNMARK --restore-mark", 0x0C),
        ("CONNMARK --restore-mark --nfmask 0xf --ctmask 0x4", 0x34),
        ("CONNMARK --restore-mark --left-shift-mark 4", 0xC0),
    ],
)
def test_marks(target: str, mark: int) -> None:
    assert after(target, mark=0x33, connmark=0x0C).mark == mark


@pytest.mark.parametrize(
    ("target", "mark"),
    [
        ("CONNMARK --set-mark 5", 5),
        ("CONNMARK --set-xmark 5/0xf0", 0x09),
        ("CONNMARK --save-mark", 0x33),
        ("CONNMARK --save-mark --nfmask 0x3 --ctmask 0xff", 0x03),
        ("CONNMARK --save-mark --right-shift-mark 4", 0x03),
    ],
)
def test_marks_of_flows(target: str, mark: int) -> None:
    assert after(target, mark=0x33, connmark=0x0C).connmark == mark
    assert after(target, mark=0x33, connmark=0x0C, state=State.INVALID).connmark == 0x0C


@pytest.mark.parametrize(
    ("target", "fields", "changed"),
    [
        ("TTL --ttl-set 9", {}, {"ttl": 9}),
        ("TTL --ttl-inc 9", {"ttl": 250}, {"ttl": 255}),
        ("TTL --ttl-dec 9", {"ttl": 5}, {"ttl": 0}),
        ("TTL --ttl-dec 9", {}, {"ttl": None}),
        ("TOS --set-tos 0x10/0x3c", {"tos": 0xC7}, {"tos": 0xD3}),
        ("TOS --set-tos 0x10/0x3c", {}, {"tos": None}),
        ("TOS --set-tos 0x10/0xff", {}, {"tos": 0x10}),
        ("DSCP --set-dscp 46", {"tos": 0x03}, {"tos": 0xBB}),
        ("ECN --ecn-ip-ect 0", {"tos": 0xBB}, {"tos": 0xB8}),
        ("ECN --ecn-ip-ect 0", {}, {"tos": None}),
    ],
)
def test_headers(target: str, fields: dict[str, Any], changed: dict[str, Any]) -> None:
    left = after(target, **fields)
    assert {name: getattr(left, name) for name in changed} == changed


def test_hop_limit() -> None:
    rules = ruleset("*mangle\n-A PREROUTING -j HL --hl-set 1", IPVersion.V6)
    way = walk(packet("fd00:1::2", "2001:db8::9", in_interface="br1"), rules, HOST)
    assert way.outcome is Outcome.EXPIRED


def test_ecn_flags() -> None:
    rules = "*mangle\n-A PREROUTING -p tcp -j ECN --ecn-tcp-remove"
    assert forwarded(rules, **TCP, tcp_flags=0xC2).packet.tcp_flags == 0x02
    assert forwarded(rules, **TCP).packet.tcp_flags is None


def test_tcp_options() -> None:
    rules = "*mangle\n-A PREROUTING -p tcp -j TCPOPTSTRIP --strip-options mss"
    stripped = forwarded(rules, **TCP, tcp_options=frozenset({2, 4}))
    assert stripped.packet.tcp_options == frozenset({1, 4})
    assert forwarded(rules, **TCP, tcp_options=frozenset({4})).packet.tcp_options == frozenset({4})
    assert forwarded(rules, **TCP).packet.tcp_options is None


@pytest.mark.parametrize(
    "target",
    [
        "CHECKSUM --checksum-fill",
        "LOG",
        "NFLOG",
        "TEE --gateway 1.1.1.1",
    ],
)
def test_without_effect(target: str) -> None:
    assert after(target).mark == 0


@pytest.mark.parametrize(
    ("words", "outcome", "doubts"),
    [
        ("-j NFQUEUE --queue-num 1", Outcome.QUEUE, 0),
        ("-j SET --add-set s src", Outcome.ACCEPT, 0),
        ("-j SET --map-set s src --map-mark", Outcome.ACCEPT, 1),
    ],
)
def test_others(words: str, outcome: Outcome, doubts: int) -> None:
    way = forwarded(f"*mangle\n-A FORWARD {words}")
    assert (way.outcome, len(way.uncertain)) == (outcome, doubts)


@pytest.mark.parametrize("words", ["REJECT", "REJECT --reject-with icmp-host-prohibited"])
def test_reject(words: str) -> None:
    assert forwarded(f"*filter\n-A FORWARD -j {words}").outcome is Outcome.REJECT
