"""Rates as the rate estimator's match reads and prints them (tc's notation)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from translate.extension import Given

__all__ = ["rate_text", "read_rate"]

_MAX_RATE: Final = 0xFFFFFFFF
_RATE: Final = re.compile(
    r"[ \t-\r]*\+?(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?P<unit>[A-Za-z]*)"
)
_PREFIXES: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY: Final = {f"{p}i": 1 << 10 * i for i, p in enumerate(_PREFIXES) if p}
_UNITS: Final = MappingProxyType(
    {
        "": 1,
        **{f"{p}bit": factor for p, factor in (_PREFIXES | _BINARY).items()},
        **{f"{p}bps": factor * 8 for p, factor in (_PREFIXES | _BINARY).items()},
    }
)
"""In bits per second, which are meant where there is no unit."""


def read_rate(given: Given) -> int:
    """A rate in whole bytes per second.

    Raises:
        ParseError: it is no number with a unit, or over 32 bits (iptables wraps round there).
    """
    found = _RATE.fullmatch(given.value)
    factor = None if found is None else _UNITS.get(found["unit"].lower())
    if found is None or factor is None:
        raise given.error(
            f"invalid rate {given.value!r}: a number and bit, kbit, Kibit, Bps, kBps, KiBps "
            "(k, m, g or t)"
        )
    rate = float(found["number"]) * factor / 8
    if rate >= _MAX_RATE + 1:
        raise given.error(f"rate {given.value!r} is above {_MAX_RATE} bytes per second")
    return int(rate)


def rate_text(rate: int) -> str:
    """A rate in bytes per second, in bits, as iptables-save prints it unless that rounds it."""
    bits = rate * 8
    for limit, factor, unit in ((10**9, 10**6, "Mbit"), (10**6, 10**3, "Kbit")):
        if bits >= limit and bits % factor == 0:
            return f"{bits // factor}{unit}"
    return f"{bits}bit"
