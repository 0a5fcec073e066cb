"""``-m hl``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, IPVersion, Rule
from translate.matches.hl import Hl

CASES = ExtensionCases(
    name="hl",
    versions=(6,),
    saves=(
        Case("-m hl --hl-eq 5"),
        Case("-m hl ! --hl 0x10", "-m hl ! --hl-eq 16"),
        Case("-m hl --hl-g 010", "-m hl --hl-gt 8"),
        Case("-m hl --hl-lt 0"),
    ),
    refused=(
        Refusal("-m hl", match="--hl-eq, --hl-gt or --hl-lt must be given"),
        Refusal("-m hl --hl-eq 256", match="not a number from 0 to 255"),
        Refusal("-m hl --hl-eq foo", match="not a number from 0 to 255"),
        Refusal("-m hl ! --hl-gt 5", match="'!' is not allowed"),
        Refusal("-m hl --hl-eq 5 --hl-gt 3", match="cannot be used with --hl-"),
        Refusal("-m hl --hl-eq 5 --hl-eq 6", match="only once"),
    ),
    native=(
        Native("-m hl --hl-eq 5"),
        Native("-m hl ! --hl-eq 5 -j DROP"),
        Native("-m hl --hl-gt 255"),
        Native("-m hl --hl-lt 0"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    hops = st.integers(0, 255)
    equal = st.builds(Hl, comparison=st.just("eq"), hops=hops, negated=st.booleans())
    other = st.builds(Hl, comparison=st.sampled_from(("gt", "lt")), hops=hops)
    return whole_rules(equal | other, version=st.just(IPVersion.V6))


def test_comparisons_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidRule, match="hl: 'ne' must be eq, gt or lt"):
        Hl(comparison="ne", hops=1)
    with pytest.raises(InvalidRule, match="hl: 256 is not in 0 to 255"):
        Hl(comparison="eq", hops=256)
    with pytest.raises(InvalidRule, match="hl: gt cannot be turned round"):
        Hl(comparison="gt", hops=1, negated=True)
