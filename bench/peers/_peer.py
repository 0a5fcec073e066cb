"""What a peer is: one way of programming the networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from bench.workload import Action

__all__ = ["Peer", "Work"]

Work = Callable[[], None]
"""What is timed."""


class Peer(Protocol):
    """One way of programming the networks, in the network namespace of its process.

    It is opened over an empty ruleset, and programs a started driver's chains at once.
    """

    def fill(self, numbers: Sequence[int]) -> None:
        """Have these networks present, by whatever way is quick and leaves the peer's own rules."""

    def prepare(self, action: Action, numbers: Sequence[int]) -> Work:
        """Whatever a peer may know before the clock starts; returns what is timed."""

    def settle(self) -> None:
        """Take note, after the clock has stopped, of what was done."""

    def close(self) -> None:
        """Give back what the peer holds."""
