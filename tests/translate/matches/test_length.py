"""``-m length``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import intervals, negatable, whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.matches.length import Length
from translate.values.intervals import Interval

CASES = ExtensionCases(
    name="length",
    saves=(
        Case("-m length --length 5"),
        Case("-m length ! --length 5:10"),
        Case("-m length --length 0x10:", "-m length --length 16:65535"),
        Case("-m length --length :010", "-m length --length 0:8"),
        Case("-m length --length :", "-m length --length 0:65535"),
        Case("-m length --length 5:5", "-m length --length 5"),
    ),
    refused=(
        Refusal("-m length", match="--length must be given"),
        Refusal("-m length --length 65536", match="a number up to 65535"),
        Refusal("-m length --length 1:2:3", match="invalid range '1:2:3'"),
        Refusal("-m length --length 5 --length 6", match="only once"),
        Refusal(
            "-m length --length 10:5", match="10 is above 5", oracle=False, reason="never matches"
        ),
        Refusal(
            "-m length --length ''", match="invalid range ''", oracle=False, reason="it reads 0"
        ),
    ),
    native=(
        Native("-m length --length 5"),
        Native("-m length ! --length 5:10 -j DROP"),
        Native("-m length ! --length :"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(st.builds(Length, length=negatable(intervals(0xFFFF))))


def test_a_length_that_no_packet_has_is_refused() -> None:
    with pytest.raises(InvalidRule, match="length must be 0 to 65535, not 65536"):
        Length(length=Negatable(Interval(0, 65536)))
