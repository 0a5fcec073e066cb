"""Explicit congestion notification: the 2 bits of the IP header, with nft's names (RFC 3168)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from translate.nft.statements import number_from_json

__all__ = ["ecn_from_json"]

_NAMES: Final = MappingProxyType({"not-ect": 0, "ect1": 1, "ect0": 2, "ce": 3})


def ecn_from_json(value: Any) -> int | None:
    """The bits that libnftables names or counts, or None for anything else."""
    if isinstance(value, str):
        return _NAMES.get(value)
    return number_from_json(value, maximum=3)
