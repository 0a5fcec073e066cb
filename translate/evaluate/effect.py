"""What a target does to a packet."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from translate.evaluate.packet import Packet

__all__ = ["NOTHING", "Effect", "Outcome"]


class Outcome(enum.StrEnum):
    """What becomes of a packet."""

    ACCEPT = "ACCEPT"
    """It is delivered or sent on."""
    DROP = "DROP"
    """It vanishes."""
    REJECT = "REJECT"
    """It vanishes, and its sender is told."""
    QUEUE = "QUEUE"
    """A program in user space decides."""
    UNROUTABLE = "UNROUTABLE"
    """No route leads to its destination."""
    EXPIRED = "EXPIRED"
    """Its time to live was over before it could be forwarded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a target does.

    Args:
        outcome: the verdict, which ends the walk through the table; None to go on with the next
            rule.
        packet: the packet as it is afterwards; None where it stays as it was.
        doubt: what of this the kernel chooses by itself, so that it may come out otherwise.
    """

    outcome: Outcome | None = None
    packet: Packet | None = None
    doubt: str | None = None


NOTHING = Effect()
"""Nothing that a packet's way depends on; the next rule follows."""
