"""Operations on tables and chains."""

from __future__ import annotations

from dataclasses import dataclass

from nfcore.operations._places import BaseChain, ChainRef, Policy, TableRef

__all__ = [
    "AddChain",
    "AddTable",
    "DeleteChain",
    "DeleteTable",
    "FlushChain",
    "SetPolicy",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTable:
    """Create a table unless it exists."""

    table: TableRef

    def __str__(self) -> str:
        return f"create table {self.table}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTable:
    """Delete a table with all it holds."""

    table: TableRef

    def __str__(self) -> str:
        return f"delete table {self.table}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddChain:
    """Create a chain unless it exists; with ``base`` as a base chain.

    A base chain that exists keeps its policy, unless ``base`` says ``drop``.
    """

    chain: ChainRef
    base: BaseChain | None = None

    def __str__(self) -> str:
        return f"{self.chain.table} -N {self.chain.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteChain:
    """Delete a chain that no other chain jumps to; its rules go with it."""

    chain: ChainRef

    def __str__(self) -> str:
        return f"{self.chain.table} -X {self.chain.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlushChain:
    """Delete every rule of a chain."""

    chain: ChainRef

    def __str__(self) -> str:
        return f"{self.chain.table} -F {self.chain.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPolicy:
    """Set a built-in chain's policy; the chain is made where it is missing, as by iptables -P."""

    chain: ChainRef
    policy: Policy

    def __str__(self) -> str:
        return f"{self.chain.table} -P {self.chain.name} {self.policy.upper()}"
