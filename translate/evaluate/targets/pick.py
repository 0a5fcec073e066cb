"""The port that NAT gives a packet, as the kernel's get_unique_tuple picks it."""

from __future__ import annotations

from typing import NamedTuple

from translate.types import PortRange

__all__ = ["Picked", "pick_port"]


class Picked(NamedTuple):
    """A port (None: it stays as it is), and why it may be another."""

    port: int | None = None
    doubt: str | None = None


def pick_port(
    port: int | None,
    wanted: PortRange | None,
    *,
    base: int | None = None,
    by_chance: bool = False,
    source: bool = False,
) -> Picked:
    """The port of a range that a packet gets; no other flow is taken to have it already.

    Args:
        port: the packet's port; None is not known.
        wanted: the range; None is any.
        base: the port that the range begins for.
        by_chance: whether ``--random`` or ``--random-fully`` was given.
        source: whether it is a source port, which the kernel picks by chance.
    """
    if wanted is None:
        by_itself = "the kernel picks the port by chance; it is shown as it was"
        return Picked(doubt=by_itself if by_chance and source else None)
    if wanted.is_single:
        return Picked(wanted.first)
    if base is not None:
        if port is None:
            return Picked(wanted.first, "the packet's port is not given")
        size = wanted.last - wanted.first + 1
        return Picked(wanted.first + ((port - base) & 0xFFFF) % size)
    if port is not None and not by_chance and wanted.first <= port <= wanted.last:
        return Picked(port)
    any_of = f"the kernel picks one of the ports {wanted}; the first is shown"
    return Picked(wanted.first, any_of if source or by_chance or port is None else None)
