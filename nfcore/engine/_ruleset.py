"""The kernel's ruleset, indexed: what a transaction looks things up in."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Self

import translate
from nfcore.engine._chain import Chain, HeldRule, PlacedRule
from nfcore.engine._named_set import NamedSet
from nfcore.exceptions import NotFound
from nfcore.operations import (
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    AddTable,
    ChainRef,
    ChainState,
    DeleteChain,
    DeleteElements,
    DeleteRule,
    DeleteSet,
    DeleteTable,
    FlushChain,
    KernelRule,
    NativeRule,
    Operation,
    SetPolicy,
    SetRef,
    SetState,
    Snapshot,
    TableRef,
    TableState,
    base_chain_of,
)
from translate import IPVersion, Rule
from translate.collector import collector_resting

__all__ = ["Ruleset", "iptables_form"]


class Ruleset:
    """Every table and chain that the kernel holds, kept up to date by whoever owns it.

    `from_snapshot` builds it from a listing; `apply` and the mutators behind it carry one commit
    (or one notification of the kernel's) over.

    Attributes:
        found: see `Transaction.found`; emptied by whatever changes more than elements.
    """

    __slots__ = ("_by_ref", "_sets", "_tables", "found")

    def __init__(self) -> None:
        self._tables: dict[TableRef, dict[str, Chain]] = {}
        self._sets: dict[TableRef, dict[str, NamedSet]] = {}
        self._by_ref: dict[SetRef, NamedSet] = {}
        """The sets that were asked for, until one comes or goes."""
        self.found: dict[Hashable, object] = {}
        """What transactions found out about rules, chains and which sets there are."""

    @classmethod
    def from_snapshot(cls, snapshot: Snapshot) -> Self:
        """Index a listing."""
        ruleset = cls()
        with collector_resting():
            for table, state in snapshot.tables.items():
                chains = ruleset._tables[table] = {}
                for name, listed in state.chains.items():
                    chains[name] = _indexed(listed)
                ruleset._sets[table] = {
                    name: NamedSet.from_state(held) for name, held in state.sets.items()
                }
        return ruleset

    def snapshot(self) -> Snapshot:
        """The same as an immutable picture."""
        return Snapshot(
            tables={
                table: TableState(
                    chains={
                        name: ChainState(
                            base=chain.base,
                            rules=tuple(
                                KernelRule(
                                    handle=rule.handle,
                                    body=rule.body,
                                    tag=rule.tag,
                                    counters=rule.counters,
                                )
                                for rule in chain
                            ),
                        )
                        for name, chain in chains.items()
                    },
                    sets={name: held.state() for name, held in self.sets(table).items()},
                )
                for table, chains in self._tables.items()
            }
        )

    def has_table(self, table: TableRef) -> bool:
        """Whether the kernel holds the table."""
        return table in self._tables

    def chains(self, table: TableRef) -> Mapping[str, Chain]:
        """A table's chains by name; none where there is no such table."""
        return self._tables.get(table, {})

    def chain(self, chain: ChainRef) -> Chain | None:
        """The chain, or None."""
        chains = self._tables.get(chain.table)
        return None if chains is None else chains.get(chain.name)

    def rules(self, version: IPVersion, table: str, chain: str) -> Iterator[PlacedRule]:
        """A chain's rules in order; none where there is no such chain."""
        found = self.chain(ChainRef(table=TableRef(version=version, name=table), name=chain))
        return iter(()) if found is None else iter(found)

    def sets(self, table: TableRef) -> Mapping[str, NamedSet]:
        """A table's named sets and maps; none where there is no such table."""
        return self._sets.get(table, {})

    def named_set(self, ref: SetRef) -> NamedSet | None:
        """The set, or None."""
        held = self._by_ref.get(ref)
        if held is None:
            held = self.sets(ref.table).get(ref.name)
            if held is not None:
                self._by_ref[ref] = held
        return held

    def forget_found(self) -> None:
        """More than elements has changed."""
        self.found.clear()
        self._by_ref.clear()

    # What others did, as a mirror hears of it.

    def add_table(self, table: TableRef) -> None:
        """Note a table, unless it is known."""
        self.forget_found()
        self._tables.setdefault(table, {})

    def drop_table(self, table: TableRef) -> None:
        """Forget a table and all that it holds."""
        self.forget_found()
        self._tables.pop(table, None)
        self._sets.pop(table, None)

    def drop_chain(self, chain: ChainRef) -> None:
        """Forget a chain."""
        self.forget_found()
        self._tables.get(chain.table, {}).pop(chain.name, None)

    def drop_rule(self, chain: ChainRef, handle: int) -> bool:
        """Forget a rule.

        Returns:
            Whether it was known.
        """
        self.forget_found()
        found = self.chain(chain)
        rule = None if found is None else found.get(handle)
        if found is None or rule is None:
            return False
        found.remove(rule)
        return True

    def replace_chain(self, chain: ChainRef, state: ChainState | None) -> None:
        """Take over one chain as it was listed; None where it is not there."""
        self.forget_found()
        if state is None:
            self.drop_chain(chain)
        else:
            self._tables.setdefault(chain.table, {})[chain.name] = _indexed(state)

    def replace_set(self, ref: SetRef, state: SetState | None) -> None:
        """Take over one named set as it was listed; None where it is not there."""
        self.forget_found()
        if state is None:
            self._sets.get(ref.table, {}).pop(ref.name, None)
        else:
            self._sets.setdefault(ref.table, {})[ref.name] = NamedSet.from_state(state)

    def apply(self, operations: Sequence[Operation], handles: Sequence[int]) -> None:
        """Carry a commit over.

        Args:
            operations: what was committed.
            handles: the handles that the kernel gave its `AddRule` operations, in their order.

        Raises:
            NotFound: an operation names a table, chain or handle that is not here.
        """
        given = iter(handles)
        for operation in operations:
            if isinstance(operation, AddElements):
                self._known_set(operation.set).add(operation.elements)
                continue
            if isinstance(operation, DeleteElements):
                self._known_set(operation.set).discard(operation.keys)
                continue
            self.forget_found()
            if isinstance(operation, AddRule):
                self._add_rule(operation, next(given))
            elif isinstance(operation, DeleteRule):
                chain = self._known(operation.chain)
                chain.remove(self._held(chain, operation.chain, operation.handle))
            elif isinstance(operation, AddSet):
                sets = self._sets.setdefault(operation.set.table, {})
                sets.setdefault(operation.set.name, NamedSet(operation.type))
            elif isinstance(operation, DeleteSet):
                self.replace_set(operation.set, None)
            else:
                self._apply_structure(operation)

    def _known_set(self, ref: SetRef) -> NamedSet:
        held = self.named_set(ref)
        if held is None:
            raise NotFound(f"no {ref}")
        return held

    def _apply_structure(
        self, operation: AddTable | DeleteTable | AddChain | DeleteChain | FlushChain | SetPolicy
    ) -> None:
        if isinstance(operation, AddTable):
            self._tables.setdefault(operation.table, {})
        elif isinstance(operation, DeleteTable):
            self.drop_table(operation.table)
        elif isinstance(operation, AddChain):
            chains = self._tables.setdefault(operation.chain.table, {})
            chains.setdefault(operation.chain.name, Chain(operation.base))
        elif isinstance(operation, DeleteChain):
            self._known(operation.chain)
            del self._tables[operation.chain.table][operation.chain.name]
        elif isinstance(operation, FlushChain):
            self._known(operation.chain).clear()
        else:
            self._set_policy(operation)

    def _set_policy(self, operation: SetPolicy) -> None:
        ref = operation.chain
        base = base_chain_of(ref)
        chain = self.chain(ref)
        if chain is None and base is not None:
            chain = self._tables.setdefault(ref.table, {})[ref.name] = Chain(base)
        if chain is None or chain.base is None:
            raise NotFound(f"no base chain {ref}")
        chain.base = replace(chain.base, policy=operation.policy)

    def _add_rule(self, operation: AddRule, handle: int) -> None:
        chain = self._known(operation.chain)
        body = iptables_form(operation.chain, operation.body)
        rule = HeldRule(body, handle=handle, tag=operation.tag)
        if operation.before is not None:
            chain.insert(rule, before=self._held(chain, operation.chain, operation.before))
        elif operation.place == "head":
            chain.prepend(rule)
        else:
            chain.append(rule)

    def _known(self, ref: ChainRef) -> Chain:
        chain = self.chain(ref)
        if chain is None:
            raise NotFound(f"no chain {ref}")
        return chain

    @staticmethod
    def _held(chain: Chain, ref: ChainRef, handle: int) -> HeldRule:
        rule = chain.get(handle)
        if rule is None:
            raise NotFound(f"no rule with handle {handle} in {ref}")
        return rule


def _indexed(state: ChainState) -> Chain:
    chain = Chain(state.base)
    for rule in state.rules:
        chain.append(HeldRule(rule.body, handle=rule.handle, tag=rule.tag, counters=rule.counters))
    return chain


def iptables_form(chain: ChainRef, body: Rule | NativeRule) -> Rule:
    """A rule as it would be read back; nft's own statements are opaque matches."""
    if isinstance(body, Rule):
        return body
    rule, _ = translate.from_nft(
        [dict(statement) for statement in body.expr],
        version=chain.table.version,
        table=chain.table.name,
        chain=chain.name,
    )
    return rule
