"""Results in the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from bench.compare import Comparison
from bench.grid import Grid, grids_of, seconds_text, value_text
from bench.results import Measurement, Results, summarize

__all__ = ["print_comparison", "print_details", "print_results"]


def print_results(console: Console, results: Results) -> None:
    """Every question's tables, and what was skipped."""
    for question in dict.fromkeys(one.point.question for one in results.measurements):
        for grid in grids_of(results, question):
            console.print(_table(grid))
    for one in results.skipped:
        console.print(f"skipped: {one.point}: {one.why}", style="dim")


def _table(grid: Grid) -> Table:
    table = Table("", *grid.columns, title=grid.title, title_justify="left")
    for peer, cells in grid.rows:
        table.add_row(peer, *cells)
    return table


def print_details(console: Console, measurements: Iterable[Measurement]) -> None:
    """Every measurement with its statistics."""
    names = ("turns", "median", "p95", "p99", "spread", "CPU, user", "CPU, kernel", "memory")
    table = Table("", *names)
    for one in measurements:
        summary = summarize(one)
        values = (summary.median, summary.p95, summary.p99, summary.spread)
        used = [seconds_text(one.user), seconds_text(one.system)] if one.cpu else ["", ""]
        memory = f"{one.peak_kib / 1024:.0f} MiB" if one.peak_kib else ""
        texts = (value_text(value, one.unit) for value in values)
        table.add_row(str(one.point), str(summary.count), *texts, *used, memory)
    console.print(table)


def print_comparison(console: Console, comparisons: Iterable[Comparison]) -> None:
    """Every point that two runs share; what is within the noise is dim."""
    table = Table("", "first", "second", "ratio")
    for one in comparisons:
        table.add_row(
            str(one.point),
            value_text(one.first, one.unit),
            value_text(one.second, one.unit),
            f"{one.ratio.value:.2f}",
            style=None if one.ratio.clear else "dim",
        )
    console.print(table)
