"""How long to measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["Budget", "turns_of"]

_LEAST_TURNS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long to measure.

    Args:
        rounds: how often a quick peer is measured at a point.
        patience: how many seconds one peer may take at one point; slow ones have fewer turns.
        longest: how many seconds a single turn may take that is the only one.
    """

    rounds: int
    patience: float
    longest: float


def turns_of(seconds: float, budget: Budget) -> int:
    """How many more turns a peer has whose first took so many seconds; 0 if one is too long."""
    if seconds > budget.patience:
        return 0
    return max(_LEAST_TURNS, min(budget.rounds, int(budget.patience / max(seconds, 1e-9))))
