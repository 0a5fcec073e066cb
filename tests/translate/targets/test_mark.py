"""``-j MARK``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import Case, ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.mark import Mark

MARK = At(table="mangle", chain="PREROUTING", prefix="-j MARK ")

CASES = ExtensionCases(
    name="MARK",
    saves=(
        MARK.case("--set-mark 1", "--set-xmark 0x1/0xffffffff"),
        MARK.case("--set-mark 010", "--set-xmark 0x8/0xffffffff"),
        MARK.case("--set-mark 0x11/0xf", "--set-xmark 0x11/0x1f"),
        MARK.case("--set-mark 0xf/0", "--set-xmark 0xf/0xf"),
        MARK.case("--set-xmark 0x11/0xf", "--set-xmark 0x11/0xf"),
        MARK.case("--set-xmark 0/0", "--set-xmark 0x0/0x0"),
        MARK.case("--set-xmark 0xfeed", "--set-xmark 0xfeed/0xffffffff"),
        MARK.case("--and-mark 0xf", "--set-xmark 0x0/0xfffffff0"),
        MARK.case("--or-mark 0xf", "--set-xmark 0xf/0xf"),
        MARK.case("--xor-mark 0xf", "--set-xmark 0xf/0x0"),
        MARK.case("--and 1", "--set-xmark 0x0/0xfffffffe"),
        *(
            Case("-j MARK --set-xmark 0x1/0x1", table=table, chain="PREROUTING")
            for table in ("nat", "raw", "mangle")
        ),
        Case("-j MARK --set-xmark 0x1/0x1", chain="INPUT"),
        Case("-j MARK --set-xmark 0x1/0x1", table="security", chain="INPUT"),
    ),
    refused=(
        MARK.refusal("", "must be given"),
        MARK.refusal("--set-mark 1 --or-mark 2", "cannot be used with"),
        MARK.refusal("--set-mark 1 --set-mark 2", "only once"),
        MARK.refusal("! --set-mark 1", "'!' is not allowed"),
        MARK.refusal("--set 1", "ambiguous"),
        *(
            MARK.refusal(f"--set-mark '{mark}'", "invalid mark")
            for mark in ("0x100000000", "-1", "foo", "", "1/", "1/x", "1/0x1ffffffff")
        ),
        MARK.refusal("--or-mark 0xf/0xf", "not a number"),
    ),
    native=(
        MARK.native("--set-mark 0"),
        MARK.native("--set-mark 0xffffffff"),
        MARK.native("--set-mark 1/0xf"),
        MARK.native("--set-mark 0x11/0xf"),
        MARK.native("--set-xmark 0x11/0xf"),
        MARK.native("--set-xmark 0/0"),
        MARK.native("--set-xmark 0x13/0x37"),
        MARK.native("--and-mark 0xf"),
        MARK.native("--or-mark 0xf"),
        MARK.native("--xor-mark 0xf"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    bits = st.integers(0, 0xFFFFFFFF) | st.sampled_from([0, 1, 0xF, 0xFFFFFFFF])
    return whole_rules(target=st.builds(Mark, value=bits, mask=bits), tables=("filter", "mangle"))


@pytest.mark.parametrize("values", [{"value": -1}, {"value": 0, "mask": 1 << 32}])
def test_wrong_values(values: dict[str, int]) -> None:
    with pytest.raises(InvalidRule, match="must be 0 to 0xffffffff"):
        Mark(**values)
