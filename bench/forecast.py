"""What a peer's turn is expected to take, from what its smaller ones took. Pure."""

from __future__ import annotations

__all__ = ["Forecast"]


class Forecast:
    """A straight line through the last two sizes; proportional where there was but one.

    Peers whose time grows faster are found out by one turn that is longer than expected.
    """

    def __init__(self) -> None:
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
        before_size, before = known[-2] if len(known) > 1 else (0, 0.0)
        if last_size <= before_size:
            return last
        slope = max(0.0, (last - before) / (last_size - before_size))
        return last + slope * (size - last_size)
