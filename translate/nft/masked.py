"""Whole numbers compared under a mask: ``meta iifgroup & MASK == VALUE``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from translate.nft.statements import MatchView, bitwise_and, match
from translate.types import Negatable, Statement
from translate.values.masked import ALL_BITS, Masked

__all__ = ["masked_from_nft", "masked_to_nft"]

_BITS: Final = 32
_NO_NAMES: Final[Mapping[str, int]] = MappingProxyType({})


def masked_to_nft(left: Any, test: Negatable[Masked]) -> Statement:
    """The statement that compares ``left`` under the mask."""
    value, mask = test.value.value, test.value.mask
    if mask != ALL_BITS:
        left = bitwise_and(left, mask)
    return match(left, value, negated=test.negated)


def masked_from_nft(
    view: MatchView | None, left: Any, names: Mapping[str, int] = _NO_NAMES
) -> Negatable[Masked] | None:
    """Read such a statement; libnftables writes masks with leading ones as prefixes.

    Args:
        view: the statement.
        left: what is compared.
        names: words that libnftables writes for numbers.
    """
    if view is None or not view.is_equality:
        return None
    mask: int | None = ALL_BITS
    right = view.right
    if isinstance(right, dict) and isinstance(right.get("prefix"), dict) and view.left == left:
        right, length = right["prefix"].get("addr"), _number(right["prefix"].get("len"), names)
        if length is None or length > _BITS:
            return None
        mask = ALL_BITS ^ (ALL_BITS >> length)
    elif view.left != left:
        operands = view.left.get("&") if isinstance(view.left, dict) else None
        if not isinstance(operands, list) or len(operands) != 2 or operands[0] != left:
            return None
        mask = _number(operands[1], names)
    value = _number(right, names)
    if value is None or mask is None:
        return None
    return Negatable(Masked(value, mask), view.negated)


def _number(value: Any, names: Mapping[str, int]) -> int | None:
    """A number, which libnftables may write as text or by a name."""
    if isinstance(value, str):
        value = names.get(value, int(value) if value.isascii() and value.isdecimal() else None)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= ALL_BITS else None
