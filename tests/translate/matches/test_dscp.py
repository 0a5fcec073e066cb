"""``-m dscp``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.matches.dscp import Dscp

_CLASSES = {
    "BE": 0,
    "EF": 46,
    **{f"CS{n}": n * 8 for n in range(8)},
    **{f"AF{g}{p}": g * 8 + p * 2 for g in range(1, 5) for p in range(1, 4)},
}

CASES = ExtensionCases(
    name="dscp",
    saves=(
        Case("-m dscp --dscp 5", "-m dscp --dscp 0x05"),
        Case("-m dscp ! --dscp 0x3f"),
        Case("-m dscp --dscp 010", "-m dscp --dscp 0x08"),
        *(
            Case(f"-m dscp ! --dscp-class {name}", f"-m dscp ! --dscp {number:#04x}")
            for name, number in _CLASSES.items()
        ),
        Case("-m dscp --dscp-c af41", "-m dscp --dscp 0x22"),
    ),
    refused=(
        Refusal("-m dscp", match="--dscp or --dscp-class must be given"),
        Refusal("-m dscp --dscp 64", match="not a number from 0 to 63"),
        Refusal("-m dscp --dscp ''", match="not a number from 0 to 63"),
        Refusal("-m dscp --dscp-class CS8", match="unknown DiffServ class 'CS8'"),
        Refusal("-m dscp --dscp-class AF44", match="unknown DiffServ class 'AF44'"),
        Refusal("-m dscp --dscp 5 --dscp-class EF", match="cannot be used with"),
        Refusal("-m dscp --dscp 5 --dscp 6", match="only once"),
    ),
    native=(
        Native("-m dscp --dscp 5"),
        Native("-m dscp ! --dscp-class EF -j DROP"),
        *(Native(f"-m dscp --dscp {number}") for number in (0, 1, 8, 10, 44, 63)),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(st.builds(Dscp, dscp=st.integers(0, 63), negated=st.booleans()))


def test_a_code_point_over_six_bits_is_refused() -> None:
    with pytest.raises(InvalidRule, match="dscp must be 0 to 63, not 64"):
        Dscp(dscp=64)
