"""``-m frag``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import intervals, negatable, whole_rules
from translate import InvalidRule, IPVersion, Rule
from translate.matches.frag import Frag
from translate.values.intervals import Interval

_ALL = Interval(0, 0xFFFFFFFF)
_NONE = "iptables-translate writes nothing"
_BACK = "iptables-translate turns it round"

CASES = ExtensionCases(
    name="frag",
    versions=(6,),
    saves=(
        Case("-m frag"),
        Case("-m frag --fragm", "-m frag --fragmore"),
        Case("-m frag ! --fragid 0x10:", "-m frag ! --fragid 16:4294967295"),
        Case("-m frag --fragid :", "-m frag"),
        Case("-m frag ! --fraglen 8"),
        Case("-m frag --fraglen 0"),
        Case(
            "-m frag --fraglast --fragfirst --fragres --fraglen 8 --fragid 5",
            "-m frag --fragid 5 --fraglen 8 --fragres --fragfirst --fraglast",
        ),
        Case("-p tcp -m frag --fragmore"),
        Case(
            "-m frag ! --fragid :",
            "-m frag ! --fragid 0:4294967295",
            oracle=False,
            reason="iptables-save loses this option, though the kernel heeds it",
        ),
    ),
    refused=(
        Refusal("-m frag --fragid 4294967296", match="a number up to 4294967295"),
        Refusal("-m frag --fragid 1:2:3", match="invalid range"),
        Refusal("-m frag --fragid 1 --fragid 2", match="only once"),
        Refusal("-m frag --fraglen 4294967296", match="not a number from 0"),
        Refusal("-m frag --fragmore --fraglast", match="cannot be used with"),
        Refusal("-m frag ! --fragres", match="'!' is not allowed"),
        Refusal("-m frag ! --fragfirst", match="'!' is not allowed"),
        Refusal(
            "-m frag --fragid 10:5", match="10 is above 5", oracle=False, reason="never matches"
        ),
    ),
    native=(
        Native("-m frag --fragid 5"),
        Native("-m frag ! --fragid 5:10 -j DROP"),
        Native("-m frag --fragid 5 --fragfirst --fragmore"),
        Native("-p tcp -m frag --fragfirst --fraglast"),
        Native("-m frag", expected="exthdr frag exists", reason=_NONE),
        Native("-m frag --fraglen 8", expected="exthdr frag exists", reason=_NONE),
        Native("-m frag --fragres", expected="frag reserved 0 frag reserved2 0", reason=_BACK),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    part = st.sampled_from(({}, {"more": True}, {"last": True}))
    identifier = negatable(intervals().filter(lambda interval: interval != _ALL))

    def of_part(part: dict[str, bool]) -> st.SearchStrategy[Frag]:
        return st.builds(
            Frag,
            id=st.none() | identifier,
            length=st.none() | negatable(st.integers(0, 0xFFFFFFFF)),
            reserved_zero=st.booleans(),
            first=st.booleans(),
            **{name: st.just(value) for name, value in part.items()},
        )

    return whole_rules(part.flatmap(of_part), version=st.just(IPVersion.V6))


def test_the_last_fragment_with_more_behind_it_is_refused() -> None:
    with pytest.raises(InvalidRule, match="frag: a fragment with more behind it is not the last"):
        Frag(more=True, last=True)
