"""``-m limit``."""

from __future__ import annotations

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.matches.limit import Limit

_NO_OPTION = "tcp option 23 missing"
_NO_CHUNK = "sctp chunk init missing"

CASES = ExtensionCases(
    name="limit",
    saves=(
        Case("-m limit", "-m limit --limit 3/hour"),
        Case("-m limit --limit 5", "-m limit --limit 5/sec"),
        Case("-m limit --limit 5/S", "-m limit --limit 5/sec"),
        Case("-m limit --limit 5/mi --limit-burst 0x10", "-m limit --limit 5/min --limit-burst 16"),
        Case("-m limit --limit 5/hour --limit-burst 5", "-m limit --limit 5/hour"),
        Case("-m limit --limit 7/Day", "-m limit --limit 7/day"),
        # What the kernel counts in, it is rounded to.
        Case("-m limit --limit 300/s", "-m limit --limit 303/sec"),
        Case("-m limit --limit 60/minute", "-m limit --limit 1/sec"),
        Case("-m limit --limit 61/minute", "-m limit --limit 61/min"),
        Case("-m limit --limit 48/day", "-m limit --limit 2/hour"),
        Case("-m limit --limit 864000000/day", "-m limit --limit 10000/sec"),
        Case("-m limit --limit 1/day --limit-burst 1"),
        Case("-m limit --limit 1/hour --limit-burst 119"),
        Case("-m limit --limit 1/min --limit-burst 7158"),
    ),
    refused=(
        Refusal("-m limit --limit 0/s", match="not in 1 to 10000 packets a second"),
        Refusal("-m limit --limit 10001/s", match="not in 1 to 10000 packets a second"),
        Refusal("-m limit --limit 600001/min", match="not in 1 to 10000 packets a second"),
        Refusal("-m limit --limit 5/w", match="COUNT/UNIT with second, minute, hour or day"),
        Refusal("-m limit --limit 5/", match="invalid rate '5/'"),
        Refusal("-m limit --limit 0x5/s", match="invalid rate '0x5/s'"),
        Refusal("-m limit --limit ''", match="invalid rate ''"),
        Refusal("-m limit ! --limit 5/s", match="'!' is not allowed"),
        Refusal("-m limit --limit 5 --limit 6", match="only once"),
        Refusal("-m limit --limit-burst 10001", match="not a number from 0 to 10000"),
        Refusal("-m limit --limit-burst 0", match="burst must be 1 to 10000"),
        Refusal("-m limit --limit 1/day", match="more than the kernel can count"),
        Refusal("-m limit --limit 1/day --limit-burst 4", match="more than the kernel can count"),
        Refusal("-m limit --limit 1/hour --limit-burst 120", match="a smaller burst"),
        Refusal("-m limit --limit 1/min --limit-burst 7159", match="a smaller burst"),
        Refusal(
            "-m limit --limit 5.5/s", match="invalid rate", oracle=False, reason="it reads 5/s"
        ),
    ),
    native=(
        Native("-m limit"),
        Native("-m limit --limit 5/s --limit-burst 100 -j ACCEPT"),
        Native("-m limit --limit 300/s"),
        Native("-m limit --limit 61/min"),
        Native("-m limit --limit 7/day --limit-burst 1"),
        *(
            Native(
                f"{protocol} -m limit --limit 5/s {more}",
                expected=f"{first} limit rate 5/second {then}",
                reason="-p comes first: other packets are not counted",
                versions=(version,),
            )
            for version, protocol, more, first, then in (
                (4, "-p tcp", "-m tcp --dport 22", "ip protocol tcp", "tcp dport 22"),
                (6, "-p tcp", "-m tcp", "meta l4proto tcp", ""),
                (4, "-p tcp", "-m tcp ! --tcp-option 23", "ip protocol tcp", _NO_OPTION),
                (4, "-p icmp", "-m icmp --icmp-type any", "ip protocol icmp", ""),
                (4, "-p esp", "-m esp", "ip protocol esp", ""),
                (6, "-p ah", "-m ah --ahspi 5", "meta l4proto ah", "ah spi 5"),
                (4, "-p sctp", "-m sctp ! --chunk-types all INIT", "ip protocol sctp", _NO_CHUNK),
                (
                    4,
                    "-p tcp",
                    "-m conntrack --ctorigdstport 80 -m tcp --dport 5",
                    "ip protocol tcp",
                    "ct original proto-dst 80 tcp dport 5",
                ),
            )
        ),
        Native("-p tcp -m tcp --dport 22 -m limit --limit 5/s"),
    ),
)


@st.composite
def _limits(draw: st.DrawFn) -> Limit:
    unit = draw(st.sampled_from(("second", "minute", "hour", "day")))
    try:
        return Limit(
            count=draw(st.integers(1, 60)), unit=unit, burst=draw(st.integers(1, 200) | st.just(5))
        )
    except InvalidRule:
        assume(condition=False)
        raise


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(_limits())


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ({"unit": "week"}, "unit 'week' must be second, minute, hour or day"),
        ({"count": 10001, "unit": "second"}, "10001 a second is not in 1 to 10000 a second"),
        ({"burst": 0}, "burst must be 1 to 10000, not 0"),
        ({"count": 60, "unit": "minute"}, "60 a minute must be written 1 a second"),
        ({"count": 1, "unit": "day"}, "more than the kernel can count"),
    ],
)
def test_limits_that_cannot_be_are_refused(limit: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Limit(**limit)  # type: ignore[arg-type]  # of several types
