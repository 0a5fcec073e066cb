"""What a peer is: one way of programming the networks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from bench.workload import Action

__all__ = ["Peer", "Work"]

Work = Callable[[], None]
"""What is timed."""


class Peer(ABC):
    """One way of programming the networks, in the network namespace of its process.

    It is opened over an empty ruleset, and programs a started driver's chains at once.

    One that hears of commits listens from `prepare` to `settle` and no longer: as long as anybody
    listens, the kernel writes notifications of everybody's commits, in all network namespaces.
    """

    def fill(self, numbers: Sequence[int]) -> None:
        """Have these networks present, by whatever way is quick and leaves the peer's own rules."""
        self.prepare("create", numbers)()
        self.settle()

    @abstractmethod
    def prepare(self, action: Action, numbers: Sequence[int]) -> Work:
        """Whatever a peer may know before the clock starts; returns what is timed."""

    def settle(self) -> None:  # noqa: B027 - many have nothing to note
        """Take note, after the clock has stopped, of what was done."""

    def daemons(self) -> Sequence[int]:
        """The processes, apart from this one and what it runs, that work for the peer."""
        return ()

    @abstractmethod
    def close(self) -> None:
        """Give back what the peer holds."""
