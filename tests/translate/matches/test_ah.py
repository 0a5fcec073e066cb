"""``-m ah``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import intervals, negatable, whole_rules
from translate import InvalidRule, IPVersion, Negatable, Rule
from translate.matches.ah import Ah
from translate.protocols import AH
from translate.values.intervals import Interval

_ALL = Interval(0, 0xFFFFFFFF)
_UNITS = "iptables-translate compares octets with a count of four octets"
_BACK = "iptables-translate turns it round"

CASES = ExtensionCases(
    name="ah",
    saves=(
        Case("-p ah ! --ah 5", "-p ah -m ah ! --ahspi 5", versions=(4,)),
        Case("-p ah -m ah"),
        Case("-p AH --ahspi 0x10:", "-p ah -m ah --ahspi 16:4294967295"),
        Case("-p ah ! --ahspi 5:5", "-p ah -m ah ! --ahspi 5"),
        Case("-m ah", versions=(6,)),
        Case("-m ah --ahspi :", "-m ah", versions=(6,)),
        Case("-m ah --ahspi 5:9 ! --ahlen 12 --ahres", versions=(6,)),
        Case("-m ah --ahlen 0", "-m ah", versions=(6,)),
        Case("-m ah ! --ahlen 0", versions=(6,)),
        Case("-p tcp -m ah --ahlen 0x10", "-p tcp -m ah --ahlen 16", versions=(6,)),
        Case(
            "-p ah ! --ahspi :",
            "-p ah -m ah ! --ahspi 0:4294967295",
            oracle=False,
            reason="iptables-save loses this option, though the kernel heeds it",
        ),
    ),
    refused=(
        Refusal("-m ah --ahspi 5", match="needs -p ah", versions=(4,)),
        Refusal("-p ah --ahlen 12", match="belongs to ip6tables", versions=(4,)),
        Refusal("-p ah --ahres", match="belongs to ip6tables", versions=(4,)),
        Refusal("-p ah --ahspi 4294967296", match="a number up to 4294967295"),
        Refusal("-p ah --ahspi 1 --ahspi 2", match="only once"),
        Refusal("-m ah --ahlen foo", match="not a number from 0", versions=(6,)),
        Refusal("-m ah ! --ahres", match="'!' is not allowed", versions=(6,)),
        Refusal("-p ah --ahspi 10:5", match="10 is above 5", oracle=False, reason="never matches"),
    ),
    native=(
        Native("-p ah --ahspi 5", versions=(4,)),
        Native("-p ah ! --ahspi 5:10 -j DROP", versions=(4,)),
        Native(
            "-p ah -m ah",
            versions=(4,),
            expected="meta l4proto ah",
            reason="iptables-translate loses the protocol",
        ),
        Native("-m ah", versions=(6,)),
        Native("-m ah --ahspi 5:10 -j DROP", versions=(6,)),
        Native(
            "-p ah -m ah --ahspi 5",
            versions=(6,),
            expected="ah spi 5 meta l4proto ah",
            reason="-p ah is told apart from none",
        ),
        Native("-m ah --ahlen 24", versions=(6,), expected="ah hdrlength 4", reason=_UNITS),
        Native("-m ah ! --ahlen 24", versions=(6,), expected="ah hdrlength != 4", reason=_UNITS),
        Native("-m ah --ahres", versions=(6,), expected="ah reserved 0", reason=_BACK),
        Native(
            "-m ah --ahlen 13", versions=(6,), untranslatable="8 to 1028 octets, a multiple of 4"
        ),
        Native("-m ah --ahlen 1032", versions=(6,), untranslatable="never holds"),
        Native("-m ah ! --ahlen 0", versions=(6,), untranslatable="any length"),
        Native("-p tcp -m ah", versions=(6,), untranslatable="for the packet's protocol"),
        Native("! -p ah -m ah", versions=(6,), untranslatable="for the packet's protocol"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    spi = st.none() | negatable(intervals().filter(lambda interval: interval != _ALL))
    length = st.none() | negatable(
        st.integers(1, 0xFFFFFFFF) | st.integers(2, 9).map(lambda n: n * 4)
    )
    of_ipv6 = st.builds(Ah, spi=spi, length=length, reserved_zero=st.booleans())
    only_6 = st.just(IPVersion.V6)
    return (
        whole_rules(st.builds(Ah, spi=spi), protocol=Negatable(AH))
        | whole_rules(of_ipv6, version=only_6)
        | whole_rules(of_ipv6, version=only_6, protocol=Negatable(AH))
    )


def test_a_length_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidRule, match="ah: length 0 is any length: None"):
        Ah(length=Negatable(0))
    with pytest.raises(InvalidRule, match="ah: length must be 0 to 4294967295, not -1"):
        Ah(length=Negatable(-1))
