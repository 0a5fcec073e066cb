"""``-m hbh``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, whole_rules
from translate import InvalidRule, IPVersion, Negatable, Rule
from translate.matches._option_headers import HeaderOption
from translate.matches.hbh import Hbh

_UNITS = "iptables-translate compares octets with a count of eight octets"
_NONE = "iptables-translate has none"
_SIXTEEN = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"

CASES = ExtensionCases(
    name="hbh",
    versions=(6,),
    saves=(
        Case("-m hbh"),
        Case("-m hbh ! --hbh-len 0x10", "-m hbh ! --hbh-len 16"),
        Case("-m hbh --hbh-len 0"),
        Case("-m hbh --hbh-opts 1:2,0x17:052,255", "-m hbh --hbh-opts 1:2,23:42,255"),
        Case("-m hbh --hbh-opts 1:255", "-m hbh --hbh-opts 1"),
        Case("-m hbh --hbh-opts 42,23:0 --hbh-len 8", "-m hbh --hbh-len 8 --hbh-opts 42,23:0"),
        Case(f"-m hbh --hbh-opts {_SIXTEEN}"),
    ),
    refused=(
        Refusal("-m hbh --hbh-len 4294967296", match="not a number from 0"),
        Refusal("-m hbh --hbh-len 1 --hbh-len 2", match="only once"),
        Refusal("-m hbh ! --hbh-opts 1", match="'!' is not allowed"),
        Refusal("-m hbh --hbh-opts 1,", match="invalid option ''"),
        Refusal("-m hbh --hbh-opts 1:", match="invalid option '1:'"),
        Refusal("-m hbh --hbh-opts 1:2:3", match="invalid option '1:2:3'"),
        Refusal("-m hbh --hbh-opts 1,0:3", match="invalid option '0:3'"),
        Refusal("-m hbh --hbh-opts foo", match="TYPE or TYPE:LENGTH"),
        Refusal(f"-m hbh --hbh-opts {_SIXTEEN},17", match="at most 16 options"),
        Refusal("-m hbh --hbh-not-strict", match="unknown option"),
        Refusal(
            "-m hbh --hbh-opts 256",
            match="numbers up to 255",
            oracle=False,
            reason="iptables reads it modulo 256",
        ),
    ),
    native=(
        Native("-m hbh", expected="exthdr hbh exists", reason=_NONE),
        Native("-m hbh --hbh-len 24", expected="hbh hdrlength 2", reason=_UNITS),
        Native("-m hbh ! --hbh-len 8", expected="hbh hdrlength != 0", reason=_UNITS),
        Native("-m hbh --hbh-len 12", untranslatable="8 to 2048 octets, a multiple of 8"),
        Native("-m hbh --hbh-len 0", untranslatable="never holds"),
        Native("-m hbh --hbh-opts 1:2", untranslatable="cannot look for a header's options"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    lengths = st.integers(0, 0xFFFFFFFF) | st.integers(1, 9).map(lambda units: units * 8)
    options = st.builds(HeaderOption, st.integers(0, 255)) | st.builds(
        HeaderOption, st.integers(1, 255), st.integers(0, 254)
    )
    return whole_rules(
        st.builds(
            Hbh,
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
    with pytest.raises(InvalidRule, match="hbh: length must be 0 to 4294967295"):
        Hbh(length=Negatable(-1))
    with pytest.raises(InvalidRule, match="hbh: at most 16 options"):
        Hbh(options=(HeaderOption(1),) * 17)
