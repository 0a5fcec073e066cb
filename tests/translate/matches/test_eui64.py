"""``-m eui64``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import IPVersion, Rule
from translate.matches.eui64 import Eui64

CASES = ExtensionCases(
    name="eui64",
    versions=(6,),
    saves=(
        Case("-m eui64"),
        Case("-m eui64", chain="INPUT"),
        Case("-m eui64", table="mangle", chain="PREROUTING"),
        Case("-m eui64", chain="CUSTOM"),
    ),
    refused=(
        Refusal("-m eui64", match="only in chain FORWARD or INPUT or PREROUTING", chain="OUTPUT"),
        Refusal("-m eui64", match="not in POSTROUTING", table="mangle", chain="POSTROUTING"),
        Refusal("-m eui64 --foo", match="unknown option"),
    ),
    native=(Native("-m eui64", untranslatable="not with another field"),),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(
        st.just(Eui64()), version=st.just(IPVersion.V6), chains=("INPUT", "FORWARD", "CUSTOM")
    )
