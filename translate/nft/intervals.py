"""A field compared with a number or with a range of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from translate.nft.cursor import Cursor
from translate.nft.statements import match, number_from_json, value_range
from translate.types import Negatable, Statement
from translate.values.intervals import Interval, interval_json

__all__ = ["interval_from_nft", "interval_to_nft", "number_from_nft"]

_NO_NAMES: Final[Mapping[str, int]] = MappingProxyType({})


def interval_to_nft(left: Any, test: Negatable[Interval], *, as_range: bool = False) -> Statement:
    """``LEFT [!=] NUMBER`` or ``LEFT [!=] FIRST-LAST``.

    Args:
        left: the field.
        test: the interval.
        as_range: write a range even where it holds one number.
    """
    interval = test.value
    right = value_range(interval.first, interval.last) if as_range else interval_json(interval)
    return match(left, right, negated=test.negated)


def number_from_nft(cursor: Cursor, left: Any, *, maximum: int) -> Negatable[int] | None:
    """Read ``LEFT [!=] NUMBER`` at the cursor and step past it."""
    view = cursor.match_on(left)
    number = None if view is None else number_from_json(view.right, maximum=maximum)
    if view is None or number is None or not view.is_equality:
        return None
    cursor.take()
    return Negatable(number, view.negated)


def interval_from_nft(
    cursor: Cursor, left: Any, *, maximum: int = 0xFFFFFFFF, names: Mapping[str, int] = _NO_NAMES
) -> Negatable[Interval] | None:
    """Read such a statement at the cursor and step past it.

    Args:
        cursor: the cursor.
        left: the field.
        maximum: the highest number that the field holds.
        names: words that libnftables writes for numbers.
    """
    view = cursor.match_on(left)
    if view is None or not view.is_equality:
        return None
    right = view.right
    ends = right.get("range") if isinstance(right, dict) else [right, right]
    if not isinstance(ends, list) or len(ends) != 2:
        return None
    first, last = (
        names.get(end) if isinstance(end, str) else number_from_json(end, maximum=maximum)
        for end in ends
    )
    if first is None or last is None or first > last:
        return None
    cursor.take()
    return Negatable(Interval(first, last), view.negated)
