"""``-j CONNSECMARK``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.connsecmark import Connsecmark

MARK = At(table="security", prefix="-j CONNSECMARK")

CASES = ExtensionCases(
    name="CONNSECMARK",
    saves=(MARK.case(" --save"), MARK.case(" --restore", table="mangle")),
    refused=(
        MARK.refusal("", "must be given"),
        MARK.refusal(" --save --restore", "cannot be used with"),
        MARK.refusal(" --save", "only in table", table="filter"),
    ),
    native=(MARK.untranslatable(" --save", "cannot ask first"),),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(
        target=st.builds(Connsecmark, operation=st.sampled_from(["save", "restore"])),
        tables=("mangle", "security"),
    )


def test_wrong_values() -> None:
    with pytest.raises(InvalidRule, match="'copy': save or restore"):
        Connsecmark(operation="copy")
