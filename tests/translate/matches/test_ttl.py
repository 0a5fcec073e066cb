"""``-m ttl``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, IPVersion, Rule
from translate.matches.ttl import Ttl

CASES = ExtensionCases(
    name="ttl",
    versions=(4,),
    saves=(
        Case("-m ttl --ttl-eq 5"),
        Case("-m ttl ! --ttl 0x10", "-m ttl ! --ttl-eq 16"),
        Case("-m ttl --ttl-g 010", "-m ttl --ttl-gt 8"),
        Case("-m ttl --ttl-lt 0"),
    ),
    refused=(
        Refusal("-m ttl", match="--ttl-eq, --ttl-gt or --ttl-lt must be given"),
        Refusal("-m ttl --ttl-eq 256", match="not a number from 0 to 255"),
        Refusal("-m ttl --ttl-eq foo", match="not a number from 0 to 255"),
        Refusal("-m ttl ! --ttl-gt 5", match="'!' is not allowed"),
        Refusal("-m ttl --ttl-eq 5 --ttl-gt 3", match="cannot be used with --ttl-"),
        Refusal("-m ttl --ttl-eq 5 --ttl-eq 6", match="only once"),
    ),
    native=(
        Native("-m ttl --ttl-eq 5"),
        Native("-m ttl ! --ttl-eq 5 -j DROP"),
        Native("-m ttl --ttl-gt 255"),
        Native("-m ttl --ttl-lt 0"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    hops = st.integers(0, 255)
    equal = st.builds(Ttl, comparison=st.just("eq"), hops=hops, negated=st.booleans())
    other = st.builds(Ttl, comparison=st.sampled_from(("gt", "lt")), hops=hops)
    return whole_rules(equal | other, version=st.just(IPVersion.V4))


def test_comparisons_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidRule, match="ttl: 'ne' must be eq, gt or lt"):
        Ttl(comparison="ne", hops=1)
    with pytest.raises(InvalidRule, match="ttl: 256 is not in 0 to 255"):
        Ttl(comparison="eq", hops=256)
    with pytest.raises(InvalidRule, match="ttl: gt cannot be turned round"):
        Ttl(comparison="gt", hops=1, negated=True)
