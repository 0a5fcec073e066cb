"""A transaction's steps as their users would have typed them."""

from __future__ import annotations

from typing import Literal

from nfcore.engine._step import Step
from nfcore.operations import (
    AddChain,
    AddElement,
    AddRule,
    AddSet,
    DeleteChain,
    DeleteElement,
    DeleteRule,
    DeleteSet,
    FlushChain,
    SetPolicy,
)

__all__ = ["Change", "change_of"]

Change = tuple[Literal["+", "-"], str]
"""A line of a plan: whether it adds or takes away, and the command of iptables that would do it.

For named sets, and for rules that iptables has no words for, it is nft's.
"""


def change_of(step: Step) -> Change | None:
    """The step as a command, or None where iptables has no need of it."""
    operation = step.operation
    if isinstance(operation, AddRule | SetPolicy | AddSet | AddElement):
        return "+", str(operation)
    if isinstance(operation, AddChain):
        return ("+", str(operation)) if operation.base is None else None
    if isinstance(operation, DeleteRule | FlushChain | DeleteChain | DeleteSet | DeleteElement):
        return "-", str(operation)
    return None
