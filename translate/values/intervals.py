"""Numbers from a first to a last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from translate.exceptions import InvalidRule
from translate.extension import Given
from translate.nft.statements import value_range
from translate.numbers import parse_uint
from translate.types import Negatable

__all__ = ["Interval", "interval_from_json", "interval_json", "read_interval", "read_partial"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise InvalidRule(f"interval {self.first} to {self.last} runs backwards or below 0")

    def text(self, separator: str) -> str:
        """``FIRST`` or ``FIRST<separator>LAST``."""
        if self.first == self.last:
            return str(self.first)
        return f"{self.first}{separator}{self.last}"


def read_interval(
    given: Given, *, separators: str = ":", maximum: int = 0xFFFFFFFF, open_ended: bool = True
) -> Interval:
    """``FIRST`` or ``FIRST:LAST``.

    Args:
        given: the option.
        separators: the characters that may stand between the two.
        maximum: the highest number.
        open_ended: whether ``:LAST`` and ``FIRST:`` are ranges from 0 and up to the maximum.

    Raises:
        ParseError: either is no number, or the range runs backwards.
    """
    text = given.value
    at = next((i for i, c in enumerate(text) if c in separators), None)
    words = [text] if at is None else [text[:at], text[at + 1 :]]
    ends = (0, maximum)
    numbers = [
        ends[i] if open_ended and not word and at is not None else parse_uint(word, maximum=maximum)
        for i, word in enumerate(words)
    ]
    first, last = numbers[0], numbers[-1]
    if first is None or last is None:
        raise given.error(
            f"invalid range {text!r}: a number up to {maximum}, or two with {separators[0]!r}"
        )
    if first > last:
        raise given.error(f"invalid range {text!r}: {first} is above {last}")
    return Interval(first, last)


def read_partial(given: Given | None, *, maximum: int = 0xFFFFFFFF) -> Negatable[Interval] | None:
    """What an option leaves of all numbers; None without the option, or where it leaves all.

    Raises:
        ParseError: as `read_interval`.
    """
    if given is None:
        return None
    interval = read_interval(given, maximum=maximum)
    if interval == Interval(0, maximum) and not given.negated:
        return None
    return Negatable(interval, given.negated)


def interval_json(interval: Interval) -> Any:
    """A number or a range."""
    if interval.first == interval.last:
        return interval.first
    return value_range(interval.first, interval.last)


def interval_from_json(value: Any) -> Interval | None:
    """The interval that a JSON value says, or None for anything else."""
    ends = value.get("range") if isinstance(value, dict) else [value, value]
    if not isinstance(ends, list) or len(ends) != 2:
        return None
    first, last = ends
    if any(isinstance(end, bool) or not isinstance(end, int) for end in ends):
        return None
    return Interval(first, last) if 0 <= first <= last else None
