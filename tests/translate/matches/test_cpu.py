"""``-m cpu``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, whole_rules
from translate import Rule
from translate.matches.cpu import Cpu

CASES = ExtensionCases(
    name="cpu",
    saves=(
        Case("-m cpu --cpu 0"),
        Case("-m cpu ! --cpu 0x10", "-m cpu ! --cpu 16"),
        Case("-m cpu --cpu 4294967295"),
    ),
    refused=(
        Refusal("-m cpu", match="--cpu must be given"),
        Refusal("-m cpu --cpu 4294967296", match="0 to 4294967295"),
        Refusal("-m cpu --cpu -1", match="0 to 4294967295"),
        Refusal("-m cpu --cpu ''", match="0 to 4294967295"),
        Refusal("-m cpu --cpu 1 --cpu 2", match="only once"),
    ),
    native=(
        Native("-m cpu --cpu 0"),
        Native("-m cpu ! --cpu 4294967295"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(st.builds(Cpu, cpu=negatable(st.integers(0, 0xFFFFFFFF))))
