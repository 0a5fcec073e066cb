"""What is kept with elements: their number, which gives the order, and what they stand for.

A number is eight hexadecimal digits, so that comments sort as the numbers do. It counts networks,
ports and links of both IP versions together.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final, NamedTuple

__all__ = ["NetworkNote", "network_comment", "note_of", "number_of", "numbers_after", "rest_of"]

_DIGITS: Final = 8
_NUMBER: Final = f"{{:0{_DIGITS}x}}".format
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
        return network_comment(self.number, self.hairpin, self.tag)


def network_comment(number: str, hairpin: bool, tag: str) -> str:
    """What `NetworkNote.comment` says."""
    return f"{number}{_HAIRPIN if hairpin else _PLAIN} {tag}"


def note_of(comment: str | None) -> NetworkNote | None:
    """What a network's comment says; None where it is none of nfcore's."""
    number = number_of(comment)
    if comment is None or number is None or comment[_DIGITS : _DIGITS + 1] not in {"h", "p"}:
        return None
    return NetworkNote(number, comment[_DIGITS] == _HAIRPIN, comment[_DIGITS + 2 :])


def numbers_after(newest: str) -> Iterator[str]:
    """The numbers after the one that the greatest comment so far begins with."""
    number = number_of(newest)
    first = 0 if number is None else int(number, 16) + 1
    return map(_NUMBER, count(first))


def number_of(comment: str | None) -> str | None:
    """The number that a comment begins with, or None."""
    digits = "" if comment is None else comment[:_DIGITS]
    if len(digits) < _DIGITS or set(digits) - set("0123456789abcdef"):
        return None
    return digits


def rest_of(comment: str | None) -> str:
    """What a comment says after its number."""
    return "" if comment is None else comment[_DIGITS + 1 :]
