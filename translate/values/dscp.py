"""Differentiated services code points: 6 bits, with classes' names (RFC 2474, RFC 2597)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from translate.extension import Given
from translate.nft.statements import number_from_json

__all__ = ["MAX_DSCP", "dscp_from_json", "read_dscp_class"]

MAX_DSCP: Final = 0x3F
_CLASSES: Final = MappingProxyType(
    {
        **{f"cs{number}": number << 3 for number in range(8)},
        "be": 0,
        **{
            f"af{group}{precedence}": group << 3 | precedence << 1
            for group in range(1, 5)
            for precedence in range(1, 4)
        },
        "ef": 0x2E,
    }
)
_NFT_NAMES: Final = MappingProxyType({**_CLASSES, "df": 0, "lephb": 1, "va": 0x2C})


def read_dscp_class(given: Given) -> int:
    """The code point of the class that an option names.

    Raises:
        ParseError: iptables knows no such class.
    """
    value = _CLASSES.get(given.value.lower())
    if value is None:
        known = ", ".join(name.upper() for name in _CLASSES)
        raise given.error(f"unknown DiffServ class {given.value!r}: {known}")
    return value


def dscp_from_json(value: Any) -> int | None:
    """The code point that libnftables names or counts, or None for anything else."""
    if isinstance(value, str):
        return _NFT_NAMES.get(value)
    return number_from_json(value, maximum=MAX_DSCP)
