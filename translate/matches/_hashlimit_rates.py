"""Hashlimit's rates and bursts: in packets, or in bytes a second."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given
from translate.numbers import parse_uint
from translate.values.packet_rates import PacketRates

__all__ = [
    "BYTE_UNITS",
    "MODES",
    "BytesRate",
    "PacketsRate",
    "burst_in_units",
    "bytes_rate",
    "in_units_text",
    "rate_in_units",
    "read_bytes_burst",
    "read_hash_rate",
    "read_size",
]

MODES: Final = ("srcip", "srcport", "dstip", "dstport")
_SCALE: Final = 1_000_000
_RATES: Final = PacketRates(scale=_SCALE)
_WORD: Final = 0xFFFFFFFF
_CREDITS: Final = 250 * (1 << 39) // _SCALE
"""The kernel's credits for a part of a second (xt_hashlimit.c), with 250 ticks a second."""
_BYTES_SHIFT: Final = 4
_MAX_BYTES: Final = (1 << 32 + _BYTES_SHIFT) - (2 << _BYTES_SHIFT)
BYTE_UNITS: Final = {"mbytes": 1 << 20, "kbytes": 1 << 10, "bytes": 1}
"""In nft's words, largest first."""
_MOST_WITHOUT_UNIT: Final = 1_000_000
_FACTORS: Final = {unit.removesuffix("bytes"): factor for unit, factor in BYTE_UNITS.items()}
_BYTES: Final = re.compile(r"[ \t-\r]*\+?(?P<number>[0-9]+)(?P<unit>[mk]?)b/(?P<time>[a-zA-Z]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketsRate:
    """So many packets a time, and at once.

    Args:
        count: how many packets.
        unit: in which time: ``second``, ``minute``, ``hour`` or ``day``.
        burst: how many at once.
    """

    DEFAULT_BURST: ClassVar[int] = 5
    MAX_BURST: ClassVar[int] = 1_000_000
    count: int
    unit: str
    burst: int = DEFAULT_BURST

    def __post_init__(self) -> None:
        _RATES.check("hashlimit", self.count, self.unit)
        if not 1 <= self.burst <= self.MAX_BURST:
            raise InvalidRule(f"hashlimit: burst must be 1 to {self.MAX_BURST}, not {self.burst}")
        period = _RATES.period(self.count, self.unit)
        if _credits(period * self.burst) < _credits(period):
            raise InvalidRule(
                f"hashlimit: a burst of {self.burst} at {self.count} a {self.unit} is more than "
                "the kernel can count: take a higher rate or a smaller burst"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesRate:
    """So many bytes a second, and at once.

    Args:
        bytes: as many as the kernel's division makes of what was asked for.
        burst: how many times as many at once; 0 for no burst.
    """

    bytes: int
    burst: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.bytes <= _MAX_BYTES or self.bytes != _rounded_bytes(self.bytes):
            raise InvalidRule(f"hashlimit: the kernel counts no {self.bytes} bytes a second")
        if not 0 <= self.burst * self.bytes <= _WORD or (self.burst and not self.bytes):
            raise InvalidRule(f"hashlimit: a burst in bytes must be 0 to {_WORD}")


def _credits(period: int) -> int:
    return period * _CREDITS & ((1 << 64) - 1)


def _rounded_bytes(number: int) -> int:
    """What is left of a rate after the kernel's unit for it, 2**-32 seconds for 16 bytes."""
    return (_WORD // (_WORD // ((number >> _BYTES_SHIFT) + 1)) - 1) << _BYTES_SHIFT


def read_hash_rate(given: Given, *, matched: bool) -> BytesRate | tuple[tuple[int, str], str]:
    """The rate that an option was given.

    Args:
        given: the option.
        matched: whether the rate is matched (``--hashlimit-rate-match``): its unit says how long it
            is measured, and the count is for a second then.

    Returns:
        Bytes a second; or packets and their unit as iptables-save prints them, and the unit that
        was written.

    Raises:
        ParseError: it cannot be read, or is out of range.
    """
    found = _BYTES.fullmatch(given.value)
    if found is None:
        count, written = _RATES.read(given)
        if matched and count > _SCALE:
            raise given.error(f"rate {given.value!r} is above {_SCALE} packets a second")
        period = _RATES.period(count, "second" if matched else written)
        return _RATES.rounded(period), written
    number = int(found["number"]) * _FACTORS[found["unit"]]
    if not "second".startswith(found["time"]) or not 1 <= number <= _MAX_BYTES:
        raise given.error(f"invalid rate {given.value!r}: NUMBERb/s, with kb or mb for more bytes")
    return BytesRate(bytes=_rounded_bytes(number))


def read_size(given: Given) -> int:
    """A number with or without ``k``, ``m`` and ``b`` behind it.

    Raises:
        ParseError: it is none.
    """
    text = given.value.removesuffix("b")
    unit = text[-1:] if text[-1:] in {"k", "m"} else ""
    most = _WORD if unit or text != given.value else _MOST_WITHOUT_UNIT
    number = parse_uint(text.removesuffix(unit), maximum=most, minimum=1)
    size = 0 if number is None else number * _FACTORS[unit]
    if not 1 <= size <= _WORD:
        raise given.error(
            f"invalid burst {given.value!r}: a number from 1, with b, kb or mb behind it; "
            f"without, up to {_MOST_WITHOUT_UNIT}"
        )
    return size


def read_bytes_burst(rate: BytesRate, given: Given | None) -> BytesRate:
    """The rate with a burst, which is rounded up to a multiple of it.

    Raises:
        ParseError: it cannot be read, or is below the rate.
    """
    if given is None:
        return rate
    burst = read_size(given)
    if burst < rate.bytes or not rate.bytes:
        raise given.error(f"a burst cannot be below the rate, {rate.bytes} bytes a second")
    return bytes_rate(rate.bytes, burst)


def rate_in_units(rate: BytesRate) -> tuple[int, str]:
    """The rate without its burst, as iptables prints it: so many of one of nft's units.

    It is in the largest unit that makes the same rate for the kernel, and may be a little less;
    iptables compares in 32 bits.
    """
    for unit, factor in BYTE_UNITS.items():
        whole = rate.bytes // factor * factor
        if factor <= whole <= _WORD and rate.bytes == _rounded_bytes(whole):
            return rate.bytes // factor, unit
    return rate.bytes, "bytes"


def burst_in_units(rate: BytesRate) -> tuple[int, str]:
    """The burst as iptables prints it, in the largest unit that it fills.

    Where iptables would read another burst from that, it is exact.
    """
    burst = rate.burst * rate.bytes
    unit, factor = next((u, f) for u, f in BYTE_UNITS.items() if burst >= f)
    count = burst // factor
    return (count, unit) if -(-count * factor // rate.bytes) == rate.burst else (burst, "bytes")


def in_units_text(units: tuple[int, str]) -> str:
    """A number of bytes as iptables-save prints it."""
    count, unit = units
    return f"{count}{unit.removesuffix('ytes')}"


def bytes_rate(bytes_a_second: int, burst: int) -> BytesRate:
    """The rate and burst, in bytes, as the kernel counts them.

    Raises:
        InvalidRule: the kernel cannot count them.
    """
    if not 0 <= bytes_a_second <= _MAX_BYTES:
        raise InvalidRule(
            f"hashlimit: {bytes_a_second} bytes a second are not in 0 to {_MAX_BYTES}"
        )
    rounded = _rounded_bytes(bytes_a_second)
    return BytesRate(bytes=rounded, burst=-(-burst // rounded) if burst and rounded else burst)
