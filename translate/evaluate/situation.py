"""What a rule sees of a packet."""

from __future__ import annotations

from dataclasses import dataclass

from translate.evaluate.environment import Environment
from translate.evaluate.hooks import Hook
from translate.evaluate.packet import Packet
from translate.types import IPAddress

__all__ = ["Situation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A packet at a hook.

    Args:
        packet: the packet as it is now; its own interfaces don't count here.
        original: the packet as it came.
        hook: where it is.
        table: the table whose rules look at it.
        in_interface: where it came in, '' where the hook has none.
        out_interface: where it leaves, '' where the hook has none.
        gateway: the router that it is handed to, where there is one.
        environment: the host.
    """

    packet: Packet
    original: Packet
    hook: Hook
    table: str
    in_interface: str
    out_interface: str
    gateway: IPAddress | None = None
    environment: Environment
