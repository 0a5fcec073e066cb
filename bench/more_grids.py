"""More tables of the same measurements: percentiles, throughput, CPU time and memory. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bench.grid import Grid, seconds_text
from bench.results import Measurement, Results, summarize

__all__ = ["percentiles", "resources", "throughput"]

_MIB: Final = 1024  # KiB


def percentiles(results: Results, question: str) -> Iterator[Grid]:
    """Percentiles by the median, for one at once, at the largest size."""
    timed = [one for one in results.of(question) if one.unit == "s" and len(one.values) > 1]
    single = [one for one in timed if one.point.batch == 1] or timed
    if not single:
        return
    largest = max(one.point.size for one in single)
    rows = []
    for one in single:
        summary = summarize(one)
        if one.point.size == largest and summary.median > 0:
            shares = (summary.p95, summary.p99, summary.spread)
            cells = (f"{summary.count}", *(f"{share / summary.median:.2f}" for share in shares))
            rows.append((f"{one.point.peer}, {one.point.stack}", cells))
    yield Grid(
        title=f"{question}: as multiples of the median, at {largest:,}",
        columns=("turns", "p95", "p99", "spread"),
        rows=tuple(rows),
    )


def throughput(results: Results, question: str) -> Iterator[Grid]:
    """Networks and rules a second in the largest batch that a peer did, with most present."""
    best: dict[tuple[str, str], Measurement] = {}
    for one in results.of(question):
        if one.rules and summarize(one).median > 0:
            key = (one.point.peer, one.point.stack)
            if key not in best or _rank(one) > _rank(best[key]):
                best[key] = one
    if not best:
        return
    yield Grid(
        title=f"{question}: throughput of the largest batch, beside the most networks",
        columns=("networks present", "batch", "networks a second", "rules a second"),
        rows=tuple(
            (f"{peer}, {stack}", _throughput_cells(one)) for (peer, stack), one in best.items()
        ),
    )


def _rank(one: Measurement) -> tuple[int, int]:
    return one.point.batch, one.point.networks


def _throughput_cells(one: Measurement) -> tuple[str, ...]:
    seconds = summarize(one).median
    present, batch = one.point.networks, one.point.batch
    cells = (present, batch, batch / seconds, one.rules / seconds)
    return tuple(f"{cell:,.0f}" for cell in cells)


def resources(results: Results, question: str) -> Iterator[Grid]:
    """CPU time and memory for one at once, for each number of networks."""
    single = [one for one in results.of(question) if one.point.batch == 1 and one.cpu]
    stacks = dict.fromkeys(one.point.stack for one in single)
    for stack in stacks:
        for size in sorted({one.point.networks for one in single}):
            chosen = [o for o in single if (o.point.stack, o.point.networks) == (stack, size)]
            if any(one.peak_kib for one in chosen):
                yield _resource_grid(f"{question}, {stack}, {size:,} networks", chosen)


def _resource_grid(title: str, measurements: Sequence[Measurement]) -> Grid:
    return Grid(
        title=title,
        columns=("CPU outside the kernel", "CPU in the kernel", "peak memory"),
        rows=tuple((one.point.peer, _resource_cells(one)) for one in measurements),
    )


def _resource_cells(one: Measurement) -> tuple[str, ...]:
    memory = f"{one.peak_kib / _MIB:,.0f} MiB"
    return seconds_text(one.user), seconds_text(one.system), memory
