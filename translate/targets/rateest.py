"""``-j RATEEST``: feed an estimator that ``-m rateest`` asks."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, Option, ParseContext, TargetExtension
from translate.rule import Target
from translate.values.texts import cut_to_bytes, size_in_bytes

__all__ = ["Rateest", "RateestExtension"]

_NAME_BYTES: Final = 15
_SECOND: Final = 1_000_000
_TIME: Final = re.compile(
    r"\s*\+?(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?P<unit>|s|secs?|ms|msecs?|us|usecs?)",
    re.IGNORECASE,
)
_UNITS: Final = {"": 1, "u": 1, "m": _SECOND // 1000, "s": _SECOND}
_INTERVALS: Final = range(-2, 4)
_EWMA_LOGS: Final = range(1, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rateest(Target):
    """The estimator, in the kernel's units.

    Args:
        estimator: ``--rateest-name``, at most 15 bytes.
        interval: ``--rateest-interval`` as a power of two, in seconds (-2 to 3).
        ewma_log: ``--rateest-ewmalog`` as a power of two, in intervals (1 to 29).
    """

    name: ClassVar[str] = "RATEEST"
    estimator: str
    interval: int
    ewma_log: int

    def __post_init__(self) -> None:
        if size_in_bytes(self.estimator) > _NAME_BYTES:
            raise InvalidRule(
                f"rateest: name {self.estimator!r} is longer than {_NAME_BYTES} bytes"
            )
        if self.interval not in _INTERVALS:
            raise InvalidRule("rateest: interval must be 2**-2 to 2**3 seconds")
        if self.ewma_log not in _EWMA_LOGS:
            raise InvalidRule("rateest: averaging time must be 2**1 to 2**29 intervals")


class RateestExtension(TargetExtension[Rateest]):
    """Translates ``-j RATEEST``."""

    name = "RATEEST"
    value = Rateest
    options = (
        Option(name="rateest-name"),
        Option(name="rateest-interval"),
        Option(name="rateest-ewmalog"),
    )
    no_native_form = "nftables estimates no rates"

    def parse(self, given: GivenOptions, context: ParseContext) -> Rateest:
        del context
        name, interval, ewma = (
            given.require(option.name, f"--{option.name} must be given") for option in self.options
        )
        interval_time, ewma_time = _parse_time(interval), _parse_time(ewma)
        powers = (power for power in _INTERVALS if interval_time <= _SECOND * 2.0**power)
        power = next(powers, None)
        if power is None:
            raise interval.error(f"interval {interval.value!r} is too long: 8 seconds at most")
        return Rateest(
            estimator=cut_to_bytes(name.value, _NAME_BYTES),
            interval=power,
            ewma_log=_ewma_log(interval_time, ewma_time, ewma),
        )

    def format(self, value: Rateest, context: ParseContext) -> Sequence[str]:
        del context
        interval = int(_SECOND * 2.0**value.interval)
        words = ["--rateest-name", value.estimator, "--rateest-interval", _format_time(interval)]
        return [*words, "--rateest-ewmalog", _format_time(interval << value.ewma_log)]


def _parse_time(given: Given) -> int:
    found = _TIME.fullmatch(given.value)
    if found is None:
        raise given.error(f"invalid time {given.value!r}: a number and s, ms or us")
    time = float(found["number"]) * _UNITS[found["unit"][:1].lower()]
    if time == math.inf:
        raise given.error(f"time {given.value!r} is out of range")
    return int(time)


def _ewma_log(interval: int, time: int, given: Given) -> int:
    """The averaging time as iptables(8) reckons it from the interval asked for."""
    log = 0
    while log < _EWMA_LOGS.stop and interval / -math.log1p(-(0.5 ** (log + 1))) <= time:
        log += 1
    if log not in _EWMA_LOGS:
        raise given.error(f"averaging time {given.value!r} is out of range for the interval")
    return log


def _format_time(time: int) -> str:
    if time >= _SECOND:
        return f"{time / _SECOND:.1f}s"
    return f"{time / (_SECOND // 1000):.1f}ms"
