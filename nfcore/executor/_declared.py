"""Which of the sets that rules bring along are there already.

A set that a rule adds elements to has a flag that libnftables 1.0.6 sets by itself, in the
transaction that makes it, and has no word for in JSON. Declared once more it would be another set
of the same name, which the kernel refuses (EEXIST). So a set is declared once, and used afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

__all__ = ["DeclaredSets", "SetPlace"]


class SetPlace(NamedTuple):
    """A set's place in the kernel, the table's prefix included."""

    family: str
    table: str
    name: str


class DeclaredSets:
    """The sets that one transaction declares.

    Args:
        is_there: whether the kernel holds a set before the transaction; asked once for each.
    """

    __slots__ = ("_declared", "_emptied", "_is_there")

    def __init__(self, is_there: Callable[[SetPlace], bool]) -> None:
        self._is_there = is_there
        self._declared: set[SetPlace] = set()
        self._emptied: set[tuple[str, str]] = set()

    def is_new(self, place: SetPlace) -> bool:
        """Whether a rule must declare its set; the rules after it need not."""
        if place in self._declared:
            return False
        self._declared.add(place)
        return (place.family, place.table) in self._emptied or not self._is_there(place)

    def forget(self, family: str, table: str) -> None:
        """Note that the transaction deletes a table, and all sets in it."""
        self._emptied.add((family, table))
        self._declared = {p for p in self._declared if (p.family, p.table) != (family, table)}
