"""The type of service byte (IPv6: the traffic class) under a mask: ``VALUE[/MASK]`` or a name."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from translate.extension import Given
from translate.numbers import parse_uint

__all__ = ["MAX_TOS", "read_tos"]

MAX_TOS: Final = 0xFF
_SYMBOLS: Final = MappingProxyType(
    {
        "minimize-delay": 0x10,
        "maximize-throughput": 0x08,
        "maximize-reliability": 0x04,
        "minimize-cost": 0x02,
        "normal-service": 0x00,
    }
)
_SYMBOL_MASK: Final = 0x3F


def read_tos(given: Given) -> tuple[int, int]:
    """The value and the mask that an option was given; a name has the mask 0x3f.

    Raises:
        ParseError: it is no number up to 255 and no name.
    """
    symbol = _SYMBOLS.get(given.value.lower())
    if symbol is not None:
        return symbol, _SYMBOL_MASK
    value_text, slash, mask_text = given.value.partition("/")
    value = parse_uint(value_text, maximum=MAX_TOS)
    mask = parse_uint(mask_text, maximum=MAX_TOS) if slash else MAX_TOS
    if value is None or mask is None:
        raise given.error(
            f"invalid TOS {given.value!r}: VALUE or VALUE/MASK with numbers up to {MAX_TOS}, or "
            f"{', '.join(_SYMBOLS)}"
        )
    return value, mask
