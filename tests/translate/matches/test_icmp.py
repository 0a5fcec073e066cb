"""``-m icmp``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, IPVersion, Negatable, Opaque, Rule, from_nft
from translate.matches.icmp import ICMP_TYPES, Icmp
from translate.protocols import ICMP

_IMPLIED = "the match names its protocol itself; iptables-translate takes it, the kernel doesn't"

_ANY_CODE = "iptables 1.8.10 and later print what was asked for, not any"
_NONE = "iptables-translate has no form for codes"


def _number(number: int, code: int | None) -> str:
    if number == 255:
        return "any"
    return str(number) if code is None else f"{number}/{code}"


CASES = ExtensionCases(
    name="icmp",
    versions=(4,),
    saves=(
        *(
            Case(f"-p icmp --icmp-type {t.name}", f"-p icmp -m icmp --icmp-type {_number(*t[1:])}")
            for t in ICMP_TYPES
        ),
        Case("-p icmp -m icmp --icmp-type any"),
        Case("-p icmp -m icmp ! --icmp-type any"),
        Case("-p icmp --icmp-type 255", "-p icmp -m icmp --icmp-type any"),
        Case("-p icmp -m icmp --icmp-type 255/255", oracle=False, reason=_ANY_CODE),
        Case("-p icmp -m icmp ! --icmp-type 255/0", oracle=False, reason=_ANY_CODE),
        Case("-p icmp --icmp-type an", "-p icmp -m icmp --icmp-type any"),
        Case("-p icmp --icmp-type ECHO-REQ", "-p icmp -m icmp --icmp-type 8"),
        Case("-p 1 ! --icmp-type ' 0x3/+010'", "-p icmp -m icmp ! --icmp-type 3/8"),
        Case("-m icmp -p icmp --icmp-type 254/255", "-p icmp -m icmp --icmp-type 254/255"),
        Case(
            "-m icmp --icmp-type 8", "-p icmp -m icmp --icmp-type 8", oracle=False, reason=_IMPLIED
        ),
    ),
    refused=(
        Refusal("-p icmp -m icmp", match="--icmp-type must be given"),
        Refusal("-m icmp", match="needs -p icmp|must be given"),
        Refusal("-p tcp -m icmp --icmp-type 8", match="needs -p icmp"),
        Refusal("! -p icmp -m icmp --icmp-type 8", match="needs -p icmp"),
        Refusal("-p icmp --icmp-type 256", match="unknown type '256'"),
        Refusal("-p icmp --icmp-type 3/256", match="unknown type '3/256'"),
        Refusal("-p icmp --icmp-type 8/", match="unknown type '8/'"),
        Refusal("-p icmp --icmp-type ''", match="unknown type ''|ambiguous"),
        Refusal("-p icmp --icmp-type foo", match="a name, TYPE or TYPE/CODE"),
        Refusal(
            "-p icmp --icmp-type echo", match="ambiguous type 'echo': echo-reply, echo-request"
        ),
        Refusal("-p icmp --icmp-type 8 --icmp-type 9", match="only once"),
    ),
    native=(
        Native("-p icmp --icmp-type any -j ACCEPT"),
        Native("-p icmp --icmp-type 8"),
        Native("-p icmp ! --icmp-type 8"),
        Native(
            "-p icmp --icmp-type host-unreachable", expected="icmp type 3 icmp code 1", reason=_NONE
        ),
        Native("-p icmp --icmp-type 200/7", expected="icmp type 200 icmp code 7", reason=_NONE),
        Native("-m icmp --icmp-type echo-reply -j ACCEPT"),
        Native(
            "-p icmp ! --icmp-type 3/1",
            expected="icmp type . icmp code != { 3 . 1 }",
            reason=_NONE,
        ),
        Native(
            "-p icmp ! --icmp-type any",
            expected="icmp type != 0-255",
            reason="it never matches; iptables-translate loses that",
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    numbers = st.integers(0, 254) | st.integers(0, 18)
    typed = st.builds(
        Icmp,
        type=numbers,
        code=st.none() | st.integers(0, 255) | st.integers(0, 15),
        negated=st.booleans(),
    )
    return whole_rules(
        typed | st.builds(Icmp, negated=st.booleans()),
        version=st.just(IPVersion.V4),
        protocol=Negatable(ICMP),
    )


def test_type_255_itself_has_no_word_in_iptables() -> None:
    left = {"payload": {"protocol": "icmp", "field": "type"}}
    statement = {"match": {"op": "==", "left": left, "right": 255}}
    rule, _ = from_nft([statement], version=IPVersion.V4, table="filter", chain="FORWARD")
    assert rule.matches == (Opaque.of(statement),)


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(InvalidRule, match="icmp type must be 0 to 255, not 256"):
        Icmp(type=256)
    with pytest.raises(InvalidRule, match="an icmp code needs a type"):
        Icmp(code=1)
    with pytest.raises(InvalidRule, match="any_code belongs to any type"):
        Icmp(type=8, any_code=1)
