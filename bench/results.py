"""What a run measured, and its file."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy

from bench.workload import Stack

__all__ = [
    "BadResults",
    "Measurement",
    "Point",
    "Results",
    "Skipped",
    "Summary",
    "summarize",
]

_FORMAT: Final = 1


class BadResults(Exception):
    """A file that holds no results; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Point:
    """What was measured.

    Args:
        question: what was asked, such as ``create``.
        stack: the IP versions.
        networks: how many networks were present.
        batch: how many were worked on at once.
        peer: which way of doing it.
        ports: how many ports were published, where that is what was varied.
    """

    question: str
    stack: Stack
    networks: int
    batch: int
    peer: str
    ports: int = 0

    @property
    def size(self) -> int:
        """How much was there: ports where they were varied, or else networks."""
        return self.ports or self.networks

    def __str__(self) -> str:
        what = f"{self.ports:,} ports" if self.ports else f"{self.networks:,} networks"
        return f"{self.question} {self.batch:,} at {what}, {self.stack}, {self.peer}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The values of one point.

    Args:
        point: what was measured.
        values: one for each repetition, in the order of measuring.
        cpu: the CPU seconds of each repetition, or nothing where they were not measured.
        system: the part of the median of ``cpu`` that was spent in the kernel.
        peak_kib: the most memory resident, in KiB; 0 where it was not measured.
        unit: what a value is.
        rules: for how many rules of iptables' a value stands; 0 where that means nothing.
    """

    point: Point
    values: tuple[float, ...]
    cpu: tuple[float, ...] = ()
    system: float = 0.0
    peak_kib: int = 0
    unit: str = "s"
    rules: int = 0

    @property
    def user(self) -> float:
        """The part of ``cpu`` that was not spent in the kernel, as a median."""
        return max(0.0, statistics.median(self.cpu) - self.system) if self.cpu else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A point that was not measured, and why."""

    point: Point
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The statistics of a measurement, in its unit.

    Args:
        count: how many values.
        median: the middle one.
        p95: 95% of the values are no larger.
        p99: 99% of the values are no larger.
        spread: the median of the distances from the median.
    """

    count: int
    median: float
    p95: float
    p99: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One run.

    Args:
        metadata: the machine, and the versions of kernel, libraries and tools.
        measurements: what was measured.
        skipped: what was not.
    """

    metadata: Mapping[str, str | int | float] = field(default_factory=dict)
    measurements: tuple[Measurement, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    def of(self, question: str) -> Iterator[Measurement]:
        """The measurements of one question."""
        return (one for one in self.measurements if one.point.question == question)

    def with_more(
        self, measurements: Sequence[Measurement], skipped: Sequence[Skipped] = ()
    ) -> Results:
        """These results and more."""
        return Results(
            metadata=self.metadata,
            measurements=(*self.measurements, *measurements),
            skipped=(*self.skipped, *skipped),
        )

    def save(self, path: Path) -> None:
        """Write them as JSON, one measurement a line, values to a ten-thousandth of themselves."""
        head = {"format": _FORMAT, "metadata": dict(self.metadata)}
        measured = [_compact(one) for one in self.measurements]
        skipped = [_compact(one) for one in self.skipped]
        text = (
            f'{json.dumps(head, indent=1)[:-2]},\n "measurements": [\n{_lines(measured)}\n ],\n'
            f' "skipped": [\n{_lines(skipped)}\n ]\n}}\n'
        )
        path.write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Results:
        """Read a file that `save` wrote.

        Raises:
            BadResults: the file holds no results of this format.
            OSError: it cannot be read.
        """
        try:
            read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if read["format"] != _FORMAT:
                raise BadResults(f"{path}: format {read['format']}, not {_FORMAT}")
            return cls(
                metadata=read["metadata"],
                measurements=tuple(_measurement(one) for one in read["measurements"]),
                skipped=tuple(
                    Skipped(point=Point(**one["point"]), why=one["why"]) for one in read["skipped"]
                ),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadResults(f"{path}: no results of `python -m bench`: {error!r}") from error


def summarize(measurement: Measurement) -> Summary:
    """Median, percentiles and spread of a measurement's values, of which some may be 0.

    A sampling clock, such as the one that tells user from kernel, may not have seen anything.
    """
    values = numpy.asarray(measurement.values)
    median, p95, p99 = numpy.percentile(values, (50, 95, 99))
    return Summary(
        count=len(values),
        median=float(median),
        p95=float(p95),
        p99=float(p99),
        spread=float(numpy.median(numpy.abs(values - median))),
    )


def _compact(one: Measurement | Skipped) -> str:
    return json.dumps(asdict(one), default=str)


def _lines(texts: Sequence[str]) -> str:
    return ",\n".join(f"  {text}" for text in texts)


def _measurement(read: Mapping[str, Any]) -> Measurement:
    return Measurement(
        **{
            **read,
            "point": Point(**read["point"]),
            "values": tuple(read["values"]),
            "cpu": tuple(read["cpu"]),
        }
    )
