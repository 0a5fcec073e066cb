"""A transaction's steps as their users would have typed them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from nfcore.engine._step import Step
from nfcore.operations import (
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    DeleteChain,
    DeleteElements,
    DeleteRule,
    DeleteSet,
    FlushChain,
    SetPolicy,
    each_element,
)

__all__ = ["Change", "changes_of"]

_ADDS: Final = (AddRule, SetPolicy, AddSet, AddElements)
_TAKES_AWAY: Final = (DeleteRule, FlushChain, DeleteChain, DeleteSet, DeleteElements)

Change = tuple[Literal["+", "-"], str]
"""A line of a plan: whether it adds or takes away, and the command of iptables that would do it.

For named sets, and for rules that iptables has no words for, it is nft's.
"""


def changes_of(step: Step) -> Iterator[Change]:
    """The step as commands, one for each rule or element; none where iptables has no need of it."""
    for _, operation in each_element([step.operation]):
        adds_chain = isinstance(operation, AddChain) and operation.base is None
        if adds_chain or isinstance(operation, _ADDS):
            yield "+", str(operation)
        elif isinstance(operation, _TAKES_AWAY):
            yield "-", str(operation)
