"""``-m iprange``."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import addresses, negatable, whole_rules
from translate import InvalidRule, IPVersion, Rule
from translate.matches.iprange import AddressRange, Iprange

_NEVER = "iptables takes it, and then it never matches"

CASES = ExtensionCases(
    name="iprange",
    saves=(
        Case("-m iprange --src-range 10.0.0.1-10.0.0.5", versions=(4,)),
        Case(
            "-m iprange ! --dst-range 1.1-010.2 --src-range 10",
            "-m iprange --src-range 10.0.0.0-10.0.0.0 ! --dst-range 1.1.0.0-8.2.0.0",
            versions=(4,),
        ),
        Case("-m iprange --src-range ::1", "-m iprange --src-range ::1-::1", versions=(6,)),
        Case("-m iprange ! --dst-range ::1-::ffff:1.2.3.4", versions=(6,)),
    ),
    refused=(
        Refusal("-m iprange --src-range ' ::1'", match="not an IPv6 address", versions=(6,)),
        Refusal("-m iprange", match="--src-range or --dst-range must be given"),
        Refusal("-m iprange --src-range 10.0.0.1-", match="not an IPv4 address", versions=(4,)),
        Refusal("-m iprange --src-range 10.0.0.0/8", match="without a mask", versions=(4,)),
        Refusal("-m iprange --src-range ::1-::2", match="not an IPv4 address", versions=(4,)),
        Refusal("-m iprange --src-range 1.1.1.1", match="not an IPv6 address", versions=(6,)),
        Refusal("-m iprange --src-range 1-2-3", match="not an IPv4 address", versions=(4,)),
        Refusal("-m iprange --src-range '1 - 2'", match="not an IPv4 address", versions=(4,)),
        Refusal("-m iprange --src-range 1-2 --src-range 1-2", match="only once", versions=(4,)),
        Refusal(
            "-m iprange --src-range 10.0.0.5-10.0.0.1",
            match="runs backwards",
            versions=(4,),
            oracle=False,
            reason=_NEVER,
        ),
    ),
    native=(
        Native("-m iprange --src-range 10.0.0.1-10.0.0.5", versions=(4,)),
        Native("-m iprange ! --dst-range 10.0.0.0-10.0.0.255 -j DROP", versions=(4,)),
        Native("-m iprange --src-range 0.0.0.0-255.255.255.255", versions=(4,)),
        Native("-m iprange --src-range 10.0.0.1 ! --dst-range 10.0.0.1", versions=(4,)),
        Native("-m iprange ! --src-range ::1-::5 --dst-range ::1", versions=(6,)),
    ),
)


def _ranges(version: IPVersion) -> st.SearchStrategy[AddressRange]:
    pairs = st.lists(addresses(version), min_size=2, max_size=2).map(sorted)
    return pairs.map(lambda pair: AddressRange(*pair))


def rules() -> st.SearchStrategy[Rule]:
    def of_version(version: IPVersion) -> st.SearchStrategy[Rule]:
        side = negatable(_ranges(version))
        either = st.builds(Iprange, source=side, destination=st.none() | side)
        return whole_rules(either | st.builds(Iprange, destination=side), version=st.just(version))

    return of_version(IPVersion.V4) | of_version(IPVersion.V6)


def test_ranges_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidRule, match="differ in IP version"):
        AddressRange(IPv4Address("1.1.1.1"), IPv6Address("::1"))
    with pytest.raises(InvalidRule, match=r"1\.1\.1\.2-1\.1\.1\.1 runs backwards"):
        AddressRange(IPv4Address("1.1.1.2"), IPv4Address("1.1.1.1"))
    with pytest.raises(InvalidRule, match="--src-range or --dst-range must be given"):
        Iprange()
