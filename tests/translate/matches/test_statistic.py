"""``-m statistic``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import Rule
from translate.matches.statistic import Statistic

_RANDOM = "-m statistic --mode random --probability"

CASES = ExtensionCases(
    name="statistic",
    saves=(
        Case(f"{_RANDOM} 0.5", f"{_RANDOM} 0.50000000000"),
        Case(f"{_RANDOM} 0.33333", f"{_RANDOM} 0.33332999982"),
        Case(f"{_RANDOM} 1e-3", f"{_RANDOM} 0.00100000016"),
        Case(f"{_RANDOM} 0x1p-2", f"{_RANDOM} 0.25000000000"),
        Case(f"{_RANDOM} ' +.25'", f"{_RANDOM} 0.25000000000"),
        Case(f"{_RANDOM} 1", f"{_RANDOM} 1.00000000000"),
        Case(f"{_RANDOM} 0", f"{_RANDOM} 0.00000000000"),
        Case(
            "-m statistic ! --probability 0.1 --mode random",
            "-m statistic --mode random ! --probability 0.10000000009",
        ),
        Case(
            "-m statistic --every 0x10 --packet 010 --mode nth",
            "-m statistic --mode nth --every 16 --packet 8",
        ),
        Case("-m statistic --mode nth ! --every 4294967295 --packet 4294967294"),
    ),
    refused=(
        Refusal("-m statistic", match="--mode random or --mode nth"),
        Refusal("-m statistic --mode foo", match="unknown mode 'foo'"),
        Refusal("-m statistic --mode random", match="--probability must be given"),
        Refusal("-m statistic --mode nth", match="--every and --packet must be given"),
        Refusal("-m statistic --mode nth --every 3", match="needs --packet"),
        Refusal("-m statistic --mode nth --packet 3", match="needs --every"),
        Refusal("-m statistic --mode nth --every 3 --packet 3", match="must be below --every 3"),
        Refusal("-m statistic --mode nth --every 0 --packet 0", match="from 1 to"),
        Refusal("-m statistic --mode nth --every 3 ! --packet 1", match="not allowed"),
        Refusal(f"{_RANDOM} 0.5 --every 3 --packet 1", match="cannot be used with"),
        Refusal(f"{_RANDOM} 1.1", match="from 0 to 1"),
        Refusal(f"{_RANDOM} -0.1", match="from 0 to 1"),
        Refusal(f"{_RANDOM} 0.5x", match="from 0 to 1"),
        Refusal(f"{_RANDOM} inf", match="from 0 to 1"),
        Refusal(f"{_RANDOM} 1e400", match="from 0 to 1"),
        Refusal(f"{_RANDOM} ''", match="from 0 to 1"),
        Refusal(f"{_RANDOM} nan", match="from 0 to 1", oracle=False, reason="iptables makes it 0"),
    ),
    native=(
        Native(f"{_RANDOM} 0.5"),
        Native("-m statistic --mode random ! --probability 0.33333"),
        Native(f"{_RANDOM} 1"),
        Native("-m statistic --mode nth --every 10 --packet 1"),
        Native("-m statistic --mode nth ! --every 10 --packet 5"),
        Native("-m statistic --mode nth --every 4294967295 --packet 4294967294"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    nth = st.integers(1, 2**32 - 1).flatmap(
        lambda every: st.builds(
            Statistic,
            every=st.just(every),
            packet=st.integers(0, every - 1),
            negated=st.booleans(),
        )
    )
    random = st.builds(Statistic, probability=st.integers(0, 2**31), negated=st.booleans())
    return whole_rules(nth | random)
