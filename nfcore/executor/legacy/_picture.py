"""The legacy tables as iptables-legacy-save shows them, each rule with a handle of nfcore's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from nfcore.operations import BASE_CHAINS, ChainState, KernelRule, TableRef, TableState
from translate import TABLE_CHAINS, Counters, Rule

__all__ = [
    "LegacyChain",
    "LegacyRule",
    "LegacyTable",
    "Picture",
    "empty_table",
    "same_table",
    "table_states",
]

_NO_PACKETS: Final = Counters()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyRule:
    """One rule.

    Args:
        handle: nfcore's own number for it: the legacy tables have none.
        body: the rule.
        words: what follows the chain's name, as one line of an iptables-restore file.
        counters: its packets and bytes.
        line: the line of iptables-legacy-save's that it was read from; empty where it was not.
    """

    handle: int
    body: Rule
    words: str
    counters: Counters = _NO_PACKETS
    line: str = field(default="", compare=False)

    def same(self, other: LegacyRule) -> bool:
        """Whether both say the same."""
        return self.words == other.words or self.body == other.body


@dataclass(slots=True, kw_only=True)
class LegacyChain:
    """One chain; ``policy`` is None for a user-defined one."""

    policy: str | None = None
    rules: list[LegacyRule] = field(default_factory=list)

    def copy(self) -> LegacyChain:
        """A chain that can be changed without changing this one."""
        return replace(self, rules=list(self.rules))

    def same(self, other: LegacyChain) -> bool:
        """Whether both hold the same rules in the same order, whatever their counters."""
        return (
            self.policy == other.policy
            and len(self.rules) == len(other.rules)
            and all(map(LegacyRule.same, self.rules, other.rules))
        )


LegacyTable = dict[str, LegacyChain]
"""A table's chains by name."""

Picture = Mapping[TableRef, LegacyTable]
"""Every table that the kernel has made so far."""


def empty_table(table: TableRef) -> LegacyTable:
    """A table as the kernel makes it."""
    return {name: LegacyChain(policy="ACCEPT") for name in TABLE_CHAINS[table.name]}


def same_table(one: LegacyTable, other: LegacyTable) -> bool:
    """Whether two tables hold the same chains and rules, whatever their counters."""
    return one.keys() == other.keys() and all(one[name].same(other[name]) for name in one)


def table_states(picture: Picture) -> dict[TableRef, TableState]:
    """The picture as a snapshot has it; tags are None, there is no place for them."""
    return {
        ref: TableState(
            chains={name: _chain_state(ref, name, chain) for name, chain in table.items()}
        )
        for ref, table in picture.items()
    }


def _chain_state(table: TableRef, name: str, chain: LegacyChain) -> ChainState:
    base = BASE_CHAINS.get((table.name, name))
    if base is not None and chain.policy == "DROP":
        base = replace(base, policy="drop")
    return ChainState(
        base=base,
        rules=tuple(
            KernelRule(handle=rule.handle, body=rule.body, counters=rule.counters)
            for rule in chain.rules
        ),
    )
