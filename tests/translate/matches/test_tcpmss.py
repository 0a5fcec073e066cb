"""``-m tcpmss``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import intervals, negatable, whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.matches.tcpmss import Tcpmss
from translate.protocols import TCP
from translate.values.intervals import Interval

CASES = ExtensionCases(
    name="tcpmss",
    saves=(
        Case("-p tcp -m tcpmss --mss 42"),
        Case("-p tcp -m tcpmss ! --mss 0x10:50", "-p tcp -m tcpmss ! --mss 16:50"),
        Case("-p tcp -m tcpmss --mss 42:", "-p tcp -m tcpmss --mss 42:65535"),
        Case("-p tcp -m tcpmss --mss :", "-p tcp -m tcpmss --mss 0:65535"),
        Case(
            "-m tcpmss --mss 42",
            "-p tcp -m tcpmss --mss 42",
            oracle=False,
            reason="iptables-translate takes it, the kernel, which is told no protocol, doesn't",
        ),
    ),
    refused=(
        Refusal("-p tcp -m tcpmss", match="--mss must be given"),
        Refusal("-p udp -m tcpmss --mss 42", match="needs -p tcp"),
        Refusal("! -p tcp -m tcpmss --mss 42", match="needs -p tcp"),
        Refusal("-p tcp -m tcpmss --mss 65536", match="up to 65535"),
        Refusal("-p tcp -m tcpmss --mss 50:42", match="50 is above 42"),
        Refusal("-p tcp -m tcpmss --mss 1 --mss 2", match="only once"),
    ),
    native=(
        Native("-p tcp -m tcpmss --mss 42"),
        Native("-p tcp -m tcpmss ! --mss 42:50 -j DROP"),
        Native("-p tcp --syn -m tcpmss --mss 1400:1536"),
        Native("-m tcpmss --mss 42"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(st.builds(Tcpmss, mss=negatable(intervals(0xFFFF))), protocol=Negatable(TCP))


def test_a_size_that_no_segment_has_is_refused() -> None:
    with pytest.raises(InvalidRule, match="mss must be 0 to 65535, not 65536"):
        Tcpmss(mss=Negatable(Interval(0, 65536)))
