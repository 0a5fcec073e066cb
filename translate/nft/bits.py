"""Tests for any of several bits, and for none of them.

These are bit masks: ``ct state new,established`` holds where at least one bit is set. They are
never written as sets of exact values, which would compare the whole word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from translate.nft.statements import MatchView, match
from translate.types import Negatable, Statement

__all__ = ["bits_from_nft", "bits_to_nft"]


def bits_to_nft(left: Any, names: Sequence[str], *, negated: bool) -> Statement:
    """Whether any of the bits is set; with ``negated`` whether none of them is."""
    right: Any = names[0] if len(names) == 1 else list(names)
    return match(left, right, op="!" if negated else "in")


def bits_from_nft(
    view: MatchView | None, *, known: frozenset[str]
) -> Negatable[tuple[str, ...]] | None:
    """The bits that such a statement tests, or None where it says something else."""
    if view is None or view.op not in {"in", "!"}:
        return None
    names = view.right if isinstance(view.right, list) else [view.right]
    if not names or not all(isinstance(name, str) and name in known for name in names):
        return None
    return Negatable(tuple(names), view.op == "!")
