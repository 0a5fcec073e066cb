"""nf_tables, and the legacy tables for the few rules that nf_tables has no form for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import translate
from nfcore.exceptions import BackendUnavailable, CommitRefused
from nfcore.executor._base import Executor
from nfcore.executor._encode_rules import encode_rule
from nfcore.executor._monitor import RulesetMonitor
from nfcore.executor._native import NativeExecutor
from nfcore.executor.legacy import LegacyExecutor, Place, tables_in_use
from nfcore.operations import (
    AddChain,
    AddRule,
    AddTable,
    ChainRef,
    ChainState,
    DeleteChain,
    DeleteRule,
    DeleteTable,
    FlushChain,
    KernelRule,
    Operation,
    SetPolicy,
    Snapshot,
    TableRef,
    TableState,
    base_chain_of,
)
from translate import Goto, Jump, Rule, Untranslatable, Verdict

__all__ = ["HybridExecutor", "has_native_form", "is_legacy_handle", "only_native_forms"]

_LEGACY_HANDLES: Final = 1 << 62
"""Handles from here on are rules in the legacy tables; the kernel's count from 1."""

_OF_CHAINS: Final = (AddChain, DeleteChain, FlushChain, SetPolicy, AddRule, DeleteRule)

Held = Mapping[ChainRef, Sequence[KernelRule]]
"""The rules that are in the legacy tables because they have no native form."""


@dataclass(slots=True)
class _Part:
    """One executor's share of a transaction, and each operation's index in the whole."""

    operations: list[Operation] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)

    def add(self, operation: Operation, index: int) -> None:
        self.operations.append(operation)
        self.indices.append(index)


class HybridExecutor(Executor):
    """Commits through libnftables, and puts rules without a native form into the legacy tables.

    ``-j CHECKSUM --checksum-fill`` is the one that Docker has. In snapshots such a rule stands
    below its chain's native rules, with a handle of its own, so that it is found, saved, deleted
    and repaired like any other. The two kinds' own order in the kernel is not nfcore's to choose;
    so only rules that decide nothing go there: no verdict, no jump, nothing in table nat.

    A transaction with such a rule commits the legacy part first, and takes it back if nf_tables
    refuses the rest.

    Args:
        native: commits everything else; closed with this one.
        open_legacy: opens the executor for the legacy tables, when it is first needed.
        place: the network namespace of both, where to see whether there are legacy tables at all
            (reading them takes two programs); closed with this executor.
    """

    def __init__(
        self,
        native: NativeExecutor,
        *,
        open_legacy: Callable[[], LegacyExecutor],
        place: Place,
    ) -> None:
        self.native: Final = native
        self.name = native.name  # type: ignore[misc]  # it is the native one's, whichever it is
        self._open_legacy = open_legacy
        self._place = place
        self._legacy: LegacyExecutor | None = None
        self._shared: frozenset[ChainRef] = frozenset()
        self.committed_natively: Sequence[Operation] = ()
        """What the last commit sent to nf_tables; a mirror hears of just these."""

    def commit(self, operations: Sequence[Operation], *, generation: int | None = None) -> None:
        """Carry out all operations, or none.

        Raises:
            CommitRefused: nf_tables or iptables-legacy refused one; nothing was changed.
            Overtaken: nf_tables' ruleset is of another generation; nothing was changed.
            PartlyCommitted: the legacy part could not be taken back.
            Untranslatable: a rule has no native form and cannot go to the legacy tables; it is
                named, and nothing was sent.
            NfcoreError: what the native executor raises; nothing was sent.
        """
        send = partial(self.native.commit, generation=generation)
        if self._goes_through(operations, send):
            self.committed_natively = operations
            return
        native, legacy = self._split(operations)
        with ExitStack() as stack:
            if legacy.operations:
                try:
                    stack.enter_context(self._legacy_executor().undoable(legacy.operations))
                except CommitRefused as refusal:
                    raise _renumbered(refusal, legacy, operations) from refusal
            try:
                send(native.operations)
            except CommitRefused as refusal:
                raise _renumbered(refusal, native, operations) from refusal
        self.committed_natively = native.operations

    @property
    def encode_seconds(self) -> float:
        """How long the last commit's native part took to be written in JSON."""
        return self.native.encode_seconds

    def check(self, operations: Sequence[Operation]) -> None:
        """Ask both whether they would carry out their part. Raises what `commit` raises."""
        if self._goes_through(operations, self.native.check):
            return
        native, legacy = self._split(operations)
        try:
            self.native.check(native.operations)
        except CommitRefused as refusal:
            raise _renumbered(refusal, native, operations) from refusal
        if legacy.operations:
            try:
                self._legacy_executor().check(legacy.operations)
            except CommitRefused as refusal:
                raise _renumbered(refusal, legacy, operations) from refusal

    def snapshot(self) -> Snapshot:
        """The present ip and ip6 tables, with the rules in the legacy tables that belong to them.

        Raises:
            ListingFailed: one of the two could not be read.
        """
        native, held = self.native.snapshot(), self.held()
        return replace(native, tables=_merged(native.tables, held)) if held else native

    def held(self) -> Held:
        """The rules in the legacy tables that have no native form, with handles of their own.

        Raises:
            ListingFailed: the legacy tables could not be read.
        """
        if not tables_in_use(self._place):
            return {}
        try:
            legacy = self._legacy_executor()
        except BackendUnavailable:
            return {}  # whoever made those tables, it was not this one
        held = {
            ChainRef(table=table, name=name): rules
            for table, state in legacy.snapshot().tables.items()
            for name, chain in state.chains.items()
            if chain.base is not None and (rules := [*_without_native_form(chain)])
        }
        self._shared = frozenset(held)
        return held

    def monitor(self) -> RulesetMonitor:
        """Something that hears of every commit to nf_tables; nobody tells of the legacy tables."""
        return self.native.monitor()

    def generation(self) -> int:
        """How often nf_tables was changed, by anyone: changes of the legacy tables don't count.

        Raises:
            ListingFailed: the kernel does not say.
        """
        return self.native.generation()

    def close(self) -> None:
        """Close both; harmless when called twice."""
        self.native.close()
        self._place.close()
        if self._legacy is not None:
            self._legacy.close()

    # The legacy part.

    def _legacy_executor(self) -> LegacyExecutor:
        if self._legacy is None:
            self._legacy = self._open_legacy()
        return self._legacy

    # Splitting a transaction.

    def _goes_through(
        self, operations: Sequence[Operation], send: Callable[[Sequence[Operation]], None]
    ) -> bool:
        """Send all to nf_tables, if all has a native form; whether it has."""
        if self._shared or any(map(_names_legacy, operations)):
            return False
        try:
            send(operations)
        except Untranslatable:
            return False  # and so nothing was sent
        return True

    def _split(self, operations: Sequence[Operation]) -> tuple[_Part, _Part]:
        native, legacy = _Part(), _Part()
        empties = any(isinstance(op, FlushChain | DeleteTable) for op in operations)
        held = self.held() if empties else {}
        for index, operation in enumerate(operations):
            if isinstance(operation, AddRule) and self._goes_to_legacy(operation):
                legacy.add(AddTable(table=operation.chain.table), index)
                legacy.add(_at_legacy_place(operation), index)
            elif isinstance(operation, DeleteRule) and is_legacy_handle(operation.handle):
                handle = operation.handle - _LEGACY_HANDLES
                legacy.add(operation._replace(handle=handle), index)
            else:
                for needed in self._needed(operation):
                    native.add(needed, index)
                native.add(_at_native_place(operation), index)
                for deletion in _deletions(operation, held):
                    legacy.add(deletion, index)
        return native, legacy

    def _needed(self, operation: Operation) -> Iterator[Operation]:
        """What makes a chain that is seen for its rules in the legacy tables alone."""
        if not isinstance(operation, _OF_CHAINS) or operation.chain not in self._shared:
            return
        if self.native.chain_state(operation.chain) is None:
            yield AddTable(table=operation.chain.table)
            yield AddChain(chain=operation.chain, base=base_chain_of(operation.chain))

    def _goes_to_legacy(self, operation: AddRule) -> bool:
        try:
            encode_rule(operation)
        except Untranslatable as error:
            self._check_can_go(operation, error)
            return True
        return False

    def _check_can_go(self, operation: AddRule, error: Untranslatable) -> None:
        rule = operation.body
        why_not = None
        if base_chain_of(operation.chain) is None:
            why_not = "no packet would come to this chain there"
        elif not isinstance(rule, Rule) or not _decides_nothing(rule):
            why_not = "what it decides there would not count here"
        else:
            try:
                self._legacy_executor()
            except BackendUnavailable as unavailable:
                why_not = str(unavailable)
        if why_not is not None:
            raise Untranslatable(
                f"{operation}",
                f"{error.what}: {error.reason}; nor can it go to the legacy tables: {why_not}",
            ) from error


def only_native_forms(snapshot: Snapshot) -> Snapshot:
    """The legacy tables without the rules that a hybrid executor may have put there."""
    return replace(
        snapshot,
        tables={
            table: replace(
                state,
                chains={name: _only_native_forms(chain) for name, chain in state.chains.items()},
            )
            for table, state in snapshot.tables.items()
        },
    )


def _only_native_forms(chain: ChainState) -> ChainState:
    if chain.base is None:
        return chain
    apart = {rule.body for rule in _without_native_form(chain)}
    return replace(chain, rules=tuple(rule for rule in chain.rules if rule.body not in apart))


def is_legacy_handle(handle: int | None) -> bool:
    """Whether a handle is one that a hybrid executor gave to a rule in the legacy tables."""
    return handle is not None and handle >= _LEGACY_HANDLES


def _names_legacy(operation: Operation) -> bool:
    """Whether an operation may concern rules in the legacy tables, for all that can be seen."""
    match operation:
        case DeleteRule(handle=handle):
            return is_legacy_handle(handle)
        case AddRule(before=before):
            return is_legacy_handle(before)
        case FlushChain(chain=chain):
            return base_chain_of(chain) is not None
        case DeleteTable():
            return True
    return False


def _decides_nothing(rule: Rule) -> bool:
    """Whether packets go on below the rule as they would have without it."""
    ends = rule.target is None or isinstance(rule.target, Verdict | Jump | Goto)
    return not ends and rule.table != "nat"


def has_native_form(rule: Rule) -> bool:
    """Whether nf_tables can hold a rule; to ask costs as much as to translate it."""
    try:
        translate.to_nft(rule, shared=True)
    except Untranslatable:
        return False
    return True


def _without_native_form(chain: ChainState) -> Iterator[KernelRule]:
    for rule in chain.rules:
        body = rule.body
        if _decides_nothing(body) and not translate.is_opaque(body) and not has_native_form(body):
            yield replace(rule, handle=rule.handle + _LEGACY_HANDLES)


def _at_legacy_place(operation: AddRule) -> AddRule:
    """The same in the legacy tables, where native rules are all above."""
    before = operation.before
    if before is None:
        return operation
    if is_legacy_handle(before):
        return operation._replace(before=before - _LEGACY_HANDLES)
    return operation._replace(before=None, place="head")


def _at_native_place(operation: Operation) -> Operation:
    """The same in nf_tables, where rules in the legacy tables are all below."""
    if isinstance(operation, AddRule) and is_legacy_handle(operation.before):
        return operation._replace(before=None, place="tail")
    return operation


def _deletions(operation: Operation, held: Held) -> Iterator[DeleteRule]:
    """What emptying a chain or a table means for the rules of it in the legacy tables."""
    for chain, rules in held.items():
        match operation:
            case FlushChain(chain=emptied):
                concerned = chain == emptied
            case DeleteTable(table=table):
                concerned = chain.table == table
            case _:
                concerned = False
        if concerned:
            for rule in rules:
                handle = rule.handle - _LEGACY_HANDLES
                yield DeleteRule(chain=chain, handle=handle, body=rule.body)


def _merged(tables: Mapping[TableRef, TableState], held: Held) -> Mapping[TableRef, TableState]:
    merged = dict(tables)
    for ref, rules in held.items():
        table = merged.get(ref.table) or TableState()
        chain = table.chains.get(ref.name) or ChainState(base=base_chain_of(ref))
        with_them = replace(chain, rules=(*chain.rules, *rules))
        merged[ref.table] = replace(table, chains={**table.chains, ref.name: with_them})
    return merged


def _renumbered(
    refusal: CommitRefused, part: _Part, operations: Sequence[Operation]
) -> CommitRefused:
    """A part's refusal, with the index that its operation has in the whole."""
    index = None if refusal.index is None else part.indices[refusal.index]
    return CommitRefused(
        refusal.answer, index=index, operation=None if index is None else operations[index]
    )
