"""What is kept with elements: their number, which gives the order, and what they stand for.

A number is eight hexadecimal digits, so that comments sort as the numbers do. It counts networks,
ports and links of both IP versions together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from nfcore.engine import SetView

__all__ = ["NetworkNote", "next_number", "note_of", "number_of", "rest_of"]

_DIGITS: Final = 8
_HAIRPIN: Final = "h"
_PLAIN: Final = "p"


class NetworkNote(NamedTuple):
    """What the element of a network in ``same`` tells.

    Attributes:
        number: the network's place in the order of creation.
        hairpin: whether it was made in hairpin mode.
        tag: what the layout of rules would note with its first rule.
    """

    number: str
    hairpin: bool
    tag: str

    def comment(self) -> str:
        """The comment that `note_of` reads."""
        return f"{self.number}{_HAIRPIN if self.hairpin else _PLAIN} {self.tag}"


def note_of(comment: str | None) -> NetworkNote | None:
    """What a network's comment says; None where it is none of nfcore's."""
    number = number_of(comment)
    if comment is None or number is None or comment[_DIGITS : _DIGITS + 1] not in {"h", "p"}:
        return None
    return NetworkNote(number, comment[_DIGITS] == _HAIRPIN, comment[_DIGITS + 2 :])


def next_number(sets: Iterable[SetView]) -> str:
    """The number after the greatest that any element of some sets has or had."""
    newest = max((named.newest for named in sets), default="")
    number = number_of(newest)
    return f"{0 if number is None else int(number, 16) + 1:0{_DIGITS}x}"


def number_of(comment: str | None) -> str | None:
    """The number that a comment begins with, or None."""
    digits = "" if comment is None else comment[:_DIGITS]
    if len(digits) < _DIGITS or set(digits) - set("0123456789abcdef"):
        return None
    return digits


def rest_of(comment: str | None) -> str:
    """What a comment says after its number."""
    return "" if comment is None else comment[_DIGITS + 1 :]
