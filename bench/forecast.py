"""What a peer's turn is expected to take, from what its smaller ones took. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["Forecast"]

_NOTHING: Final[Mapping[str, float]] = MappingProxyType({})


class Forecast:
    """A straight line through the last two sizes.

    Where there was but one, the line rises as it did before, if `rises` tells, or else from 0.
    Peers whose time grows faster are found out by one turn that is longer than expected.

    Args:
        rises: by how much of its first turn's time a peer's turn has grown for each one more.
    """

    def __init__(self, rises: Mapping[str, float] = _NOTHING) -> None:
        self._rises = rises
        self._known: dict[str, list[tuple[int, float]]] = {}

    def note(self, peer: str, size: int, seconds: float) -> None:
        """One turn of a size took so many seconds."""
        self._known.setdefault(peer, []).append((size, seconds))

    def seconds(self, peer: str, size: int) -> float:
        """What a turn of a larger size is expected to take; 0 where nothing is known."""
        known = self._known.get(peer)
        if not known:
            return 0.0
        last_size, last = known[-1]
        return last + self._slope(peer) * (size - last_size)

    def rises(self) -> dict[str, float]:
        """What the next forecast, of the same sizes, may be told."""
        return {
            peer: self._slope(peer) / known[0][1]
            for peer, known in self._known.items()
            if len(known) > 1 and known[0][1] > 0
        }

    def _slope(self, peer: str) -> float:
        known = self._known[peer]
        size, seconds = known[-1]
        if len(known) == 1:
            return seconds * self._rises.get(peer, 1 / size if size else 0.0)
        before_size, before = known[-2]
        return max(0.0, (seconds - before) / (size - before_size))
