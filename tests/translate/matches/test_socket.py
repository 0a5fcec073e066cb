"""``-m socket``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import Rule
from translate.matches.socket import Socket

_NONE = "iptables-translate has no form"

CASES = ExtensionCases(
    name="socket",
    saves=(
        Case("-m socket", table="mangle", chain="PREROUTING"),
        Case("-m socket --nowildcard", chain="INPUT"),
        Case(
            "-m socket --restore-skmark --nowildcard --transparent",
            "-m socket --transparent --nowildcard --restore-skmark",
            chain="INPUT",
        ),
        Case("-m socket --transparent", chain="CUSTOM"),
    ),
    refused=(
        Refusal("-m socket", match="not in FORWARD"),
        Refusal("-m socket", match="not in OUTPUT", chain="OUTPUT"),
        Refusal("-m socket --transparent --transparent", match="only once", chain="INPUT"),
        Refusal("-m socket ! --transparent", match="not allowed", chain="INPUT"),
    ),
    native=(
        Native("-m socket", expected="socket wildcard 0", reason=_NONE, chain="INPUT"),
        Native(
            "-m socket --transparent",
            expected="socket wildcard 0 socket transparent 1",
            reason=_NONE,
            chain="INPUT",
        ),
        Native(
            "-m socket --nowildcard", expected="socket wildcard <= 1", reason=_NONE, chain="INPUT"
        ),
        Native(
            "-m socket --transparent --nowildcard",
            expected="socket transparent 1",
            reason=_NONE,
            chain="INPUT",
        ),
        Native("-m socket --restore-skmark", untranslatable="socket mark", chain="INPUT"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    values = st.builds(
        Socket,
        transparent=st.booleans(),
        no_wildcard=st.booleans(),
        restore_mark=st.booleans(),
    )
    return whole_rules(values, chains=("INPUT", "CUSTOM"))
