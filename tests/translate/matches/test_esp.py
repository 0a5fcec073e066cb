"""``-m esp``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import intervals, negatable, whole_rules
from translate import Negatable, Rule
from translate.matches.esp import Esp
from translate.protocols import ESP
from translate.values.intervals import Interval

_ALL = Interval(0, 0xFFFFFFFF)

CASES = ExtensionCases(
    name="esp",
    saves=(
        Case("-p esp -m esp"),
        Case("-p 50 ! --espspi 0x10:010000", "-p esp -m esp ! --espspi 16:4096"),
        Case("-p esp --espspi 5:", "-p esp -m esp --espspi 5:4294967295"),
        Case("-p esp --espspi 5:5", "-p esp -m esp --espspi 5"),
        Case("-p esp --espspi :", "-p esp -m esp"),
        Case(
            "-p esp ! --espspi :",
            "-p esp -m esp ! --espspi 0:4294967295",
            oracle=False,
            reason="iptables-save loses this option, though the kernel heeds it",
        ),
    ),
    refused=(
        Refusal("-m esp --espspi 5", match="needs -p esp"),
        Refusal("-p tcp -m esp", match="needs -p esp"),
        Refusal("-p esp --espspi 4294967296", match="a number up to 4294967295"),
        Refusal("-p esp --espspi 1:2:3", match="invalid range '1:2:3'"),
        Refusal("-p esp --espspi 1 --espspi 2", match="only once"),
        Refusal(
            "-p esp --espspi 10:5", match="10 is above 5", oracle=False, reason="never matches"
        ),
    ),
    native=(
        Native("-p esp --espspi 5"),
        Native("-p esp ! --espspi 5:10 -j DROP"),
        Native(
            "-p esp -m esp",
            expected="meta l4proto esp",
            reason="iptables-translate loses the protocol",
        ),
        Native(
            "-p esp ! --espspi :",
            expected="esp spi != 0-4294967295",
            reason="iptables-translate loses the option",
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    spi = negatable(intervals().filter(lambda interval: interval != _ALL))
    return whole_rules(st.builds(Esp, spi=st.none() | spi), protocol=Negatable(ESP))
