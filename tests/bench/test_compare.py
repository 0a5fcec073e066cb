from __future__ import annotations

import math

import pytest

from bench.compare import compare, ratio_of, ratios_to
from bench.results import Results
from tests.bench.made import measurement


def test_a_ratio_is_that_of_the_medians() -> None:
    ratio = ratio_of(measurement(1.0, 2.0, 3.0), measurement(40.0, 50.0, 60.0))
    assert ratio.value == 25.0
    assert ratio.clear


@pytest.mark.parametrize(("second", "value"), [(0.0, 1.0), (2.0, math.inf)])
def test_a_ratio_to_nothing_is_infinite_unless_both_are_nothing(
    second: float, value: float
) -> None:
    assert ratio_of(measurement(0.0), measurement(second)).value == value


def test_what_lies_within_the_spreads_is_not_clear() -> None:
    assert not ratio_of(measurement(1.0, 2.0, 3.0), measurement(2.0, 3.0, 4.0)).clear
    assert ratio_of(measurement(1.0, 2.0, 3.0), measurement(4.0, 5.0, 6.0)).clear


def test_only_points_of_both_runs_are_compared() -> None:
    first = Results(measurements=(measurement(1.0), measurement(1.0, networks=10)))
    second = Results(measurements=(measurement(3.0, networks=10), measurement(1.0, batch=9)))
    [found] = compare(first, second)
    assert found.point.networks == 10
    assert (found.first, found.second, found.ratio.value) == (1.0, 3.0, 3.0)


def test_ratios_are_to_a_peer_at_the_same_point() -> None:
    measurements = [
        measurement(1.0),
        measurement(4.0, peer="nft -f"),
        measurement(2.0, networks=10),
        measurement(4.0, networks=10, peer="nft -f"),
        measurement(5.0, networks=100, peer="nft -f"),
        measurement(1.0, ports=1),
        measurement(5.0, ports=1, peer="nft -f"),
        measurement(2.0, ports=9),
    ]
    found = [ratio and ratio.value for _, ratio in ratios_to(measurements, "nfcore rules")]
    assert found == [1.0, pytest.approx(4.0), 1.0, pytest.approx(2.0), None, 1.0, 5.0, 1.0]
