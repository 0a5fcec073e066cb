"""``-m quota``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, whole_rules
from translate import Rule
from translate.matches.quota import Quota

CASES = ExtensionCases(
    name="quota",
    saves=(
        Case("-m quota --quota 0"),
        Case("-m quota ! --quota 0x10", "-m quota ! --quota 16"),
        Case("-m quota --quota 18446744073709551615"),
    ),
    refused=(
        Refusal("-m quota", match="--quota must be given"),
        Refusal("-m quota --quota 18446744073709551616", match="not a number"),
        Refusal("-m quota --quota 1k", match="not a number"),
        Refusal("-m quota --quota 1 --quota 2", match="only once"),
    ),
    native=(
        Native("-m quota --quota 111"),
        Native("-m quota ! --quota 1048576 -j DROP"),
        Native("-m quota --quota 9223372036854775807"),
        Native("-m quota --quota 9223372036854775808", untranslatable="up to 2"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    numbers = st.integers(0, 2**64 - 1) | st.integers(0, 2**24).map(lambda n: n << 10)
    return whole_rules(st.builds(Quota, quota=negatable(numbers)))
