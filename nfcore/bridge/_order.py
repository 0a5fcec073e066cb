"""One order out of several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["merge_orders"]


def merge_orders(orders: Iterable[Sequence[str]]) -> list[str]:
    """All names, each once.

    Those of the first order come as they are there; each further one comes right behind the name
    that precedes it in its own order.
    """
    first: list[str] = []
    followers: dict[str, list[str]] = {}
    for order in orders:
        behind = first
        for name in order:
            if name not in followers:
                behind.insert(0, name)
                followers[name] = []
            behind = followers[name]
    merged = []
    waiting = first[::-1]
    while waiting:
        name = waiting.pop()
        merged.append(name)
        waiting.extend(reversed(followers[name]))
    return merged
