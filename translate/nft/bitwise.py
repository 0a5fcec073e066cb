"""``(value & keep) ^ flip``: the one bitwise operation that the kernel has, in nft's many forms.

libnftables writes it with ``&``, ``|`` and ``^`` as the bits make it shortest, and not as it was
given to it; so it is read by working out what each form does to the bits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Bitwise", "bitwise", "read_bitwise"]


class Bitwise(NamedTuple):
    """What happens to a value's bits.

    Attributes:
        source: the expression, or None for a constant.
        keep: the bits that survive.
        flip: the bits that are turned round then.
    """

    source: Any
    keep: int
    flip: int


def bitwise(source: Any, keep: int, flip: int, *, width: int = 32) -> Any:
    """The expression for ``(source & keep) ^ flip`` over ``width`` bits."""
    full = (1 << width) - 1
    if keep == 0:
        return flip
    if keep == full:
        return source if flip == 0 else {"^": [source, flip]}
    if flip == 0:
        return {"&": [source, keep]}
    if flip == keep ^ full:
        return {"|": [source, flip]}
    return {"^": [{"&": [source, keep]}, flip]}


def read_bitwise(value: Any, *, width: int = 32) -> Bitwise | None:
    """What an expression does to bits; None where it is a bitwise one that is not understood."""
    full = (1 << width) - 1
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Bitwise(None, 0, value) if 0 <= value <= full else None
    if not isinstance(value, dict):
        return None
    operator = next((key for key in ("&", "|", "^") if key in value), None)
    if operator is None:
        return Bitwise(value, full, 0)
    operands = value[operator]
    if not isinstance(operands, list) or len(operands) != 2:
        return None
    left, right = read_bitwise(operands[0], width=width), operands[1]
    if left is None or isinstance(right, bool) or not isinstance(right, int):
        return None
    if not 0 <= right <= full:
        return None
    source, keep, flip = left
    if operator == "&":
        return Bitwise(source, keep & right, flip & right)
    if operator == "^":
        return Bitwise(source, keep, flip ^ right)
    return Bitwise(source, keep & ~right, flip | right)
