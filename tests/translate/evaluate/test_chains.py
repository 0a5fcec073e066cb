"""Within a table: rules in order, jumps and gotos, RETURN, policies."""

from __future__ import annotations

import time

import pytest

from tests.translate.evaluate.scenario import HOST, forwarded, names, packet
from translate import IPVersion, parse
from translate.evaluate import Outcome, Ruleset, walk


def test_the_first_verdict_counts() -> None:
    way = forwarded("*filter\n-A FORWARD -j ACCEPT\n-A FORWARD -j DROP")
    assert (way.outcome, names(way)) == (Outcome.ACCEPT, ["filter FORWARD rule 1"])


def test_a_rule_without_target_only_counts() -> None:
    way = forwarded("*filter\n-A FORWARD\n-A FORWARD -j DROP")
    assert names(way) == ["filter FORWARD rule 1", "filter FORWARD rule 2"]


@pytest.mark.parametrize("policy", ["ACCEPT", "DROP"])
def test_the_policy_decides_at_the_end(policy: str) -> None:
    way = forwarded(f"*filter\n:FORWARD {policy}\n-A FORWARD -p tcp -j ACCEPT")
    assert way.outcome == policy
    assert way.decided_by is not None
    assert str(way.decided_by) == f"filter FORWARD policy: {policy}"


def test_return_in_a_built_in_chain_leads_to_the_policy() -> None:
    way = forwarded("*filter\n:FORWARD DROP\n-A FORWARD -j RETURN\n-A FORWARD -j ACCEPT")
    assert names(way) == ["filter FORWARD rule 1", "filter FORWARD policy"]


CALLS = """
*filter
:FORWARD DROP
:ONE -
:TWO -
-A FORWARD {first} ONE
-A FORWARD -j ACCEPT
-A ONE {second} TWO
-A ONE -j REJECT
-A TWO {third}
"""


@pytest.mark.parametrize("third", ["-p udp", "-j RETURN"], ids=["end", "return"])
@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ("-j", "-j", Outcome.REJECT),
        # A goto leaves no way back to the chain that it was in.
        ("-j", "-g", Outcome.ACCEPT),
        ("-g", "-j", Outcome.REJECT),
        ("-g", "-g", Outcome.DROP),
    ],
)
def test_ways_back(first: str, second: str, third: str, outcome: Outcome) -> None:
    way = forwarded(CALLS.format(first=first, second=second, third=third))
    assert way.outcome is outcome


def test_a_chain_may_be_called_again() -> None:
    way = forwarded("*filter\n:ONE -\n-A FORWARD -j ONE\n-A FORWARD -j ONE\n-A ONE -p udp")
    assert names(way) == [
        "filter FORWARD rule 1",
        "filter ONE rule 1",
        "filter FORWARD rule 2",
        "filter ONE rule 1",
    ]


def test_an_empty_ruleset_lets_everything_pass() -> None:
    way = forwarded("*raw")
    assert way.outcome is Outcome.ACCEPT
    assert way.decided_by is not None
    assert way.decided_by.place.table == "raw"
    nothing = Ruleset(version=IPVersion.V4)
    free = walk(packet("10.0.1.2", "10.0.2.2", in_interface="br1"), nothing, HOST)
    assert (free.outcome, free.steps, free.decided_by) == (Outcome.ACCEPT, (), None)


def test_twenty_thousand_rules_are_walked() -> None:
    words = ["-s", "10.9.0.0/16", "-i", "br9", "-p", "udp", "--dport", "99", "-j", "DROP"]
    rule = parse(words, version=IPVersion.V4, chain="FORWARD")
    many = Ruleset.of(IPVersion.V4, [rule] * 20_000, policies={("filter", "FORWARD"): "DROP"})
    before = time.perf_counter()
    way = walk(packet("10.0.1.2", "10.0.2.2", in_interface="br1"), many, HOST)
    print(f"{time.perf_counter() - before:.3f} s")  # noqa: T201 - shown with -s, not asserted
    assert way.decided_by is not None
    assert way.decided_by.place.number is None
