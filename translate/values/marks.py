"""32-bit marks under masks: ``VALUE[/MASK]``."""

from __future__ import annotations

from typing import Final

from translate.extension import Given
from translate.numbers import parse_uint

__all__ = ["ALL_BITS", "format_mark", "read_mark"]

ALL_BITS: Final = 0xFFFFFFFF


def read_mark(given: Given) -> tuple[int, int]:
    """The value and the mask, which is all bits where none is given.

    Raises:
        ParseError: either is no 32-bit number.
    """
    value_text, slash, mask_text = given.value.partition("/")
    value = parse_uint(value_text, maximum=ALL_BITS)
    mask = parse_uint(mask_text, maximum=ALL_BITS) if slash else ALL_BITS
    if value is None or mask is None:
        raise given.error(
            f"invalid mark {given.value!r}: VALUE or VALUE/MASK with numbers up to {ALL_BITS:#x}"
        )
    return value, mask


def format_mark(value: int, mask: int) -> str:
    """Both in hexadecimal."""
    return f"{value:#x}/{mask:#x}"
