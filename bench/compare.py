"""Two runs side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bench.results import Measurement, Point, Results, summarize

__all__ = ["Comparison", "Ratio", "compare", "ratio_of", "ratios_to"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How two measurements compare.

    Args:
        value: the second's median, in units of the first's; infinite where that is 0.
        clear: whether the medians are further apart than both spreads together.
    """

    value: float
    clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One point in two runs.

    Args:
        point: what was measured.
        first: its median in the first run.
        second: in the second.
        ratio: second to first.
        unit: what the medians are.
    """

    point: Point
    first: float
    second: float
    ratio: Ratio
    unit: str


def ratio_of(first: Measurement, second: Measurement) -> Ratio:
    """The second measurement by the first."""
    one, other = summarize(first), summarize(second)
    return Ratio(
        value=_quotient(other.median, one.median),
        clear=abs(other.median - one.median) > one.spread + other.spread,
    )


def _quotient(value: float, unit: float) -> float:
    if value == unit:
        return 1.0
    return value / unit if unit else math.inf


def compare(first: Results, second: Results) -> Iterator[Comparison]:
    """Every point that both runs measured, in the order of the first."""
    others = {one.point: one for one in second.measurements}
    for one in first.measurements:
        other = others.get(one.point)
        if other is not None:
            yield Comparison(
                point=one.point,
                first=summarize(one).median,
                second=summarize(other).median,
                ratio=ratio_of(one, other),
                unit=one.unit,
            )


def ratios_to(
    measurements: list[Measurement], peer: str
) -> Iterator[tuple[Measurement, Ratio | None]]:
    """Each measurement, and how it compares with a peer's at the same point.

    Args:
        measurements: of several peers.
        peer: the one that counts as 1.
    """
    base = {_place(one.point): one for one in measurements if one.point.peer == peer}
    for one in measurements:
        first = base.get(_place(one.point))
        yield one, None if first is None else ratio_of(first, one)


def _place(point: Point) -> Point:
    """The same for all peers."""
    return replace(point, peer="")
