"""``-m udp``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, port_ranges, whole_rules
from translate import Negatable, Rule
from translate.matches.udp import Udp
from translate.protocols import UDP

CASES = ExtensionCases(
    name="udp",
    saves=(
        Case("-p udp --dport 53", "-p udp -m udp --dport 53"),
        Case("-p udp -m udp"),
        Case("-p 17 -m udp --sport 1:", "-p udp -m udp --sport 1:65535"),
        Case("-p udp ! --sport 7 --dport 53", "-p udp -m udp ! --sport 7 --dport 53"),
    ),
    refused=(
        Refusal("-m udp --dport 53", match="needs -p udp"),
        Refusal(
            "-p udp --dport 65536",
            match="65536",
            oracle=False,
            reason="iptables 1.8.9 wraps it round to port 0",
        ),
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
