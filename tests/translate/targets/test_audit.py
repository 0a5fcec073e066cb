"""``-j AUDIT``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.audit import Audit

AUDIT = At(prefix="-j AUDIT")

CASES = ExtensionCases(
    name="AUDIT",
    saves=(
        AUDIT.case(" --type accept"),
        AUDIT.case(" --type DROP", " --type drop", table="mangle"),
        AUDIT.case(" --type reject", table="security"),
    ),
    refused=(
        AUDIT.refusal("", "--type must be given"),
        AUDIT.refusal(" --type dro", "unknown audit type"),
        AUDIT.refusal(" --type ''", "unknown audit type"),
    ),
    native=(AUDIT.native(" --type accept"), AUDIT.native(" --type drop")),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(target=st.builds(Audit, type=st.sampled_from(["accept", "drop", "reject"])))


def test_wrong_values() -> None:
    with pytest.raises(InvalidRule, match="unknown audit type 'queue'"):
        Audit(type="queue")
