"""What a user may have meant."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

__all__ = ["did_you_mean"]


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A hint for an unknown word: the nearest known one, or all of them where none is near."""
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
