"""The router in a process of its own."""

from __future__ import annotations

import os
from functools import partial
from typing import Final

from bench.lab.router import ChurnSpell, Router
from bench.remote import Remote

__all__ = ["NO_RULES", "RemoteRouter"]

NO_RULES: Final = "no rules"
"""A router that nobody programs."""


class RemoteRouter(Remote):
    """A `Router`; its methods are called in its own process.

    Args:
        name: the peer that programs it, or `NO_RULES`.
        ports: how many ports will be published, in each step of it.
    """

    def __init__(self, name: str, ports: tuple[int, ...] = ()) -> None:
        *others, last = sorted(os.sched_getaffinity(0))
        peer = None if name == NO_RULES else name
        make = partial(Router, peer, ports, frozenset(others or [last]))
        super().__init__(name, make, cpu=last)

    def fill(self, wanted: int) -> None:
        """See `Router.fill`."""
        self.call("fill", wanted)

    def publish(self, wanted: int) -> None:
        """See `Router.publish`."""
        self.call("publish", wanted)

    def round_trips(self, most: int, patience: float) -> list[float]:
        """See `Router.round_trips`."""
        trips: list[float] = self.call("round_trips", most, patience)
        return trips

    def packets(self, seconds: float) -> float:
        """See `Router.packets`."""
        rate: float = self.call("packets", seconds)
        return rate

    def connections(self, seconds: float) -> float:
        """See `Router.connections`."""
        rate: float = self.call("connections", seconds)
        return rate

    def churn(self, seconds: float, per_second: float, packets: float, seed: int) -> ChurnSpell:
        """See `Router.churn`."""
        spell: ChurnSpell = self.call("churn", seconds, per_second, packets, seed)
        return spell
