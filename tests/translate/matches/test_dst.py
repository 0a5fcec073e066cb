"""``-m dst``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, whole_rules
from translate import InvalidRule, IPVersion, Negatable, Rule
from translate.matches._option_headers import HeaderOption
from translate.matches.dst import Dst

_NONE = "iptables-translate has none"
_SIXTEEN = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"

CASES = ExtensionCases(
    name="dst",
    versions=(6,),
    saves=(
        Case("-m dst"),
        Case("-m dst ! --dst-len 0x10", "-m dst ! --dst-len 16"),
        Case("-m dst --dst-len 0"),
        Case("-m dst --dst-opts 1:2,0x17:052,255", "-m dst --dst-opts 1:2,23:42,255"),
        Case("-m dst --dst-opts 1:255", "-m dst --dst-opts 1"),
        Case("-m dst --dst-opts 42,23:0 --dst-len 8", "-m dst --dst-len 8 --dst-opts 42,23:0"),
        Case(f"-m dst --dst-opts {_SIXTEEN}"),
    ),
    refused=(
        Refusal("-m dst --dst-len 4294967296", match="not a number from 0"),
        Refusal("-m dst --dst-len 1 --dst-len 2", match="only once"),
        Refusal("-m dst ! --dst-opts 1", match="'!' is not allowed"),
        Refusal("-m dst --dst-opts 1,", match="invalid option ''"),
        Refusal("-m dst --dst-opts 1:", match="invalid option '1:'"),
        Refusal("-m dst --dst-opts 1:2:3", match="invalid option '1:2:3'"),
        Refusal("-m dst --dst-opts 1,0:3", match="invalid option '0:3'"),
        Refusal("-m dst --dst-opts foo", match="TYPE or TYPE:LENGTH"),
        Refusal(f"-m dst --dst-opts {_SIXTEEN},17", match="at most 16 options"),
        Refusal("-m dst --dst-not-strict", match="unknown option"),
        Refusal(
            "-m dst --dst-opts 256",
            match="numbers up to 255",
            oracle=False,
            reason="iptables reads it modulo 256",
        ),
    ),
    native=(
        Native("-m dst", expected="exthdr dst exists", reason=_NONE),
        Native("-m dst --dst-len 24", expected="dst hdrlength 2", reason=_NONE),
        Native("-m dst ! --dst-len 8", expected="dst hdrlength != 0", reason=_NONE),
        Native("-m dst --dst-len 12", untranslatable="8 to 2048 octets, a multiple of 8"),
        Native("-m dst --dst-len 0", untranslatable="never holds"),
        Native("-m dst --dst-opts 1:2", untranslatable="cannot look for a header's options"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    lengths = st.integers(0, 0xFFFFFFFF) | st.integers(1, 9).map(lambda units: units * 8)
    options = st.builds(HeaderOption, st.integers(0, 255)) | st.builds(
        HeaderOption, st.integers(1, 255), st.integers(0, 254)
    )
    return whole_rules(
        st.builds(
            Dst,
            length=st.none() | negatable(lengths),
            options=st.just(()) | st.lists(options, max_size=5).map(tuple),
        ),
        version=st.just(IPVersion.V6),
    )


def test_headers_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidRule, match="an option's type must be 0 to 255, not 256"):
        HeaderOption(256)
    with pytest.raises(InvalidRule, match="an option's length must be 0 to 254, not 255"):
        HeaderOption(1, 255)
    with pytest.raises(InvalidRule, match="option 0 is one octet of padding"):
        HeaderOption(0, 1)
    with pytest.raises(InvalidRule, match="dst: length must be 0 to 4294967295"):
        Dst(length=Negatable(-1))
    with pytest.raises(InvalidRule, match="dst: at most 16 options"):
        Dst(options=(HeaderOption(1),) * 17)
