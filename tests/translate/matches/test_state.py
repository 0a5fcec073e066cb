"""``-m state``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.matches.test_conntrack import subsets
from tests.translate.strategies import negatable, whole_rules
from translate import Rule
from translate.matches.state import State

CASES = ExtensionCases(
    name="state",
    saves=(
        Case("-m state --state NEW"),
        Case("-m state ! --state new,INVALID", "-m state ! --state INVALID,NEW"),
        Case("-m state --state U,REL,E", "-m state --state RELATED,ESTABLISHED,UNTRACKED"),
    ),
    refused=(
        Refusal("-m state", match="--state must be given"),
        Refusal("-m state --state SNAT", match="unknown name 'SNAT'"),
        Refusal("-m state --state NEW,", match="unknown name ''"),
        Refusal("-m state --state NEW --state NEW", match="only once"),
        Refusal("-m state --ctstate NEW", match="unknown option"),
    ),
    native=(
        Native("-m state --state NEW"),
        Native("-m state ! --state NEW,INVALID -j DROP"),
        Native("-m state --state NEW -m conntrack --ctstate NEW --ctexpire 1:2"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    names = ("INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED")
    return whole_rules(st.builds(State, state=negatable(subsets(names))))
