"""Rates in packets a time, as limit and hashlimit count them: by the time for one packet."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from translate.exceptions import InvalidRule
from translate.extension import Given

__all__ = ["RATE_UNITS", "PacketRates", "packet_rate_text"]

RATE_UNITS: Final = MappingProxyType({"day": 86400, "hour": 3600, "minute": 60, "second": 1})
"""nft's names of units and their length in seconds, the longest first."""
_SAVED: Final = MappingProxyType({"day": "day", "hour": "hour", "minute": "min", "second": "sec"})
_RATE: Final = re.compile(r"[ \t-\r]*\+?(?P<count>[0-9]+)(?:/(?P<unit>[A-Za-z]+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketRates:
    """The rates that there are where a second is divided into ``scale`` parts.

    Args:
        scale: parts of a second; no rate is above so many packets a second.
    """

    scale: int

    def period(self, count: int, unit: str) -> int:
        """The time for one packet, in parts of a second."""
        return self.scale * RATE_UNITS[unit] // count

    def rounded(self, period: int) -> tuple[int, str]:
        """The rate as iptables-save prints it: in the longest unit but one that leaves a rest.

        Args:
            period: the time for one packet, in parts of a second.

        Returns:
            How many packets, and in which unit.
        """
        for longer, unit in itertools.pairwise(RATE_UNITS):
            length = RATE_UNITS[unit] * self.scale
            if period > length or length // period < length % period:
                return RATE_UNITS[longer] * self.scale // period, longer
        return self.scale // period, "second"

    def check(self, what: str, count: int, unit: str) -> None:
        """See that a rate is one that iptables-save prints.

        Raises:
            InvalidRule: it is not.
        """
        if unit not in RATE_UNITS:
            raise InvalidRule(f"{what}: unit {unit!r} must be second, minute, hour or day")
        if not 1 <= count <= self.scale * RATE_UNITS[unit]:
            raise InvalidRule(f"{what}: {count} a {unit} is not in 1 to {self.scale} a second")
        rounded = self.rounded(self.period(count, unit))
        if (count, unit) != rounded:
            raise InvalidRule(
                f"{what}: {count} a {unit} must be written {rounded[0]} a {rounded[1]}"
            )

    def read(self, given: Given) -> tuple[int, str]:
        """The rate that an option was given, ``COUNT`` or ``COUNT/UNIT``, as it was written.

        Raises:
            ParseError: it cannot be read, or is too high.
        """
        found = _RATE.fullmatch(given.value)
        written = None if found is None else (found["unit"] or "second").lower()
        unit = next((unit for unit in RATE_UNITS if unit.startswith(written or "?")), None)
        if found is None or unit is None:
            raise given.error(
                f"invalid rate {given.value!r}: COUNT or COUNT/UNIT with second, minute, hour or "
                "day"
            )
        count = int(found["count"])
        if not 1 <= count <= self.scale * RATE_UNITS[unit]:
            raise given.error(f"rate {given.value!r} is not in 1 to {self.scale} packets a second")
        return count, unit


def packet_rate_text(count: int, unit: str) -> str:
    """A rate as iptables-save prints it."""
    return f"{count}/{_SAVED[unit]}"
