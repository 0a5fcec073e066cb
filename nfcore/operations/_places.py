"""Tables and chains: where rules are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from translate import IPVersion

__all__ = [
    "BASE_CHAINS",
    "TABLES",
    "BaseChain",
    "ChainRef",
    "ChainType",
    "Hook",
    "Policy",
    "TableRef",
    "base_chain_of",
]

Policy = Literal["accept", "drop"]
ChainType = Literal["filter", "nat", "route"]
Hook = Literal["prerouting", "input", "forward", "output", "postrouting"]


class TableRef(NamedTuple):
    """A table by IP version and iptables' name for it (one of `TABLES`)."""

    version: IPVersion
    name: str

    def __str__(self) -> str:
        return f"{self.version.program} -t {self.name}"


class ChainRef(NamedTuple):
    """A chain by its table and name."""

    table: TableRef
    name: str

    def __str__(self) -> str:
        return f"{self.table} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseChain:
    """What makes a chain a base chain: nft's type, hook and priority, and the policy."""

    type: ChainType
    hook: Hook
    priority: int
    policy: Policy = "accept"


_BUILT_IN: Final[tuple[tuple[str, str, Hook, int], ...]] = (
    ("filter", "INPUT", "input", 0),
    ("filter", "FORWARD", "forward", 0),
    ("filter", "OUTPUT", "output", 0),
    ("nat", "PREROUTING", "prerouting", -100),
    ("nat", "INPUT", "input", 100),
    ("nat", "OUTPUT", "output", -100),
    ("nat", "POSTROUTING", "postrouting", 100),
    ("mangle", "PREROUTING", "prerouting", -150),
    ("mangle", "INPUT", "input", -150),
    ("mangle", "FORWARD", "forward", -150),
    ("mangle", "OUTPUT", "output", -150),
    ("mangle", "POSTROUTING", "postrouting", -150),
    ("raw", "PREROUTING", "prerouting", -300),
    ("raw", "OUTPUT", "output", -300),
    ("security", "INPUT", "input", 50),
    ("security", "FORWARD", "forward", 50),
    ("security", "OUTPUT", "output", 50),
)


def _chain_type(table: str, hook: Hook) -> ChainType:
    if table == "nat":
        return "nat"
    return "route" if (table, hook) == ("mangle", "output") else "filter"


BASE_CHAINS: Final[Mapping[tuple[str, str], BaseChain]] = MappingProxyType(
    {
        (table, chain): BaseChain(type=_chain_type(table, hook), hook=hook, priority=priority)
        for table, chain, hook, priority in _BUILT_IN
    }
)
"""The base chains exactly as iptables-nft 1.8.9 creates them, by (table, chain)."""


TABLES: Final = tuple(dict.fromkeys(table for table, _ in BASE_CHAINS))
"""iptables' tables: ``filter``, ``nat``, ``mangle``, ``raw``, ``security``."""


def base_chain_of(chain: ChainRef) -> BaseChain | None:
    """The built-in chain's hook, or None for a user-defined chain."""
    return BASE_CHAINS.get((chain.table.name, chain.name))
