"""``-j REJECT`` of both IP versions."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, IPVersion, Negatable, Rule, from_nft
from translate.protocols import TCP
from translate.targets.reject import Reject
from translate.targets.reject6 import Reject6

V4, V6 = (4,), (6,)
_DEFAULT = "-j REJECT --reject-with icmp-port-unreachable"


def _all(answers: tuple[str, ...], version: tuple[int, ...]) -> tuple[Native, ...]:
    return tuple(
        Native(f"-j REJECT --reject-with {answer}", versions=version) for answer in answers
    )


CASES = ExtensionCases(
    name="REJECT",
    saves=(
        Case("-j REJECT", _DEFAULT, versions=V4),
        Case("-j REJECT", "-j REJECT --reject-with icmp6-port-unreachable", versions=V6),
        Case("-j REJECT --reject-with port-unreach", _DEFAULT, versions=V4),
        Case("-j REJECT --reject-with ICMP-PORT-UNREACHABLE", _DEFAULT, versions=V4),
        Case(
            "-j REJECT --reject-with icmp-",
            "-j REJECT --reject-with icmp-net-unreachable",
            versions=V4,
        ),
        Case(
            "-j REJECT --reject-with h",
            "-j REJECT --reject-with icmp-host-unreachable",
            versions=V4,
        ),
        Case(
            "-j REJECT --reject-with a",
            "-j REJECT --reject-with icmp-admin-prohibited",
            versions=V4,
        ),
        Case("-j REJECT --reject-with icmp-proto-unreachable", versions=V4, chain="USER"),
        Case(
            "-p 6 -j REJECT --reject-with tcp-rst",
            "-p tcp -j REJECT --reject-with tcp-reset",
            versions=V4,
        ),
        Case("-p tcp -j REJECT --reject-with tcp-reset"),
        Case(
            "-j REJECT --reject-with no-route",
            "-j REJECT --reject-with icmp6-no-route",
            versions=V6,
        ),
        Case("-j REJECT --reject-with icmp6-policy-fail", versions=V6),
        Case("-j REJECT --reject-with icmp6-reject-route", versions=V6),
    ),
    refused=(
        Refusal("-j REJECT --reject-with tcp-reset", match="needs -p tcp"),
        Refusal("! -p tcp -j REJECT --reject-with tcp-reset", match="needs -p tcp"),
        Refusal("-p udp -j REJECT --reject-with tcp-reset", match="needs -p tcp"),
        Refusal("-j REJECT --reject-with t", match="needs -p tcp"),
        Refusal("-j REJECT --reject-with foo", match="unknown reject type 'foo'"),
        Refusal("-j REJECT --reject-with icmp6-no-route", match="unknown", versions=V4),
        Refusal("-j REJECT --reject-with icmp-net-unreachable", match="unknown", versions=V6),
        Refusal("-j REJECT", match="only in table filter", table="mangle"),
        Refusal("-j REJECT", match="only in table filter", table="nat", chain="INPUT"),
        Refusal("-j REJECT ! --reject-with tcp-reset", match="'!' is not allowed"),
    ),
    native=(
        Native("-j REJECT"),
        *_all(tuple(answer.name for answer in Reject.answers if answer.nft), V4),
        *_all(tuple(answer.name for answer in Reject6.answers if answer.nft), V6),
        Native("-p tcp -j REJECT --reject-with tcp-reset"),
        Native("-p tcp --dport 113 -j REJECT --reject-with tcp-reset"),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(versions())
    kind = Reject if version is IPVersion.V4 else Reject6
    name = draw(st.sampled_from([answer.name for answer in kind.answers]))
    protocol = Negatable(TCP) if name == "tcp-reset" else None
    return draw(
        whole_rules(
            target=st.just(kind(reject_with=name)), version=st.just(version), protocol=protocol
        )
    )


def test_an_unknown_answer_is_no_value() -> None:
    with pytest.raises(InvalidRule, match="unknown reject type 'no-route'"):
        Reject(reject_with="no-route")


def test_a_reset_implies_tcp_where_nft_leaves_it_out() -> None:
    rule, _ = from_nft(
        [{"reject": {"type": "tcp reset"}}], version=IPVersion.V4, table="filter", chain="INPUT"
    )
    assert rule.protocol == Negatable(TCP)
    assert rule.target == Reject(reject_with="tcp-reset")
