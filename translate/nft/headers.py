"""Header fields that iptables and nft count in different units."""

from __future__ import annotations

from typing import Any

from translate.exceptions import Untranslatable
from translate.nft.cursor import Cursor
from translate.nft.intervals import number_from_nft
from translate.nft.statements import match
from translate.types import Negatable, Statement

__all__ = ["HeaderLength"]

_MAX_UNITS = 255


class HeaderLength:
    """A header's length: octets in iptables, in the packet a count of units above a least number.

    iptables-translate compares the packet's count with iptables' octets.

    Args:
        left: nft's expression for the field.
        unit: how many octets a unit is.
        least: how many units a header has whose field is 0.
    """

    __slots__ = ("_least", "_left", "_unit")

    def __init__(self, left: Any, *, unit: int, least: int) -> None:
        self._left = left
        self._unit = unit
        self._least = least

    def to_nft(self, length: Negatable[int], what: str) -> Statement:
        """The statement that compares a length.

        Args:
            length: the length in octets.
            what: the match and option, for the error.

        Raises:
            Untranslatable: no header has such a length.
        """
        units, rest = divmod(length.value, self._unit)
        if rest or not 0 <= units - self._least <= _MAX_UNITS:
            low, high = self._unit * self._least, self._unit * (self._least + _MAX_UNITS)
            raise Untranslatable(
                f"{what} {length.value}",
                f"a header has {low} to {high} octets, a multiple of {self._unit}: "
                "the test never holds",
            )
        return match(self._left, units - self._least, negated=length.negated)

    def from_nft(self, cursor: Cursor) -> Negatable[int] | None:
        """Read such a statement at the cursor and step past it."""
        units = number_from_nft(cursor, self._left, maximum=_MAX_UNITS)
        if units is None:
            return None
        return Negatable((units.value + self._least) * self._unit, units.negated)
