"""``-m ipcomp``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import intervals, negatable, whole_rules
from translate import Negatable, Rule
from translate.matches.ipcomp import Ipcomp
from translate.protocols import IPCOMP
from translate.values.clipped import ClippedInterval
from translate.values.intervals import Interval

_LOST = "iptables-save prints no option then, which is read as 0"

CASES = ExtensionCases(
    name="ipcomp",
    saves=(
        Case("-p ipcomp -m ipcomp", "-p ipcomp -m ipcomp --ipcompspi 0"),
        Case("-p 108 ! --ipcompspi 0x12", "-p ipcomp -m ipcomp ! --ipcompspi 18"),
        Case("-p ipcomp --ipcompspi :100", "-p ipcomp -m ipcomp --ipcompspi 0:100"),
        Case("-p ipcomp --ipcompspi 100:", "-p ipcomp -m ipcomp --ipcompspi 100:4294967295"),
        Case("-p ipcomp -m ipcomp --ipcompspi 70000:80000 --compres"),
        Case(
            "-p ipcomp ! --ipcompspi :",
            "-p ipcomp -m ipcomp ! --ipcompspi 0:4294967295",
            oracle=False,
            reason=_LOST,
        ),
        Case(
            "-m ipcomp --ipcompspi 18",
            "-p ipcomp -m ipcomp --ipcompspi 18",
            oracle=False,
            reason="iptables-translate takes it, the kernel, which is told no protocol, doesn't",
        ),
    ),
    refused=(
        Refusal("-m ipcomp", match="needs -p ipcomp"),
        Refusal("-p tcp -m ipcomp --ipcompspi 5", match="needs -p ipcomp"),
        Refusal("-p ipcomp --ipcompspi 4294967296", match="a number up to 4294967295"),
        Refusal("-p ipcomp --ipcompspi 1 --ipcompspi 2", match="only once"),
        Refusal("-p ipcomp ! --compres", match="'!' is not allowed"),
        Refusal(
            "-p ipcomp --ipcompspi 10:5",
            match="10 is above 5",
            oracle=False,
            reason="never matches",
        ),
    ),
    native=(
        Native("-p ipcomp --ipcompspi 5"),
        Native("-p ipcomp ! --ipcompspi 5:10 -j DROP"),
        Native("-m ipcomp --ipcompspi 18"),
        Native("-p ipcomp -m ipcomp --compres"),
        Native("-p ipcomp --ipcompspi 65536", untranslatable="at most 65535"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    spi = st.builds(ClippedInterval, intervals(), st.just(0xFFFF)).filter(
        lambda spi: not (spi.written.first == 0 and spi.written.last == 0xFFFFFFFF)
    )
    return whole_rules(
        st.builds(Ipcomp, spi=negatable(spi), reserved_zero=st.booleans()),
        protocol=Negatable(IPCOMP),
    )


def test_what_no_packet_can_hold_makes_no_difference() -> None:
    def index(first: int, last: int) -> ClippedInterval:
        return ClippedInterval(Interval(first, last), 0xFFFF)

    assert index(100, 0xFFFF) == index(100, 0xFFFFFFFF)
    assert index(100, 0xFFFF) != index(101, 0xFFFFFFFF)
    assert index(0, 1 << 20).is_all
    assert index(70000, 80000).found is None
