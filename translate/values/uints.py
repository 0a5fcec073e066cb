"""Whole numbers as options take them."""

from __future__ import annotations

from translate.extension import Given
from translate.numbers import parse_uint

__all__ = ["read_uint"]


def read_uint(given: Given, *, maximum: int = 0xFFFFFFFF, minimum: int = 0) -> int:
    """The number that an option was given, in decimal, hexadecimal (0x) or octal (0).

    Raises:
        ParseError: it is no number, or falls outside of the range.
    """
    number = parse_uint(given.value, maximum=maximum, minimum=minimum)
    if number is None:
        raise given.error(f"{given.value!r} is not a number from {minimum} to {maximum}")
    return number
