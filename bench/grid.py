"""Measurements of one question as a table: a line for each peer, a column for each size. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.compare import ratios_to
from bench.results import Measurement, Results, summarize

__all__ = ["BASE", "Grid", "grids_of", "seconds_text"]

BASE = "nfcore rules"
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


def grids_of(results: Results, question: str) -> Iterator[Grid]:
    """One table for each stack and batch: median, and ratio to `BASE` where that was measured."""
    found = list(results.of(question))
    for stack, batch in dict.fromkeys((one.point.stack, one.point.batch) for one in found):
        chosen = [one for one in found if (one.point.stack, one.point.batch) == (stack, batch)]
        yield _grid(f"{question} {batch} at once, {stack}", chosen)


def _grid(title: str, measurements: Sequence[Measurement]) -> Grid:
    sizes = sorted({one.point.networks for one in measurements})
    peers = list(dict.fromkeys(one.point.peer for one in measurements))
    cells = {
        (one.point.peer, one.point.networks): _cell(one, None if ratio is None else ratio.value)
        for one, ratio in ratios_to(list(measurements), BASE)
    }
    return Grid(
        title=title,
        columns=tuple(f"{size:,} networks" for size in sizes),
        rows=tuple((peer, tuple(cells.get((peer, size), "-") for size in sizes)) for peer in peers),
    )


def _cell(measurement: Measurement, ratio: float | None) -> str:
    summary = summarize(measurement)
    if measurement.unit == "s":
        text = seconds_text(summary.median)
    else:
        text = f"{summary.median:,.0f} {measurement.unit}"
    return text if ratio is None else f"{text} ({ratio:.3g}x)"
