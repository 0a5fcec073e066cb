"""-m iprange, length, ttl, hl, tos, dscp, ecn, mac, pkttype, mark, connmark, comment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.evaluate.matches.decided import decided
from tests.translate.evaluate.scenario import HOST, packet, ruleset
from translate.evaluate import Outcome, State, walk


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("--src-range 10.0.1.1-10.0.1.2", True),
        ("--src-range 10.0.1.3-10.0.1.9", False),
        ("! --src-range 10.0.1.3-10.0.1.9 --dst-range 10.0.2.2-10.0.2.9", True),
        ("--src-range 10.0.1.1-10.0.1.2 ! --dst-range 10.0.0.0-10.9.0.0", False),
    ],
)
def test_iprange(words: str, matches: bool) -> None:
    assert decided(f"-m iprange {words}") is matches


@pytest.mark.parametrize(
    ("words", "fields", "matches"),
    [
        ("-m length --length 100", {"length": 100}, True),
        ("-m length --length 100:200", {"length": 99}, False),
        ("-m length ! --length 100:200", {"length": 99}, True),
        ("-m length --length 100", {}, None),
        ("-m ttl --ttl-eq 64", {"ttl": 64}, True),
        ("-m ttl ! --ttl-eq 64", {"ttl": 64}, False),
        ("-m ttl --ttl-lt 64", {"ttl": 63}, True),
        ("-m ttl --ttl-gt 64", {"ttl": 64}, False),
        ("-m ttl --ttl-gt 64", {}, None),
        ("-m tos --tos 0x10/0x1c", {"tos": 0x13}, True),
        ("-m tos ! --tos 0x10/0x1c", {"tos": 0x17}, True),
        ("-m tos --tos 0x10", {}, None),
        ("-m dscp --dscp 46", {"tos": 0xB9}, True),
        ("-m dscp ! --dscp 46", {"tos": 0xB9}, False),
        ("-m dscp --dscp 46", {}, None),
        ("-m ecn --ecn-ip-ect 1", {"tos": 0xB9}, True),
        ("-m ecn ! --ecn-ip-ect 1", {"tos": 0x00}, True),
        ("-m ecn --ecn-ip-ect 1", {}, None),
        ("-m mark --mark 3/1", {"mark": 3}, False),
        ("-m mark --mark 1/1", {"mark": 3}, True),
        ("-m mark ! --mark 1", {"mark": 3}, True),
        ("-m mark --mark 0", {}, True),
        ("-m connmark --mark 4", {"connmark": 4}, True),
        ("-m connmark ! --mark 4", {"connmark": 4}, False),
        ("-m connmark ! --mark 4", {"state": State.UNTRACKED}, False),
        ("-m mac --mac-source 02:42:00:00:00:01", {"mac_source": "02:42:00:00:00:01"}, True),
        ("-m mac ! --mac-source 02:42:00:00:00:01", {"mac_source": "02:42:00:00:00:01"}, False),
        ("-m mac --mac-source 02:42:00:00:00:01", {}, None),
        ("-m pkttype --pkt-type unicast", {}, True),
        ("-m pkttype --pkt-type broadcast", {"destination": "10.0.1.255"}, True),
        ("-m pkttype --pkt-type broadcast", {"destination": "10.0.2.255"}, False),
        ("-m pkttype --pkt-type multicast", {"destination": "224.0.0.1"}, True),
        ("-m pkttype --pkt-type multicast", {"link_type": "multicast"}, True),
        ("-m pkttype ! --pkt-type broadcast", {}, True),
        ("-m comment --comment free", {}, True),
    ],
)
def test_fields(words: str, fields: dict[str, Any], matches: bool | None) -> None:
    assert decided(words, **fields) is matches


@pytest.mark.parametrize(("words", "matches"), [("--hl-eq 64", True), ("--hl-lt 64", False)])
def test_hop_limit(words: str, matches: bool) -> None:
    way: dict[str, Any] = {"source": "fd00:1::2", "destination": "2001:db8::2"}
    assert decided(f"-m hl {words}", **way, ttl=64) is matches


@pytest.mark.parametrize(
    ("words", "flags", "matches"),
    [
        ("--ecn-tcp-ece", 0x40, True),
        ("--ecn-tcp-ece ! --ecn-tcp-cwr", 0x40, True),
        ("--ecn-tcp-cwr", 0x40, False),
        ("--ecn-tcp-cwr", None, None),
    ],
)
def test_ecn_in_tcp(words: str, flags: int | None, matches: bool | None) -> None:
    fields: dict[str, Any] = {"protocol": 6, "sport": 1, "dport": 2, "tcp_flags": flags}
    assert decided(f"-p tcp -m ecn {words}", **fields) is matches


def test_no_ethernet_on_the_loopback_and_frames_of_one_s_own_are_unicast() -> None:
    rules = ruleset(
        """
        *mangle
        -A INPUT -m mac ! --mac-source 02:42:00:00:00:01 -j DROP
        *filter
        -A OUTPUT -m pkttype ! --pkt-type unicast -j DROP
        """
    )
    assert walk(packet("10.0.1.1", "192.0.2.1"), rules, HOST).outcome is Outcome.ACCEPT
