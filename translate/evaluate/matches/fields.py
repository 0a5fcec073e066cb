"""Tests of single fields of a packet, which many matches share."""

from __future__ import annotations

from translate.evaluate.decision import Decision, Undecidable, negate
from translate.types import Negatable, PortRange

__all__ = ["all_of", "any_of", "in_range", "port_in", "unknown"]


def unknown(what: str) -> Undecidable:
    """That a field of the packet is not known."""
    return Undecidable(f"the packet's {what} is not given")


def in_range(value: int | None, first: int, last: int, what: str) -> Decision:
    """Whether a field lies in a range, both ends included."""
    if value is None:
        return unknown(what)
    return first <= value <= last


def port_in(value: int | None, ports: Negatable[PortRange] | None, what: str) -> Decision:
    """Whether a port is one of those asked for; any is where none are asked for."""
    if ports is None:
        return True
    return negate(in_range(value, ports.value.first, ports.value.last, what), ports.negated)


def all_of(*decisions: Decision) -> Decision:
    """Whether all hold: one that doesn't settles it, whatever cannot be decided."""
    if any(decision is False for decision in decisions):
        return False
    return next((decision for decision in decisions if isinstance(decision, Undecidable)), True)


def any_of(*decisions: Decision) -> Decision:
    """Whether one holds, which settles it, whatever cannot be decided."""
    if any(decision is True for decision in decisions):
        return True
    return next((decision for decision in decisions if isinstance(decision, Undecidable)), False)
