"""``-m mark``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, whole_rules
from translate import Rule
from translate.matches.mark import Mark
from translate.values.masked import ALL_BITS, Masked

CASES = ExtensionCases(
    name="mark",
    saves=(
        Case("-m mark --mark 1 -m mark --mar 2", "-m mark --mark 0x1 -m mark --mark 0x2"),
        Case("-m mark --mark 1", "-m mark --mark 0x1"),
        Case("-m mark ! --mark 010/' 0x2'", "-m mark ! --mark 0x8/0x2"),
        Case("-m mark --mark 0xffffffff/0xffffffff", "-m mark --mark 0xffffffff"),
        Case("-m mark --mark 0/0", "-m mark --mark 0x0/0x0"),
    ),
    refused=(
        Refusal("-m mark", match="--mark must be given"),
        Refusal("-m mark --mark 4294967296", match="VALUE or VALUE/MASK"),
        Refusal("-m mark --mark 1/", match="invalid mark '1/'"),
        Refusal("-m mark --mark -1", match="invalid mark '-1'"),
        Refusal("-m mark --mark 1 --mark 2", match="only once"),
    ),
    native=(
        Native("-m mark --mark 1"),
        Native("-m mark ! --mark 1"),
        Native("-m mark --mark 0x10/0x10"),
        Native("-m mark ! --mark 0/0x10 -j DROP"),
        Native("-m mark --mark 3/1"),
        Native("-m mark ! --mark 0/0"),
        Native("-m mark --mark 0x10000/0xffff0000"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    numbers = st.integers(0, ALL_BITS) | st.integers(0, 32).map(
        lambda length: ALL_BITS ^ (ALL_BITS >> length)
    )
    return whole_rules(st.builds(Mark, mark=negatable(st.builds(Masked, numbers, numbers))))
