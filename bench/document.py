"""docs/benchmarks.md, written from a file of results. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from bench.compare import ratio_of
from bench.grid import BASE, Grid, grids_of, seconds_text
from bench.peers import PEERS
from bench.results import Measurement, Results, summarize

__all__ = ["write_document"]

_ABOUT: Final = """# Benchmarks

Written by `python -m bench document`; edit `bench/document.py`, not this file.

**All figures are ratios within one run.** Absolute times differ from machine to machine and from
hour to hour, and are given only to show the scale. This run was made on a shared machine while
other work went on; `make bench` makes one for yours, and `python -m bench compare A.json B.json`
compares two.

## What was measured, and how

Each way of programming ("peer") runs in a process and a network namespace of its own, pinned to
one processor. They take turns, one after the other in each round, so that whatever disturbs the
machine disturbs them all. A turn creates and deletes (or publishes and releases) networks beside
those that are present; the first turn warms up and is not counted. Slow peers have fewer turns,
and are left out where one turn would take longer than the run's patience: the file of results says
where and why.

A network is a bridge with a /24 and, dual stack, a /64; a published port is one for each IP
version. Apart from nfcore's sets and Docker 29's layout, all peers leave the very same iptables
rules, which a test checks.

The clock includes everything that nfcore does, from the driver's first call until the kernel has
answered and the mirror knows the new handles. What the other tools are given (text, JSON, handles
of rules that are to be deleted) is written before their clock starts, except for Docker's own way,
which is the driver's calls over commands that are run one by one.
"""

_MEANING: Final[dict[str, str]] = {
    "create": "Creating networks.",
    "delete": "Deleting networks.",
    "publish": "Publishing one port on a network.",
    "release": "Taking it back.",
    "create+delete": "Creating and deleting one network: nfcore's whole call, and libnftables "
    "given the same JSON with the handles already known.",
    "watch gap": "From the end of `nft flush ruleset` until `nfcore watch` has put all back.",
    "breakdown": "CPU time of each stage of creating one network, IPv4 and IPv6, as rules. The "
    "kernel samples which part of libnftables' time it takes itself.",
    "rtt": "Round trip of a small UDP packet, the first of its flow, through a router with so many "
    "networks present, past all of their rules. Routers are measured one after the other.",
    "connections": "New TCP connections a second through a published port.",
}


def write_document(results: Results, pictures: Sequence[str], folder: str) -> str:
    """The whole document.

    Args:
        results: what was measured.
        pictures: their names.
        folder: where the pictures are, as seen from the document.
    """
    parts = [_ABOUT, _machine(results), _peers(), *_overhead(results)]
    questions = dict.fromkeys(one.point.question for one in results.measurements)
    parts.extend(_section(results, question, pictures, folder) for question in questions)
    parts.extend(_left_out(results))
    return "\n".join(parts)


def _machine(results: Results) -> str:
    rows = [f"| {name} | {value} |" for name, value in results.metadata.items()]
    return "\n".join(["## On what", "", "| | |", "| --- | --- |", *rows, ""])


def _peers() -> str:
    rows = [f"| {name} | {kind.about} |" for name, kind in PEERS.items()]
    return "\n".join(["## The peers", "", "| peer | what it does |", "| --- | --- |", *rows, ""])


def _overhead(results: Results) -> Iterator[str]:
    """How nfcore compares with libnftables, in words."""
    found = {(one.point.networks, one.point.peer): one for one in results.of("create+delete")}
    sizes = sorted({networks for networks, _ in found})
    if not sizes:
        return
    yield "## nfcore's own part\n"
    for size in sizes:
        ours, theirs = found[size, BASE], found[size, "libnftables JSON"]
        ratio = ratio_of(theirs, ours).value
        own = summarize(ours).median - summarize(theirs).median
        cpu = median(ours.cpu) / median(theirs.cpu)
        yield (
            f"- With {size:,} networks present nfcore's whole call takes {ratio:.2f} times what "
            f"libnftables needs for the same JSON, and {cpu:.2f} times its CPU time; the "
            f"difference is {seconds_text(own)}."
        )
    yield ""


def _section(results: Results, question: str, pictures: Sequence[str], folder: str) -> str:
    lines = [f"## {question}", "", _MEANING.get(question, ""), ""]
    shown = [question, *(["batches"] if question == "create" else [])]
    for name in shown:
        if name in pictures:
            lines += [f"![{name}]({folder}/{name}.png)", ""]
    for grid in grids_of(results, question):
        lines += [*_table(grid), ""]
    lines += _statistics(list(results.of(question)))
    return "\n".join(lines)


def _table(grid: Grid) -> Iterator[str]:
    yield f"{grid.title}:"
    yield ""
    yield f"| | {' | '.join(grid.columns)} |"
    yield f"| --- |{' --- |' * len(grid.columns)}"
    for peer, cells in grid.rows:
        yield f"| {peer} | {' | '.join(cells)} |"


def _statistics(measurements: Sequence[Measurement]) -> list[str]:
    """Percentiles by the median, for one at once at the largest number of networks."""
    timed = [one for one in measurements if one.unit == "s" and len(one.values) > 1]
    single = [one for one in timed if one.point.batch == 1] or timed
    if not single:
        return []
    largest = max(one.point.networks for one in single)
    lines = [
        f"As multiples of the median, with {largest:,} networks present:",
        "",
        "| | turns | p95 | p99 | spread |",
        "| --- | --- | --- | --- | --- |",
    ]
    for one in single:
        summary = summarize(one)
        if one.point.networks == largest and summary.median > 0:
            shares = (summary.p95, summary.p99, summary.spread)
            cells = " | ".join(f"{share / summary.median:.2f}" for share in shares)
            name = f"{one.point.peer}, {one.point.stack}"
            lines.append(f"| {name} | {summary.count} | {cells} |")
    return [*lines, ""]


def _left_out(results: Results) -> Iterator[str]:
    if results.skipped:
        yield "## Left out\n"
        for one in results.skipped:
            yield f"- {one.point}: {one.why}"
        yield ""
