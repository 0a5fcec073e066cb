"""Intervals that an option takes with higher numbers than the header field holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from translate.values.intervals import Interval

__all__ = ["ClippedInterval"]


@dataclass(frozen=True, slots=True)
class ClippedInterval:
    """An interval, and what of it a field can hold.

    Two that hold for the same numbers of the field are equal, however they were written.

    Args:
        written: the interval as it was written.
        limit: the highest number that the field holds.
    """

    written: Interval = field(compare=False)
    limit: int
    found: Interval | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        first, last = self.written.first, min(self.written.last, self.limit)
        object.__setattr__(self, "found", Interval(first, last) if first <= last else None)

    @property
    def is_all(self) -> bool:
        """Whether the field can hold nothing else."""
        return self.found == Interval(0, self.limit)
