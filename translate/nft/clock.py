"""nft's tests of the time: the hour of the day, the date, the day of the week.

They are written as numbers, which are UTC. libnftables lists them as text in the time zone of the
process that it runs in, which is ours: so reading them back asks for this process's time zone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any, Final

from translate.nft.cursor import Cursor
from translate.nft.statements import match, meta, number_from_json, set_members, set_of, value_range
from translate.types import Statement
from translate.values.clock import LAST_DATE, LAST_SECOND, WEEKDAYS

__all__ = [
    "dates_from_nft",
    "dates_to_nft",
    "hours_from_nft",
    "hours_to_nft",
    "weekdays_from_nft",
    "weekdays_to_nft",
]

_HOUR: Final = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_SECONDS_OF_DAY: Final = LAST_SECOND + 1


def dates_to_nft(first: int, last: int) -> Statement:
    """``meta time FIRST-LAST``, both in seconds from the epoch."""
    return match(meta("time"), value_range(first, last))


def dates_from_nft(cursor: Cursor) -> tuple[int, int] | None:
    """Read such a statement at the cursor and step past it."""
    view = cursor.match_on(meta("time"))
    if view is None or view.op != "==":
        return None
    ends = _ends(view.right)
    first, last = (_date(end) for end in ends) if ends else (None, None)
    if first is None or last is None or first > last:
        return None
    cursor.take()
    return first, last


def hours_to_nft(start: int, stop: int, *, contiguous: bool) -> Statement:
    """``meta hour START-STOP`` in seconds from midnight; over midnight: all but STOP to START."""
    if start < stop:
        return match(meta("hour"), value_range(start, stop))
    if contiguous:
        parts = [value_range(0, stop), value_range(start, LAST_SECOND)]
        return match(meta("hour"), set_of(parts))
    return match(meta("hour"), value_range(stop, start), negated=True)


def hours_from_nft(cursor: Cursor) -> tuple[int, int, bool] | None:
    """Read such a statement at the cursor and step past it: start, stop, contiguous."""
    view = cursor.match_on(meta("hour"))
    if view is None or not view.is_equality:
        return None
    parts = [_hours(part) for part in set_members(view.right) or [view.right]]
    hours = sorted(part for part in parts if part is not None)
    found: tuple[int, int, bool] | None = None
    if len(hours) != len(parts) or any(first > last for first, last in hours):
        return None
    if len(hours) == 1 and hours[0][0] < hours[0][1]:
        first, last = hours[0]
        found = (last, first, False) if view.negated else (first, last, False)
    elif len(hours) == 2 and not view.negated:
        (midnight, stop), (start, last) = hours
        if midnight == 0 and last == LAST_SECOND and stop < start:
            found = (start, stop, True)
    if found is not None:
        cursor.take()
    return found


def weekdays_to_nft(days: Sequence[int]) -> Statement:
    """``meta day { … }``; nft counts from Sunday, 0."""
    numbers = [day % 7 for day in days]
    right: Any = numbers[0] if len(numbers) == 1 else set_of(numbers)
    return match(meta("day"), right)


def weekdays_from_nft(cursor: Cursor) -> tuple[int, ...] | None:
    """Read such a statement at the cursor and step past it: days from 1 for Monday."""
    view = cursor.match_on(meta("day"))
    if view is None or view.op != "==":
        return None
    days = [_weekday(member) for member in set_members(view.right) or [view.right]]
    if None in days or len(days) == len(WEEKDAYS):
        return None
    cursor.take()
    return tuple(day for day in WEEKDAYS if day in days)


def _ends(value: Any) -> list[Any] | None:
    ends = value.get("range") if isinstance(value, dict) else None
    return ends if isinstance(ends, list) and len(ends) == 2 else None


def _date(value: Any) -> int | None:
    if isinstance(value, str):
        try:
            local = time.strptime(value, "%Y-%m-%d %H:%M:%S")
            value = int(time.mktime(local))
        except (ValueError, OverflowError):
            return None
    return number_from_json(value, maximum=LAST_DATE)


def _hours(value: Any) -> tuple[int, int] | None:
    """A range, or one second, which libnftables writes for a range of it in a set."""
    ends = _ends(value) or [value, value]
    first, last = (_hour(end) for end in ends)
    return None if first is None or last is None else (first, last)


def _hour(value: Any) -> int | None:
    if isinstance(value, str):
        found = _HOUR.fullmatch(value)
        if found is None:
            return None
        hour, minute, second = (int(number or 0) for number in found.groups())
        # What localtime(3) says now: libnftables adds today's offset to hours of every day.
        return ((hour * 60 + minute) * 60 + second - time.localtime().tm_gmtoff) % _SECONDS_OF_DAY
    return number_from_json(value, maximum=LAST_SECOND)


def _weekday(value: Any) -> int | None:
    if isinstance(value, str):
        return next((day for day, name in WEEKDAYS.items() if name == value), None)
    number = number_from_json(value, maximum=len(WEEKDAYS) - 1)
    return None if number is None else number or 7
