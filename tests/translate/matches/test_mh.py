"""``-m mh``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import intervals, negatable, whole_rules
from translate import InvalidRule, IPVersion, Negatable, Rule
from translate.matches.mh import Mh
from translate.protocols import MH
from translate.values.intervals import Interval

_SHORT = ("brr", "hoti", "coti", "hot", "cot", "bu", "ba", "be")
_LONG = (
    "binding-refresh-request",
    "home-test-init",
    "careof-test-init",
    "home-test",
    "careof-test",
    "binding-update",
    "binding-acknowledgement",
    "binding-error",
)
_SAVED = "-p mobility-header -m mh"

CASES = ExtensionCases(
    name="mh",
    versions=(6,),
    saves=(
        Case("-p mh -m mh", _SAVED),
        *(
            Case(f"-p mh --mh-type {name}", f"{_SAVED} --mh-type {number}")
            for names in (_SHORT, _LONG)
            for number, name in enumerate(names)
        ),
        Case("-p MH ! --mh-type COT:0x10", f"{_SAVED} ! --mh-type 4:16"),
        Case("-p mh --mh-type binding", f"{_SAVED} --mh-type 0"),
        Case("-p mh --mh-type 1:", f"{_SAVED} --mh-type 1:255"),
        Case("-p mh --mh-type :", _SAVED),
        *(
            Case(args, saved, oracle=False, reason="iptables-translate takes it, the kernel not")
            for args, saved in (
                ("-m mh --mh-type bu", "-m mh --mh-type 5"),
                ("-m mh --mh-type :", "-m mh --mh-type 0:255"),
            )
        ),
        Case("-p 135 -m mh --mh-type 5:5", f"{_SAVED} --mh-type 5"),
        Case(
            "-p mh ! --mh-type :",
            f"{_SAVED} ! --mh-type 0:255",
            oracle=False,
            reason="iptables-save loses this option, though the kernel heeds it",
        ),
    ),
    refused=(
        Refusal("-m mh", match="needs -p mh"),
        Refusal("! -p mh -m mh --mh-type 1", match="needs -p mh"),
        Refusal("-p tcp -m mh --mh-type 1", match="needs -p mh"),
        # These names and numbers of the protocol load no match.
        Refusal("-p 135 --mh-type 1", match="unknown option"),
        Refusal("-p ipv6-mh --mh-type 1", match="unknown option"),
        Refusal("-p mobility-header --mh-type 1", match="unknown option"),
        Refusal("-p mh --mh-type 256", match="unknown type '256': a number from 0 to 255"),
        Refusal("-p mh --mh-type foo", match="unknown type 'foo'"),
        Refusal("-p mh --mh-type 3:1", match="3 is above 1"),
        Refusal("-p mh --mh-type 3 --mh-type 1", match="only once"),
        Refusal("-p mh --mh-type ''", match="unknown type ''", oracle=False, reason="it reads 0"),
    ),
    native=(
        Native("-p mh -m mh"),
        *(Native(f"-p mh --mh-type {number}") for number in (0, 7, 9, 12, 13)),
        Native("-p mh ! --mh-type cot:be -j DROP"),
        Native("-m mh --mh-type 1:3"),
        Native(
            "-m mh --mh-type :",
            expected="exthdr mh exists",
            reason="iptables-translate 1.8.9 loses the match",
        ),
        Native(
            "-p mh ! --mh-type :",
            expected="meta l4proto 135 mh type != 0-255",
            reason="iptables-translate loses the option",
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    types = negatable(intervals(255).filter(lambda interval: interval != Interval(0, 255)))
    return whole_rules(
        st.builds(Mh, types=st.none() | types),
        version=st.just(IPVersion.V6),
        protocol=Negatable(MH),
    )


def test_a_type_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidRule, match="mh: type must be 0 to 255, not 256"):
        Mh(types=Negatable(Interval(0, 256)))
