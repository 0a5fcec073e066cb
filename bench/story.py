"""All that is told about a run, for the document and the report. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.findings import Findings, find
from bench.grid import BASE, Grid, grids_of
from bench.more_grids import percentiles, resources, throughput
from bench.peers import PEERS
from bench.questions import QUESTIONS, Question
from bench.results import Results, Skipped

__all__ = ["Section", "Story", "tell"]

_QUIET: Final = 0.5
"""Processes at work that do not matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One question.

    Args:
        question: which.
        pictures: the names of its pictures, those that were drawn.
        grids: its tables.
    """

    question: Question
    pictures: tuple[str, ...]
    grids: tuple[Grid, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that is told.

    Args:
        base: the peer that counts as 1.
        machine: names and values.
        load: how busy the machine was when the run began; empty where that is not known.
        peers: names, and what each does.
        findings: what the figures say.
        sections: the figures.
        left_out: what was not measured, and why.
    """

    base: str
    machine: tuple[tuple[str, str], ...]
    load: str
    peers: tuple[tuple[str, str], ...]
    findings: tuple[Findings, ...]
    sections: tuple[Section, ...]
    left_out: Grid


def tell(results: Results, pictures: Sequence[str]) -> Story:
    """All that is told about a run.

    Args:
        results: what was measured.
        pictures: the names of those that were drawn.
    """
    return Story(
        base=BASE,
        machine=tuple((name, str(value)) for name, value in results.metadata.items()),
        load=_load(results.metadata),
        peers=tuple((name, kind.about) for name, kind in PEERS.items()),
        findings=tuple(find(results)),
        sections=tuple(
            Section(
                question=question,
                pictures=tuple(
                    name
                    for name in sorted(pictures)
                    if name == question.file or name.startswith(f"{question.file}--")
                ),
                grids=tuple(_grids(results, question.name)),
            )
            for question in QUESTIONS
            if any(results.of(question.name))
        ),
        left_out=_left_out(results.skipped),
    )


def _load(metadata: Mapping[str, str | int | float]) -> str:
    load, processors = metadata.get("load_avg_1min"), metadata.get("cpu_count")
    if load is None or processors is None:
        return ""
    busy = "other work went on" if float(load) > _QUIET else "hardly anything else went on"
    return (
        f"When it began, the load average of the last minute was {load} on {processors} "
        f"processors: {busy}."
    )


def _grids(results: Results, question: str) -> Iterator[Grid]:
    yield from grids_of(results, question)
    yield from throughput(results, question)
    yield from resources(results, question)
    yield from percentiles(results, question)


def _left_out(skipped: Sequence[Skipped]) -> Grid:
    return Grid(
        title="left out",
        columns=("why",),
        rows=tuple((str(one.point), (one.why,)) for one in skipped),
    )
