"""Python's garbage collector and large amounts of values."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collector_resting"]


@contextmanager
def collector_resting() -> Iterator[None]:
    """Keep Python's collector from walking again and again what a block makes in large amounts.

    For values that stay and do not refer back to themselves, so that there is nothing to collect:
    it takes a fifth of the time in which 20,000 rules are planned.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
