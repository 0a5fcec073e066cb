"""Measurements of one question as tables: a line for each peer, a column for each size. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.compare import ratios_to
from bench.results import Measurement, Results, summarize

__all__ = ["BASE", "Grid", "grids_of", "seconds_text", "value_text"]

BASE: Final = "nfcore sets"
"""The peer that counts as 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One table.

    Args:
        title: what it shows.
        columns: what each column is for.
        rows: a peer, and its cells.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def seconds_text(seconds: float) -> str:
    """A time in the unit that suits it.

    >>> seconds_text(0.00123), seconds_text(2.5)
    ('1.23 ms', '2.5 s')
    """
    if seconds < 0:
        return f"-{seconds_text(-seconds)}"
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "us")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def value_text(value: float, unit: str) -> str:
    """A value with its unit."""
    if unit == "s":
        return seconds_text(value)
    return f"{value:.3g}%" if unit == "%" else f"{value:,.0f} {unit}"


def grids_of(results: Results, question: str) -> Iterator[Grid]:
    """One table for each stack and batch: median, and ratio to `BASE` where that was measured."""
    found = list(results.of(question))
    for stack, batch in dict.fromkeys((one.point.stack, one.point.batch) for one in found):
        chosen = [one for one in found if (one.point.stack, one.point.batch) == (stack, batch)]
        at_once = f" {batch:,} at once" if batch > 1 else ""
        yield _grid(f"{question}{at_once}, {stack}", chosen)


def _grid(title: str, measurements: Sequence[Measurement]) -> Grid:
    sizes = sorted({one.point.size for one in measurements})
    peers = list(dict.fromkeys(one.point.peer for one in measurements))
    what = "ports" if any(one.point.ports for one in measurements) else "networks"
    cells = {
        (one.point.peer, one.point.size): _cell(one, None if ratio is None else ratio.value)
        for one, ratio in ratios_to(list(measurements), BASE)
    }
    return Grid(
        title=title,
        columns=tuple(f"{size:,} {what}" for size in sizes),
        rows=tuple((peer, tuple(cells.get((peer, size), "-") for size in sizes)) for peer in peers),
    )


def _cell(measurement: Measurement, ratio: float | None) -> str:
    text = value_text(summarize(measurement).median, measurement.unit)
    return text if ratio is None or measurement.unit == "%" else f"{text} ({ratio:.3g}x)"
