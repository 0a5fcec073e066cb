"""-m tcp, udp, sctp, dccp and multiport."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.evaluate.matches.decided import decided


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("--dport 53", True),
        ("--dport 54", False),
        ("! --dport 53", False),
        ("--dport 50:60", True),
        ("! --dport 50:52", True),
        ("--sport 40000 --dport 53", True),
        ("--sport 1:39999", False),
        ("-m multiport --dports 1,53", True),
        ("-m multiport ! --dports 1,53", False),
        ("-m multiport --dports 50:52", False),
        ("-m multiport --sports 53", False),
        ("-m multiport --ports 53,99", True),
        ("-m multiport --ports 40000", True),
        ("-m multiport ! --ports 1,2", True),
    ],
)
def test_udp(words: str, matches: bool) -> None:
    assert decided(f"-p udp {words}") is matches
    assert decided(f"-p udp {words}", fragment=True) is False


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("--dport 53", None),
        ("--sport 40000", True),
        ("--sport 1 --dport 53", False),
        ("-m multiport --dports 53", None),
        ("-m multiport --ports 40000", True),
        ("-m multiport ! --ports 1", None),
    ],
)
def test_a_port_that_is_not_given(words: str, matches: bool | None) -> None:
    assert decided(f"-p udp {words}", dport=None) is matches


SYN: dict[str, Any] = {"protocol": 6, "sport": 1, "dport": 80, "tcp_flags": 0x02}


@pytest.mark.parametrize(
    ("words", "fields", "matches"),
    [
        ("--syn", {}, True),
        ("! --syn", {}, False),
        ("--syn", {"tcp_flags": 0x12}, False),
        ("--syn", {"tcp_flags": None}, None),
        ("--tcp-flags ALL SYN", {}, True),
        ("--tcp-flags SYN,ACK ACK", {}, False),
        ("--tcp-flags ALL NONE", {"tcp_flags": 0xC0}, True),
        ("--tcp-option 2", {"tcp_options": frozenset({2, 4})}, True),
        ("! --tcp-option 3", {"tcp_options": frozenset({2, 4})}, True),
        ("--tcp-option 2", {}, None),
        ("--dport 81 --tcp-option 2", {}, False),
    ],
)
def test_tcp(words: str, fields: dict[str, Any], matches: bool | None) -> None:
    assert decided(f"-p tcp {words}", **{**SYN, **fields}) is matches


@pytest.mark.parametrize(
    ("protocol", "words", "matches"),
    [
        (132, "-p sctp --dport 80", True),
        (132, "-p sctp --dport 81", False),
        (132, "-p sctp --chunk-types any INIT", None),
        (33, "-p dccp --sport 1", True),
        (33, "-p dccp --dccp-types REQUEST", None),
        (33, "-p dccp --dccp-option 2", None),
    ],
)
def test_sctp_and_dccp(protocol: int, words: str, matches: bool | None) -> None:
    assert decided(words, protocol=protocol, sport=1, dport=80) is matches
