"""Times, dates and days as ``-m time`` reads and prints them: in UTC, without leap seconds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from translate.extension import Given

__all__ = [
    "FOREVER",
    "LAST_DATE",
    "LAST_SECOND",
    "MONTHDAYS",
    "WEEKDAYS",
    "date_text",
    "read_date",
    "read_monthdays",
    "read_time",
    "read_weekdays",
    "time_text",
]

LAST_SECOND: Final = 86399
"""Of a day."""
FOREVER: Final = (1 << 31) - 1
"""iptables' default for the last date: 2038-01-19T03:14:07."""
LAST_DATE: Final = int(datetime(2038, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
MONTHDAYS: Final = range(1, 32)
WEEKDAYS: Final = MappingProxyType(
    {
        1: "Monday",
        2: "Tuesday",
        3: "Wednesday",
        4: "Thursday",
        5: "Friday",
        6: "Saturday",
        7: "Sunday",
    }
)
_TIME: Final = re.compile(r"[ \t-\r]*\+?([0-9]*):([0-9]*)(?::([0-9]*))?")
_DATE: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:T([0-9]*)(?::([0-9]*)(?::([0-9]*))?)?)?)?)?"
)


def read_time(given: Given) -> int:
    """``hh:mm[:ss]`` in seconds from midnight; a number left out is 0.

    Raises:
        ParseError: there is no such time.
    """
    found = _TIME.fullmatch(given.value)
    if found is not None:
        hour, minute, second = (int(number or 0) for number in found.groups())
        if hour < 24 and minute < 60 and second < 60:
            return (hour * 60 + minute) * 60 + second
    raise given.error(f"no time {given.value!r}: hh:mm[:ss] from 00:00 to 23:59:59")


def time_text(seconds: int) -> str:
    """``hh:mm:ss``."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def read_date(given: Given) -> int:
    """``YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`` in seconds from the epoch, in UTC.

    Raises:
        ParseError: there is no such date, or it is not from 1970 to 2038. (iptables takes some days
            that don't exist, and means others.)
    """
    found = _DATE.fullmatch(given.value)
    if found is not None:
        year, month, day, hour, minute, second = found.groups()
        numbers = [int(year), int(month or 1), int(day or 1)]
        numbers += [int(number or 0) for number in (hour, minute, second)]
        try:
            date = int(datetime(*numbers, tzinfo=UTC).timestamp())  # type: ignore[arg-type,misc] # six whole numbers
        except ValueError:
            pass
        else:
            if 0 <= date <= LAST_DATE:
                return date
    raise given.error(f"no date {given.value!r}: YYYY[-MM[-DD[Thh[:mm[:ss]]]]] from 1970 to 2038")


def date_text(seconds: int) -> str:
    """``YYYY-MM-DDThh:mm:ss``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def read_monthdays(given: Given | None) -> tuple[int, ...] | None:
    """Days of the month in order; None for all of them.

    Raises:
        ParseError: one is none.
    """
    if given is None:
        return None
    days = set()
    for word in given.value.split(","):
        if not word.isascii() or not word.isdecimal() or int(word) not in MONTHDAYS:
            raise given.error(f"no day of a month {word!r}: 1 to 31")
        days.add(int(word))
    return _days(days, MONTHDAYS, given)


def read_weekdays(given: Given | None) -> tuple[int, ...] | None:
    """Days of the week in order, from Monday; None for all of them.

    Raises:
        ParseError: one is none.
    """
    if given is None:
        return None
    days = set()
    for word in given.value.split(","):
        named = (d for d, name in WEEKDAYS.items() if len(word) > 1 and name.startswith(word))
        numbered = (day for day in WEEKDAYS if word == str(day))
        day = next(named, next(numbered, None))
        if day is None:
            raise given.error(
                f"no day of the week {word!r}: 1 (Monday) to 7, or {', '.join(WEEKDAYS.values())}"
            )
        days.add(day)
    return _days(days, WEEKDAYS, given)


def _days(days: set[int], known: Iterable[int], given: Given) -> tuple[int, ...] | None:
    chosen = tuple(day for day in known if (day in days) != given.negated)
    if not chosen:
        raise given.error("this leaves no day on which the rule could match")
    return None if chosen == tuple(known) else chosen
