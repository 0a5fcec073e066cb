"""A transaction's steps as their users would have typed them."""

from __future__ import annotations

from typing import Literal

import translate
from nfcore.engine._derive import Step
from nfcore.operations import AddChain, AddRule, DeleteChain, DeleteRule, FlushChain, SetPolicy
from translate import Rule

__all__ = ["Change", "change_of"]

Change = tuple[Literal["+", "-"], str]
"""A line of a plan: whether it adds or takes away, and the iptables command that would do it."""


def change_of(step: Step) -> Change | None:
    """The step as an iptables command, or None where iptables has no need of it."""
    operation = step.operation
    if isinstance(operation, AddRule):
        return "+", _addition(operation, step.number)
    if isinstance(operation, SetPolicy):
        return "+", str(operation)
    if isinstance(operation, AddChain):
        return ("+", str(operation)) if operation.base is None else None
    if isinstance(operation, DeleteRule | FlushChain | DeleteChain):
        return "-", str(operation)
    return None


def _addition(operation: AddRule, number: int | None) -> str:
    if number is None or not isinstance(operation.body, Rule):
        return str(operation)
    table, chain = operation.chain.table, operation.chain.name
    return " ".join([f"{table} -I {chain} {number}", *translate.format(operation.body)])
