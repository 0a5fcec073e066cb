"""``VALUE[/MASK]`` where the value may have a name (devgroup, realm)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from translate.exceptions import InvalidRule
from translate.extension import Given
from translate.numbers import parse_uint

__all__ = ["ALL_BITS", "Masked", "read_masked"]

ALL_BITS: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Masked:
    """A 32-bit value to find under a mask. It may have bits outside: then it is never found."""

    value: int
    mask: int = ALL_BITS

    def __post_init__(self) -> None:
        for name in ("value", "mask"):
            if not 0 <= getattr(self, name) <= ALL_BITS:
                raise InvalidRule(f"{name} {getattr(self, name)} is not in 0 to {ALL_BITS:#x}")

    def text(self, names: Mapping[str, int]) -> str:
        """In hexadecimal; by its name where it has one and no mask."""
        if self.mask != ALL_BITS:
            return f"{self.value:#x}/{self.mask:#x}"
        name = next((name for name, number in names.items() if number == self.value), None)
        return name or f"{self.value:#x}"


def read_masked(given: Given, names: Mapping[str, int]) -> Masked:
    """The value and mask that an option was given.

    Args:
        given: the option.
        names: the names that stand for values.

    Raises:
        ParseError: it is no number, no name, or the mask is no number.
    """
    if given.value in names:
        return Masked(names[given.value])
    value_text, slash, mask_text = given.value.partition("/")
    value = parse_uint(value_text)
    mask = parse_uint(mask_text) if slash else ALL_BITS
    if value is None or mask is None:
        raise given.error(
            f"{given.value!r} is not VALUE or VALUE/MASK with numbers up to {ALL_BITS:#x}, "
            f"or a name ({', '.join(names)})"
        )
    return Masked(value, mask)
