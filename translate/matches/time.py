"""``-m time``: when a packet arrives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.clock import (
    dates_from_nft,
    dates_to_nft,
    hours_from_nft,
    hours_to_nft,
    weekdays_from_nft,
    weekdays_to_nft,
)
from translate.nft.cursor import Cursor
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.clock import (
    FOREVER,
    LAST_DATE,
    LAST_SECOND,
    MONTHDAYS,
    WEEKDAYS,
    date_text,
    read_date,
    read_monthdays,
    read_time,
    read_weekdays,
    time_text,
)

__all__ = ["Time", "TimeExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Time(Match):
    """The options of ``-m time``.

    Args:
        start: ``--timestart`` in seconds from midnight.
        stop: ``--timestop``, the last second; before ``start`` it is the next day's.
        monthdays: ``--monthdays``, ascending; None is any.
        weekdays: ``--weekdays`` from 1 for Monday to 7, ascending; None is any.
        first_date: ``--datestart`` in seconds from the epoch.
        last_date: ``--datestop``; iptables' default is the end of 31 bits, in 2038.
        kernel_timezone: ``--kerneltz``; else all is in UTC.
        contiguous: ``--contiguous``: past midnight, the day is still the one of ``start``.
    """

    name: ClassVar[str] = "time"
    start: int = 0
    stop: int = LAST_SECOND
    monthdays: tuple[int, ...] | None = None
    weekdays: tuple[int, ...] | None = None
    first_date: int = 0
    last_date: int = FOREVER
    kernel_timezone: bool = False
    contiguous: bool = False

    def __post_init__(self) -> None:
        if not (0 <= self.start <= LAST_SECOND and 0 <= self.stop <= LAST_SECOND):
            raise InvalidRule(f"time: {self.start} and {self.stop} must be seconds of a day")
        for field, known in (("monthdays", MONTHDAYS), ("weekdays", tuple(WEEKDAYS))):
            days = getattr(self, field)
            if days is not None and (
                not days or list(days) != [day for day in known if day in days]
            ):
                raise InvalidRule(
                    f"time: {field} {days} must be some of {known[0]} to {known[-1]}, ascending"
                )
        for date in (self.first_date, self.last_date):
            if not 0 <= date <= LAST_DATE:
                raise InvalidRule(f"time: {date} must be a date from 1970 to 2038")
        if self.contiguous and self.start < self.stop:
            raise InvalidRule("--contiguous makes sense only where --timestop is before the start")


class TimeExtension(MatchExtension[Time]):
    """Translates ``-m time``."""

    name = "time"
    value = Time
    options = (
        Option(name="datestart"),
        Option(name="datestop"),
        Option(name="timestart"),
        Option(name="timestop"),
        Option(name="weekdays", negatable=True),
        Option(name="monthdays", negatable=True),
        Option(name="localtz", key="kerneltz", words=0, excludes=frozenset({"utc"})),
        Option(name="kerneltz", words=0, excludes=frozenset({"utc"})),
        Option(name="utc", words=0, excludes=frozenset({"kerneltz"})),
        Option(name="contiguous", words=0),
    )
    caveats = (
        "the day of the week is in the kernel's own time zone, where one was set",
        "a rule without --datestop goes on after January 2038, where iptables stops",
        "the last second of --datestop is cut off; a time past midnight excludes its two ends",
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Time:
        del context
        fields: dict[str, int] = {}
        for option in given:
            match option.option.name:
                case "timestart":
                    fields["start"] = read_time(option)
                case "timestop":
                    fields["stop"] = read_time(option)
                case "datestart":
                    fields["first_date"] = read_date(option)
                case "datestop":
                    fields["last_date"] = read_date(option)
                case _:
                    pass
        return Time(
            **fields,
            monthdays=read_monthdays(given.get("monthdays")),
            weekdays=read_weekdays(given.get("weekdays")),
            kernel_timezone="kerneltz" in given,
            contiguous="contiguous" in given,
        )

    def format(self, value: Time, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        if _limits_hours(value):
            words += ["--timestart", time_text(value.start), "--timestop", time_text(value.stop)]
        if value.monthdays is not None:
            words += ["--monthdays", ",".join(map(str, value.monthdays))]
        if value.weekdays is not None:
            names = (WEEKDAYS[day][:3] for day in value.weekdays)
            words += ["--weekdays", ",".join(names)]
        if value.first_date != 0:
            words += ["--datestart", date_text(value.first_date)]
        words += ["--datestop", date_text(value.last_date)]
        if value.kernel_timezone:
            words.append("--kerneltz")
        if value.contiguous:
            words.append("--contiguous")
        return words

    def to_nft(self, value: Time, rule: Rule) -> list[Statement]:
        del rule
        _check_native(value)
        statements = []
        if value.first_date != 0 or value.last_date != FOREVER:
            statements.append(dates_to_nft(value.first_date, value.last_date))
        if _limits_hours(value):
            statements.append(hours_to_nft(value.start, value.stop, contiguous=value.contiguous))
        if value.weekdays is not None:
            statements.append(weekdays_to_nft(value.weekdays))
        return statements

    def needs_hint(self, value: Time) -> bool:
        return value == Time()

    def leaves_no_trace(self, value: Time) -> bool:
        return value == Time()

    def from_no_trace(self, cursor: Cursor) -> Time | None:
        del cursor
        return Time()

    def from_nft(self, cursor: Cursor) -> Time | None:
        first_date, last_date = dates_from_nft(cursor) or (0, FOREVER)
        start, stop, contiguous = hours_from_nft(cursor) or (0, LAST_SECOND, False)
        value = Time(
            start=start,
            stop=stop,
            contiguous=contiguous,
            weekdays=weekdays_from_nft(cursor),
            first_date=first_date,
            last_date=last_date,
        )
        return None if value == Time() else value


def _limits_hours(value: Time) -> bool:
    return (value.start, value.stop) != (0, LAST_SECOND)


def _check_native(value: Time) -> None:
    reason = None
    if value.monthdays is not None:
        what, reason = "--monthdays", "nft has no test for the day of a month"
    elif value.kernel_timezone:
        what, reason = "--kerneltz", "nft compares hours and dates in UTC"
    elif value.contiguous and value.weekdays is not None:
        what, reason = "--contiguous", "past midnight nft sees the next day of the week"
    elif value.first_date > value.last_date:
        what, reason = "--datestart after --datestop", "nft refuses a range that runs backwards"
    elif value.start == value.stop:
        what, reason = "--timestart equal to --timestop", "iptables takes it for the whole day"
    elif value.contiguous and value.start == value.stop + 1:
        what, reason = "--contiguous", "nft joins two ranges that together are the whole day"
    if reason is not None:
        raise Untranslatable(f"-m time {what}", reason)
