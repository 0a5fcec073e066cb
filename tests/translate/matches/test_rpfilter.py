"""``-m rpfilter``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import Rule
from translate.matches.rpfilter import Rpfilter


def _case(args: str, saved: str | None = None) -> Case:
    return Case(args, saved, table="mangle", chain="PREROUTING")


def _native(args: str, *, untranslatable: str | None = None) -> Native:
    return Native(args, table="raw", chain="PREROUTING", untranslatable=untranslatable)


CASES = ExtensionCases(
    name="rpfilter",
    saves=(
        _case("-m rpfilter"),
        _case("-m rpfilter --loose --validmark --accept-local --invert"),
        _case("-m rpfilter --invert --validmark", "-m rpfilter --validmark --invert"),
        Case("-m rpfilter --loose", table="raw", chain="CUSTOM"),
    ),
    refused=(
        Refusal("-m rpfilter", match="only in table mangle or raw"),
        Refusal("-m rpfilter", match="only in table", table="nat", chain="PREROUTING"),
        Refusal("-m rpfilter", match="not in INPUT", table="mangle", chain="INPUT"),
        Refusal("-m rpfilter --loose --loose", match="only once", table="raw", chain="PREROUTING"),
        Refusal("-m rpfilter ! --loose", match="not allowed", table="raw", chain="PREROUTING"),
    ),
    native=(
        _native("-m rpfilter"),
        _native("-m rpfilter --validmark --loose"),
        _native("-m rpfilter --validmark --invert"),
        _native("-m rpfilter --invert --accept-local"),
        _native("-m rpfilter --accept-local --loose", untranslatable="cannot ask for a local"),
        _native("-m addrtype ! --src-type LOCAL -m rpfilter --invert"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    values = st.builds(
        Rpfilter,
        loose=st.booleans(),
        valid_mark=st.booleans(),
        accept_local=st.booleans(),
        invert=st.booleans(),
    )
    return whole_rules(values, tables=("mangle", "raw"), chains=("PREROUTING", "CUSTOM"))
