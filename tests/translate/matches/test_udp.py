"""``-m udp``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, port_ranges, whole_rules
from translate import Negatable, Rule
from translate.matches.udp import Udp
from translate.protocols import UDP

_WRAPS = "iptables reads it modulo 65536"

CASES = ExtensionCases(
    name="udp",
    saves=(
        Case("-p udp --dport 53", "-p udp -m udp --dport 53"),
        Case("-p udp -m udp"),
        Case("-p 17 -m udp --sport 1:", "-p udp -m udp --sport 1:65535"),
        Case("-p udp --sport :7", "-p udp -m udp --sport 0:7"),
        Case("-p udp --dport :", "-p udp -m udp"),
        Case("-p udp --dport 5:5", "-p udp -m udp --dport 5"),
        Case("-p udp ! --sport 7 --dport domain", "-p udp -m udp ! --sport 7 --dport 53"),
        # getaddrinfo(3) is asked: services of any protocol, decimal numbers only.
        Case("-p udp --dport http", "-p udp -m udp --dport 80"),
        Case("-p udp --dport 010", "-p udp -m udp --dport 10"),
        Case("-p udp --dport ' +53'", "-p udp -m udp --dport 53"),
        Case(
            "-p udp ! --dport :",
            "-p udp -m udp ! --dport 0:65535",
            oracle=False,
            reason="iptables-save loses this option, though the kernel heeds it",
        ),
    ),
    refused=(
        Refusal("-m udp --dport 53", match="needs -p udp"),
        Refusal("-p udp --dport 0x35", match="invalid port '0x35'"),
        Refusal("-p udp --dport 1:2:3", match="invalid port '2:3'"),
        Refusal("-p udp --dport 1 --destination-port 2", match="only once"),
        Refusal("-p udp --dport 65536", match="65535", oracle=False, reason=_WRAPS),
        Refusal("-p udp --dport ''", match="invalid port ''", oracle=False, reason="it reads 0"),
        Refusal("-p udp --dport 7:5", match="7 is above 5", oracle=False, reason="never matches"),
    ),
    native=(
        Native("-p udp --dport 53"),
        Native("-p udp ! --sport 1:1023 -j ACCEPT"),
        Native(
            "-p udp -m udp",
            expected="meta l4proto udp",
            reason="iptables-translate loses the protocol",
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(
        st.builds(
            Udp,
            sport=st.none() | negatable(port_ranges()),
            dport=st.none() | negatable(port_ranges()),
        ),
        protocol=Negatable(UDP),
    )
