"""Options that may be left out and turned round with ``!``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from translate.extension import Given
from translate.types import Negatable

__all__ = ["read_negatable"]

T = TypeVar("T")


def read_negatable(given: Given | None, read: Callable[[Given], T]) -> Negatable[T] | None:
    """What an option says, read by ``read``, and whether ``!`` stood before it; None without it."""
    return None if given is None else Negatable(read(given), given.negated)
