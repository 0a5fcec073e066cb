"""``-m limit``: so many packets in a time, from a bucket of tokens."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import number_from_json
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.uints import read_uint

__all__ = ["Limit", "LimitExtension"]

_SCALE: Final = 10000
"""What iptables and the kernel divide a second into: no rate is above it."""
_UNITS: Final = MappingProxyType({"day": 86400, "hour": 3600, "minute": 60, "second": 1})
_SAVED: Final = MappingProxyType({"day": "day", "hour": "hour", "minute": "min", "second": "sec"})
_RATE: Final = re.compile(r"[ \t-\r]*\+?(?P<count>[0-9]+)(?:/(?P<unit>[A-Za-z]+))?")
_DEFAULT_BURST: Final = 5
_MAX_BURST: Final = 10000
_CREDITS_PER_SECOND: Final = 32000
"""How many the kernel counts in, with 250 or 1000 ticks a second."""
_WORD: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Match):
    """``--limit COUNT/UNIT --limit-burst PACKETS``, rounded as iptables-save does.

    Args:
        count: how many packets.
        unit: in which time: ``second``, ``minute``, ``hour`` or ``day``.
        burst: how many at once.
    """

    name: ClassVar[str] = "limit"
    count: int = 3
    unit: str = "hour"
    burst: int = _DEFAULT_BURST

    def __post_init__(self) -> None:
        if self.unit not in _UNITS:
            raise InvalidRule(f"limit: unit {self.unit!r} must be second, minute, hour or day")
        if not 1 <= self.count <= _SCALE * _UNITS[self.unit]:
            raise InvalidRule(f"limit: {self.count} a {self.unit} is not in 1 to {_SCALE} a second")
        if not 1 <= self.burst <= _MAX_BURST:
            raise InvalidRule(f"limit: burst must be 1 to {_MAX_BURST}, not {self.burst}")
        period = _SCALE * _UNITS[self.unit] // self.count
        if _credits(period * self.burst & _WORD) < _credits(period):
            raise InvalidRule(
                f"limit: a burst of {self.burst} at {self.count} a {self.unit} is more than the "
                "kernel can count: take a higher rate or a smaller burst"
            )
        if (self.count, self.unit) != _rounded(period):
            count, unit = _rounded(period)
            raise InvalidRule(f"limit: {self.count} a {self.unit} must be written {count} a {unit}")


def _rounded(period: int) -> tuple[int, str]:
    """The rate as iptables-save prints it: in the longest unit but one that leaves a rest.

    Args:
        period: the time for one packet in ten thousandths of a second.
    """
    units = [*_UNITS]
    for longer, unit in itertools.pairwise(units):
        length = _UNITS[unit] * _SCALE
        if period > length or length // period < length % period:
            return _UNITS[longer] * _SCALE // period, longer
    return _SCALE // period, "second"


def _credits(user: int) -> int:
    """As xt_limit's user2credits, in its 32 bits."""
    if user > _WORD // _CREDITS_PER_SECOND:
        return user // _SCALE * _CREDITS_PER_SECOND & _WORD
    return (user * _CREDITS_PER_SECOND & _WORD) // _SCALE


class LimitExtension(MatchExtension[Limit]):
    """Translates ``-m limit``."""

    name = "limit"
    value = Limit
    options = (Option(name="limit"), Option(name="limit-burst"))

    def parse(self, given: GivenOptions, context: ParseContext) -> Limit:
        del context
        rate, burst = given.get("limit"), given.get("limit-burst")
        count, unit = _read_rate(rate) if rate is not None else (Limit().count, Limit().unit)
        packets = _DEFAULT_BURST if burst is None else read_uint(burst, maximum=_MAX_BURST)
        return Limit(count=count, unit=unit, burst=packets)

    def format(self, value: Limit, context: ParseContext) -> Sequence[str]:
        del context
        words = ["--limit", f"{value.count}/{_SAVED[value.unit]}"]
        if value.burst != _DEFAULT_BURST:
            words += ["--limit-burst", str(value.burst)]
        return words

    def to_nft(self, value: Limit, rule: Rule) -> list[Statement]:
        del rule
        return [{"limit": {"rate": value.count, "per": value.unit, "burst": value.burst}}]

    def from_nft(self, cursor: Cursor) -> Limit | None:
        body = (cursor.peek() or {}).get("limit")
        if not isinstance(body, dict) or not body.keys() <= {"rate", "per", "burst", "rate_unit"}:
            return None
        if body.get("rate_unit", "packets") != "packets":
            return None
        count, burst = number_from_json(body.get("rate")), number_from_json(body.get("burst", 5))
        unit = body.get("per", "second")
        if not count or burst is None or unit not in _UNITS:
            return None
        try:
            value = Limit(count=count, unit=unit, burst=burst)
        except InvalidRule:
            return None
        cursor.take()
        return value


def _read_rate(given: Given) -> tuple[int, str]:
    found = _RATE.fullmatch(given.value)
    written = None if found is None else (found["unit"] or "second").lower()
    unit = None if written is None else _unit(written)
    if found is None or unit is None:
        raise given.error(
            f"invalid rate {given.value!r}: COUNT or COUNT/UNIT with second, minute, hour or day"
        )
    count = int(found["count"])
    if not 1 <= count <= _SCALE * _UNITS[unit]:
        raise given.error(f"rate {given.value!r} is not in 1 to {_SCALE} packets a second")
    return _rounded(_SCALE * _UNITS[unit] // count)


def _unit(written: str) -> str | None:
    return next((unit for unit in _UNITS if unit.startswith(written)), None)
