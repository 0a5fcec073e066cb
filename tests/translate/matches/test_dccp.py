"""``-m dccp``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, port_ranges, whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.matches.dccp import Dccp
from translate.protocols import DCCP

_TYPES = "REQUEST,RESPONSE,DATA,ACK,DATAACK,CLOSEREQ,CLOSE,RESET,SYNC,SYNCACK,INVALID"

CASES = ExtensionCases(
    name="dccp",
    saves=(
        Case("-p dccp -m dccp"),
        Case("-p dccp --sport 80:90 ! --dport 5", "-p dccp -m dccp --sport 80:90 ! --dport 5"),
        Case("-p dccp --dport :", "-p dccp -m dccp --dport 0:65535"),
        Case("-p dccp --dport http:010000", "-p dccp -m dccp --dport 80:10000"),
        Case(f"-p dccp -m dccp --dccp-types {_TYPES}"),
        Case("-p dccp --dccp-types sync,ACK,,ack", "-p dccp -m dccp --dccp-types ACK,SYNC"),
        Case("-p dccp -m dccp ! --dccp-types INVALID"),
        Case("-p dccp ! --dccp-option 0x10", "-p dccp -m dccp ! --dccp-option 16"),
        Case("-p dccp -m dccp --sport 1 --dport 2 --dccp-types ACK --dccp-option 5"),
    ),
    refused=(
        Refusal("-m dccp --dport 5", match="needs -p dccp"),
        Refusal("-p dccp --dccp-types FOO", match="unknown DCCP type 'FOO': REQUEST, RESPONSE"),
        Refusal("-p dccp --dccp-types ACK --dccp-types SYNC", match="only once"),
        Refusal("-p dccp --dccp-option 0", match="a number from 1 to 255"),
        Refusal("-p dccp --dccp-option 256", match="a number from 1 to 255"),
        Refusal(
            "-p dccp --dccp-types ''",
            match="no DCCP type is given",
            oracle=False,
            reason="it never matches",
        ),
    ),
    native=(
        Native("-p dccp --sport 80:90 ! --dport 5"),
        Native("-p dccp --dccp-types REQUEST"),
        Native("-p dccp ! --dccp-types REQUEST,RESPONSE"),
        Native("-p dccp --dccp-types INVALID"),
        Native(f"-p dccp --dccp-types {_TYPES}"),
        Native(
            "-p dccp -m dccp",
            expected="meta l4proto dccp",
            reason="iptables-translate loses the protocol",
        ),
        Native("-p dccp --dccp-option 5", untranslatable="cannot look for DCCP options"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    names = _TYPES.split(",")
    types = st.sets(st.sampled_from(names), min_size=1).map(
        lambda chosen: tuple(name for name in names if name in chosen)
    )
    return whole_rules(
        st.builds(
            Dccp,
            sport=st.none() | negatable(port_ranges()),
            dport=st.none() | negatable(port_ranges()),
            types=st.none() | negatable(types),
            option=st.none() | negatable(st.integers(1, 255)),
        ),
        protocol=Negatable(DCCP),
    )


def test_types_out_of_order_are_refused() -> None:
    with pytest.raises(InvalidRule, match="must be known types, each once, in the order of"):
        Dccp(types=Negatable(("ACK", "DATA")))


def test_an_option_number_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidRule, match="dccp option must be 1 to 255, not 256"):
        Dccp(option=Negatable(256))
