"""``-m connlabel``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.matches.connlabel import Connlabel

CONNLABEL = At(prefix="-m connlabel ")

CASES = ExtensionCases(
    name="connlabel",
    saves=(
        CONNLABEL.case("--label 0", '--label "0"'),
        CONNLABEL.case("! --label 127", '! --label "127"'),
        CONNLABEL.case("--set --label 0x10", '--label "16" --set'),
    ),
    refused=(
        CONNLABEL.refusal("", "--label must be given"),
        CONNLABEL.refusal("--set", "--label must be given"),
        CONNLABEL.refusal("--label 128", "a number from 0 to 127"),
        CONNLABEL.refusal("--label eth0-in", "a number from 0 to 127"),
        CONNLABEL.refusal("--label 3 ! --set", "'!' is not allowed"),
    ),
    native=(
        CONNLABEL.native("--label 0"),
        CONNLABEL.native("--label 40"),
        CONNLABEL.native("! --label 3"),
        CONNLABEL.native("--label 3 --set"),
        CONNLABEL.native("! --label 3 --set"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(
        st.builds(Connlabel, label=st.integers(0, 127), negated=st.booleans(), set=st.booleans())
    )


def test_wrong_values() -> None:
    with pytest.raises(InvalidRule, match="must be 0 to 127, not 128"):
        Connlabel(label=128)
