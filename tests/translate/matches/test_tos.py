"""``-m tos``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.matches.tos import Tos

_NONE = "iptables-translate has none"

CASES = ExtensionCases(
    name="tos",
    saves=(
        Case("-m tos --tos 0x10", "-m tos --tos 0x10/0xff"),
        Case("-m tos ! --tos 16/15", "-m tos ! --tos 0x10/0x0f"),
        Case("-m tos --tos 0/0", "-m tos --tos 0x00/0x00"),
        Case("-m tos --tos Minimize-Delay", "-m tos --tos 0x10/0x3f"),
        Case("-m tos --tos maximize-throughput", "-m tos --tos 0x08/0x3f"),
        Case("-m tos --tos Maximize-Reliability", "-m tos --tos 0x04/0x3f"),
        Case("-m tos --tos MINIMIZE-COST", "-m tos --tos 0x02/0x3f"),
        Case("-m tos --tos normal-service", "-m tos --tos 0x00/0x3f"),
    ),
    refused=(
        Refusal("-m tos", match="--tos must be given"),
        Refusal("-m tos --tos 256", match="numbers up to 255"),
        Refusal("-m tos --tos 1/256", match="invalid TOS '1/256'"),
        Refusal("-m tos --tos 1/", match="invalid TOS '1/'"),
        Refusal("-m tos --tos minimize", match="invalid TOS 'minimize'.*minimize-delay"),
        Refusal("-m tos --tos minimize-delay/0xff", match="invalid TOS"),
        Refusal("-m tos --tos 1 --tos 2", match="only once"),
    ),
    native=(
        Native("-m tos --tos 0x10", versions=(4,), expected="@nh,8,8 { 16, 16 }", reason=_NONE),
        Native(
            "-m tos ! --tos Minimize-Cost",
            versions=(4,),
            expected="@nh,8,8 & 0x3f != 2",
            reason=_NONE,
        ),
        Native(
            "-m tos ! --tos 0xb8/0xfc",
            versions=(4,),
            expected="@nh,8,8 & 0xfc != { 0xb8, 0xb8 }",
            reason=_NONE,
        ),
        Native(
            "-m tos --tos 1/3",
            versions=(6,),
            expected="@nh,0,16 & 0x30 { 0x10, 0x10 }",
            reason=_NONE,
        ),
        Native(
            "-m tos --tos 0x10",
            versions=(6,),
            expected="@nh,0,16 & 0xff0 { 0x100, 0x100 }",
            reason=_NONE,
        ),
        Native(
            "-m tos ! --tos 0x10/0x1f",
            versions=(6,),
            expected="@nh,0,16 & 0x1f0 != 0x100",
            reason=_NONE,
        ),
        Native("-m tos --tos 0xff/3", untranslatable="never matches"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    masks = st.integers(0, 255) | st.sampled_from((0, 3, 0x3F, 0xFC, 0xFF))
    return whole_rules(st.builds(Tos, tos=st.integers(0, 255), mask=masks, negated=st.booleans()))


def test_values_over_a_byte_are_refused() -> None:
    with pytest.raises(InvalidRule, match="tos: mask must be 0 to 0xff"):
        Tos(tos=1, mask=256)
