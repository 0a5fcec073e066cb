"""``-m tcp``."""

from __future__ import annotations

import functools

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.harness.native import json_unit
from tests.translate.harness.oracles import Oracles
from tests.translate.strategies import negatable, port_ranges, whole_rules
from translate import InvalidRule, Negatable, Opaque, Rule, from_nft, parse, to_nft
from translate.matches.tcp import Tcp, TcpFlags
from translate.protocols import TCP

_LOST = "iptables-save loses this option, though the kernel heeds it"

CASES = ExtensionCases(
    name="tcp",
    saves=(
        Case("-p tcp -m tcp"),
        Case("-p tcp --dport 80", "-p tcp -m tcp --dport 80"),
        Case("-p tcp --destination-port http:https", "-p tcp -m tcp --dport 80:443"),
        Case("-p tcp ! --source-port 0x50 --dp 0120", "-p tcp -m tcp ! --sport 80 --dport 80"),
        Case("-p tcp --sport ssh: --dport :22", "-p tcp -m tcp --sport 22:65535 --dport 0:22"),
        Case("-p tcp --dport 0:", "-p tcp -m tcp"),
        Case("-p tcp --dport=80", "-p tcp -m tcp --dport 80"),
        Case("-p tcp --dport ' +80'", "-p tcp -m tcp --dport 80"),
        Case("-m tcp -p tcp --dport 80", "-p tcp -m tcp --dport 80"),
        Case("-p tcp --syn", "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN"),
        Case("-p tcp ! --syn", "-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN"),
        Case(
            "-p tcp --tcp-flags ALL none",
            "-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE",
        ),
        Case("-p tcp --tcp-flags syn,,ack, SYN", "-p tcp -m tcp --tcp-flags SYN,ACK SYN"),
        Case("-p tcp --tcp-flags NONE NONE", "-p tcp -m tcp"),
        Case("-p tcp -m tcp ! --tcp-flags NONE NONE"),
        Case("-p tcp -m tcp --sport 1 --dport 2 --tcp-option 7 --tcp-flags SYN SYN"),
        Case("-p tcp ! --tcp-option 0x10", "-p tcp -m tcp ! --tcp-option 16"),
        Case(
            "-p tcp ! --dport :",
            "-p tcp -m tcp ! --dport 0:65535",
            oracle=False,
            reason=_LOST,
        ),
        Case(
            "-p tcp --tcp-flags NONE SYN",
            "-p tcp -m tcp --tcp-flags NONE SYN",
            oracle=False,
            reason=_LOST,
        ),
    ),
    refused=(
        Refusal("-m tcp --dport 80", match="needs -p tcp"),
        Refusal("-p udp -m tcp --dport 80", match="needs -p tcp"),
        Refusal("! -p tcp -m tcp --dport 80", match="needs -p tcp"),
        Refusal("-p tcp --dport 65536", match="invalid port '65536'"),
        Refusal("-p tcp --dport tftp", match="the name of a tcp service"),
        Refusal("-p tcp --dport HTTP", match="invalid port 'HTTP'"),
        Refusal("-p tcp --dport 90:80", match="90 is above 80"),
        Refusal("-p tcp --dport 80,443", match="invalid port '80,443'"),
        Refusal("-p tcp --sport 1 --source-port 2", match="only once"),
        Refusal("-p tcp --syn --tcp-flags SYN SYN", match="only once"),
        Refusal("-p tcp --tcp-flags ECE ECE", match="unknown TCP flag 'ECE': FIN, SYN"),
        Refusal("-p tcp --tcp-flags SYN", match="its value is missing"),
        Refusal("-p tcp --tcp-option 0", match="a number from 1 to 255"),
        Refusal("-p tcp --tcp-option 256", match="a number from 1 to 255"),
    ),
    native=(
        Native("-p tcp --dport 80"),
        Native("-p tcp --sport 1:5 ! --dport 80 -j ACCEPT"),
        Native("-p tcp --syn"),
        Native("-p tcp ! --syn --dport 80"),
        Native("-p tcp --tcp-flags SYN,ACK SYN"),
        Native("-p tcp ! --tcp-flags ALL NONE"),
        Native("-p tcp --tcp-option 4"),
        Native("-p tcp --tcp-option 23"),
        Native("-p tcp --dport 80 ! --tcp-option 34"),
        Native(
            "-p tcp -m tcp",
            expected="meta l4proto tcp",
            reason="iptables-translate loses the protocol",
        ),
        Native("-p tcp ! --tcp-option 23"),
        Native(
            "-p tcp ! --dport :",
            expected="tcp dport != 0-65535",
            reason="iptables-translate loses the condition",
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    bits = st.integers(0, 0x3F)
    flags = st.builds(TcpFlags, mask=bits, compare=bits)
    return whole_rules(
        st.builds(
            Tcp,
            sport=st.none() | negatable(port_ranges()),
            dport=st.none() | negatable(port_ranges()),
            option=st.none() | negatable(st.integers(1, 255)),
            flags=st.none()
            # With an empty mask iptables-save prints the option only where it is turned round.
            | negatable(flags).filter(lambda flags: flags.negated or flags.value.mask != 0),
        ),
        protocol=Negatable(TCP),
    )


def test_flags_outside_of_the_header_are_refused() -> None:
    with pytest.raises(InvalidRule, match="tcp flags: mask must be 0 to 0x3f"):
        TcpFlags(mask=0x40, compare=0)


def test_an_option_kind_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidRule, match="tcp option must be 1 to 255, not 0"):
        Tcp(option=Negatable(0))


def test_a_missing_option_is_asked_of_tcp_only(oracles: Oracles) -> None:
    """Of packets of other protocols it is missing, too; nft's listing shows no test for that."""
    guard = {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "tcp"}}
    rule = parse(["-p", "tcp", "!", "--tcp-option", "23"], chain="FORWARD")
    nft = to_nft(rule)
    assert nft.expr[0] == guard
    (loaded,) = oracles.nft.load([json_unit(rule, nft)])
    assert loaded.listed is not None
    (listed,) = loaded.listed.rules
    assert guard not in listed["expr"]
    read = functools.partial(from_nft, version=rule.version, table="filter", chain="FORWARD")
    assert read(listed["expr"], comment=listed["comment"]) == (rule, None)
    foreign, _ = read(listed["expr"])
    assert foreign.matches == (Opaque.of(listed["expr"][0]),)
