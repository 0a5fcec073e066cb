"""Looking up a run's medians."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.results import Measurement, Point, Results, summarize
from bench.workload import Stack

__all__ = ["Medians", "times"]


class Medians:
    """The medians of a run, by what was measured.

    Args:
        results: the run.
    """

    def __init__(self, results: Results) -> None:
        self._by_point = {one.point: one for one in results.measurements}

    def points(self, question: str) -> Iterator[Point]:
        """What was measured of a question."""
        return (point for point in self._by_point if point.question == question)

    def sizes(self, question: str, peer: str | None = None) -> list[int]:
        """The numbers of networks, or of ports, that a peer was measured with; ascending."""
        chosen = {point.size for point in self.points(question) if peer in {None, point.peer}}
        return sorted(chosen)

    def peers(self, question: str) -> list[str]:
        """Who was measured."""
        return list(dict.fromkeys(point.peer for point in self.points(question)))

    def stack(self, question: str) -> Stack:
        """The dual stack, or IPv4 where nothing else was measured."""
        stacks = {point.stack for point in self.points(question)}
        return "dual" if "dual" in stacks else "ipv4"

    def at(
        self, question: str, peer: str, size: int, *, stack: Stack | None = None, batch: int = 1
    ) -> Measurement | None:
        """One measurement, of the stack that `stack` names unless one is given."""
        wanted = (question, peer, size, stack or self.stack(question), batch)
        for point, found in self._by_point.items():
            if (point.question, point.peer, point.size, point.stack, point.batch) == wanted:
                return found
        return None

    def value(
        self, question: str, peer: str, size: int, *, stack: Stack | None = None, batch: int = 1
    ) -> float | None:
        """A median; None where there is none, or it is 0."""
        found = self.at(question, peer, size, stack=stack, batch=batch)
        return None if found is None else summarize(found).median or None

    def cpu(self, question: str, peer: str, size: int) -> float | None:
        """The median of the CPU seconds; None where there is none, or the clock saw nothing."""
        found = self.at(question, peer, size)
        return None if found is None or not found.cpu else median(found.cpu) or None


def times(value: float | None, unit: float | None) -> str | None:
    """How many times as much as the unit a value is, as text; None where one is missing."""
    if value is None or unit is None:
        return None
    ratio = value / unit
    return f"{ratio:,.0f} times" if ratio >= 100 else f"{ratio:.3g} times"
