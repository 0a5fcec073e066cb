"""A transaction's steps as their users would have typed them."""

from __future__ import annotations

from typing import Literal

from nfcore.engine._derive import Step
from nfcore.operations import AddChain, AddRule, DeleteChain, DeleteRule, FlushChain, SetPolicy

__all__ = ["Change", "change_of"]

Change = tuple[Literal["+", "-"], str]
"""A line of a plan: whether it adds or takes away, and the iptables command that would do it."""


def change_of(step: Step) -> Change | None:
    """The step as an iptables command, or None where iptables has no need of it."""
    operation = step.operation
    if isinstance(operation, AddRule | SetPolicy):
        return "+", str(operation)
    if isinstance(operation, AddChain):
        return ("+", str(operation)) if operation.base is None else None
    if isinstance(operation, DeleteRule | FlushChain | DeleteChain):
        return "-", str(operation)
    return None
