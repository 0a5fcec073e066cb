"""``-m rt``."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import addresses, intervals, negatable, whole_rules
from translate import InvalidRule, IPVersion, Negatable, Rule
from translate.matches.rt import Rt
from translate.values.clipped import ClippedInterval
from translate.values.intervals import Interval

_ALL = Interval(0, 0xFFFFFFFF)
_NONE = "iptables-translate has none"
_UNITS = "iptables-translate compares octets with a count of eight octets"
_SIXTEEN = ",".join(f"::{n:x}" for n in range(1, 17))

CASES = ExtensionCases(
    name="rt",
    versions=(6,),
    saves=(
        Case("-m rt"),
        Case("-m rt ! --rt-type 0x10", "-m rt ! --rt-type 16"),
        Case("-m rt --rt-type 4294967295"),
        Case("-m rt ! --rt-segsleft 5:", "-m rt ! --rt-segsleft 5:4294967295"),
        Case("-m rt --rt-segsleft :", "-m rt"),
        Case("-m rt ! --rt-len 24 --rt-segsleft 1", "-m rt --rt-segsleft 1 ! --rt-len 24"),
        Case("-m rt --rt-len 0"),
        Case("-m rt --rt-type 0 --rt-0-res"),
        Case(
            "-m rt --rt-type 0 --rt-0-addrs ::1,::ffff:1.2.3.4 --rt-0-not-strict --rt-0-res",
            "-m rt --rt-type 0 --rt-0-res --rt-0-addrs ::1,::ffff:1.2.3.4 --rt-0-not-strict",
        ),
        Case(f"-m rt --rt-type 0 --rt-0-addrs {_SIXTEEN}"),
        Case(
            "-m rt ! --rt-segsleft :",
            "-m rt ! --rt-segsleft 0:4294967295",
            oracle=False,
            reason="iptables-save loses this option, though the kernel heeds it",
        ),
    ),
    refused=(
        Refusal("-m rt --rt-type 4294967296", match="not a number from 0"),
        Refusal("-m rt --rt-len 4294967296", match="not a number from 0"),
        Refusal("-m rt --rt-segsleft 4294967296", match="a number up to 4294967295"),
        Refusal("-m rt --rt-type 0 --rt-type 1", match="only once"),
        Refusal("-m rt --rt-0-res", match="--rt-type 0 is required"),
        Refusal("-m rt --rt-0-res --rt-type 0", match="--rt-type 0 is required before it"),
        Refusal(
            "-m rt --rt-type 0 --rt-0-not-strict --rt-0-addrs ::1",
            match="--rt-0-addrs is required before it",
        ),
        Refusal("-m rt --rt-type 2 --rt-0-res", match="--rt-type 0 is required"),
        Refusal("-m rt ! --rt-type 0 --rt-0-res", match="--rt-type 0 is required"),
        Refusal("-m rt --rt-0-addrs ::1", match="--rt-type 0 is required"),
        Refusal("-m rt --rt-type 0 --rt-0-not-strict", match="--rt-0-addrs is required"),
        Refusal("-m rt --rt-type 0 ! --rt-0-res", match="'!' is not allowed"),
        Refusal("-m rt --rt-type 0 --rt-0-addrs 1.2.3.4", match="not an IPv6 address"),
        Refusal("-m rt --rt-type 0 --rt-0-addrs ''", match="not an IPv6 address"),
        Refusal(f"-m rt --rt-type 0 --rt-0-addrs {_SIXTEEN},::a", match="at most 16 addresses"),
        Refusal(
            "-m rt --rt-segsleft 10:5", match="10 is above 5", oracle=False, reason="never matches"
        ),
    ),
    native=(
        Native("-m rt --rt-type 0"),
        Native("-m rt ! --rt-type 33 -j DROP"),
        Native("-m rt ! --rt-segsleft 13:42"),
        Native("-m rt", expected="exthdr rt exists", reason="iptables-translate writes nothing"),
        Native("-m rt --rt-len 24", expected="rt hdrlength 2", reason=_UNITS),
        Native("-m rt --rt-segsleft 1:", expected="rt seg-left 1-255", reason="nft refuses theirs"),
        Native(
            "-m rt --rt-type 0 --rt-0-res",
            expected="rt type 0 srh last-entry 0 srh flags 0 srh tag 0",
            reason=_NONE,
        ),
        Native(
            "-m rt --rt-type 0 --rt-0-addrs ::1,::2",
            expected="rt type 0 rt hdrlength 4-5 srh sid[1] ::1 srh sid[2] ::2",
            reason=_NONE,
        ),
        Native("-m rt --rt-type 256", untranslatable="at most 255"),
        Native("-m rt --rt-segsleft 256", untranslatable="at most 255"),
        Native("-m rt ! --rt-len 22", untranslatable="a multiple of 8"),
        Native("-m rt --rt-type 0 --rt-0-addrs ::1,::2,::3", untranslatable="with 3 addresses"),
        Native(
            "-m rt --rt-type 0 --rt-0-addrs ::1 --rt-0-not-strict", untranslatable="cannot search"
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    numbers = st.integers(0, 0xFFFFFFFF) | st.integers(0, 255)
    left = st.builds(
        ClippedInterval, intervals().filter(lambda interval: interval != _ALL), st.just(255)
    )
    fields = {
        "segments_left": st.none() | negatable(left),
        "length": st.none() | negatable(numbers | st.integers(1, 9).map(lambda units: units * 8)),
    }
    hops = st.lists(addresses(IPVersion.V6), max_size=3).map(tuple)
    of_type_0 = hops.flatmap(
        lambda hops: st.builds(
            Rt,
            type=st.just(Negatable(0)),
            reserved_zero=st.booleans(),
            addresses=st.just(hops),
            strict=st.booleans() if hops else st.just(value=True),
            **fields,
        )
    )
    any_type = st.builds(Rt, type=st.none() | negatable(numbers), **fields)
    return whole_rules(any_type | of_type_0, version=st.just(IPVersion.V6))


def test_headers_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidRule, match="rt: type must be 0 to 4294967295, not -1"):
        Rt(type=Negatable(-1))
    with pytest.raises(InvalidRule, match="--rt-type 0 is required with --rt-0-res"):
        Rt(type=Negatable(0, negated=True), reserved_zero=True)
    with pytest.raises(InvalidRule, match="--rt-0-addrs is required with --rt-0-not-strict"):
        Rt(strict=False)
    with pytest.raises(InvalidRule, match="rt: at most 16 addresses"):
        Rt(type=Negatable(0), addresses=(IPv6Address("::1"),) * 17)
