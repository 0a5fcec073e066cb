"""``-j DSCP``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.dscp import Dscp

DSCP = At(table="mangle", prefix="-j DSCP")

CASES = ExtensionCases(
    name="DSCP",
    saves=(
        DSCP.case(" --set-dscp 0", " --set-dscp 0x00"),
        DSCP.case(" --set-dscp 63", " --set-dscp 0x3f"),
        DSCP.case(" --set-dscp 010", " --set-dscp 0x08"),
        DSCP.case(" --set-dscp-class ef", " --set-dscp 0x2e"),
        DSCP.case(" --set-dscp-class BE", " --set-dscp 0x00"),
        DSCP.case(" --set-dscp-class CS7", " --set-dscp 0x38"),
        DSCP.case(" --set-dscp-class AF11", " --set-dscp 0x0a"),
        DSCP.case(" --set-dscp-class AF43", " --set-dscp 0x26"),
    ),
    refused=(
        DSCP.refusal("", "must be given"),
        DSCP.refusal(" --set-dscp 64", "not a number from 0 to 63"),
        DSCP.refusal(" --set-dscp x", "not a number"),
        *(
            DSCP.refusal(f" --set-dscp-class '{name}'", "unknown DiffServ class")
            for name in ("AF44", "AF", "CS8", "LE", "VA", "")
        ),
        DSCP.refusal(" --set-dscp 1 --set-dscp-class EF", "cannot be used with"),
        DSCP.refusal(" --set-dscp 1", "only in table mangle", table="filter"),
    ),
    native=(
        *(DSCP.native(f" --set-dscp {dscp}") for dscp in (0, 1, 0x2C, 63)),
        DSCP.native(" --set-dscp-class EF"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(target=st.builds(Dscp, dscp=st.integers(0, 63)), tables=("mangle",))


def test_wrong_values() -> None:
    with pytest.raises(InvalidRule, match="dscp must be 0 to 63, not 64"):
        Dscp(dscp=64)
