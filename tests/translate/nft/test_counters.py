"""Counters in nft's JSON."""

from __future__ import annotations

import pytest

from tests.translate.harness.native import json_unit
from tests.translate.harness.oracles import Oracles
from translate import Counters, IPVersion, Rule, Untranslatable, from_nft, to_nft

_LARGEST = (1 << 63) - 1


def _rule(packets: int, size: int) -> Rule:
    counters = Counters(packets=packets, bytes=size)
    return Rule(version=IPVersion.V4, chain="INPUT", counters=counters)


def test_largest_counters_go_through_the_kernel(oracles: Oracles) -> None:
    rule = _rule(_LARGEST, _LARGEST)
    (loaded,) = oracles.nft.load([json_unit(rule, to_nft(rule))])
    assert loaded.error == ""
    assert loaded.listed is not None


def test_counters_are_read_back() -> None:
    rule = _rule(3, 4)
    again, _ = from_nft(to_nft(rule).expr, version=rule.version, table="filter", chain="INPUT")
    assert again.counters == rule.counters


@pytest.mark.parametrize("rule", [_rule(_LARGEST + 1, 0), _rule(0, _LARGEST + 1)])
def test_larger_ones_are_refused(rule: Rule) -> None:
    with pytest.raises(Untranslatable, match=r"-c \d+ \d+ .* up to 2\*\*63-1"):
        to_nft(rule)
