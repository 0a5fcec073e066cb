"""``-j TRACE``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import Rule
from translate.targets.trace import Trace

TRACE = At(table="raw", chain="PREROUTING", prefix="-j TRACE")

CASES = ExtensionCases(
    name="TRACE",
    saves=(TRACE.case(""), TRACE.case("", chain="OUTPUT"), TRACE.case("", chain="USER")),
    refused=(
        TRACE.refusal("", "only in table raw", table="mangle"),
        TRACE.refusal(" --foo", "unknown option"),
    ),
    native=(TRACE.native(""),),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(
        target=st.just(Trace()), tables=("raw",), chains=("PREROUTING", "OUTPUT", "CUSTOM")
    )
