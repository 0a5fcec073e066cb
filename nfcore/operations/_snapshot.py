"""A ruleset as the kernel holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nfcore.operations._places import BaseChain, TableRef
from nfcore.operations._sets import ElementKey, SetElement, SetType
from translate import Counters, Rule

__all__ = [
    "ChainState",
    "KernelRule",
    "SetState",
    "Snapshot",
    "TableState",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRule:
    """One rule as the kernel holds it."""

    handle: int
    body: Rule
    tag: str | None = None
    counters: Counters | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainState:
    """One chain as the kernel holds it, its rules in order."""

    base: BaseChain | None = None
    rules: tuple[KernelRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetState:
    """One named set or map as the kernel holds it; its elements are in no order."""

    type: SetType
    elements: Mapping[ElementKey, SetElement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """One table's chains by name, in the kernel's order, and its named sets and maps.

    Sets of other types than `SetType` has words for (intervals, time-outs) are left out.
    """

    chains: Mapping[str, ChainState] = field(default_factory=dict)
    sets: Mapping[str, SetState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The ip and ip6 tables at one generation.

    Args:
        tables: iptables' own tables (`TABLES`), by IP version and name.
        generation: the kernel's count of commits at which this was so, or None where the
            executor has none; no part of what makes two snapshots equal.
    """

    tables: Mapping[TableRef, TableState] = field(default_factory=dict)
    generation: int | None = field(default=None, compare=False)
