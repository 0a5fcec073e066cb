"""A transaction: what should be, said step by step, committed at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import translate
from nfcore.engine._callsite import caller
from nfcore.engine._chain import PlacedRule, jump_targets
from nfcore.engine._changes import Change, change_of
from nfcore.engine._derive import Step, plan_chain
from nfcore.engine._iptrule import IptRule
from nfcore.engine._overlay import ChainOverlay, Journal, PendingRule
from nfcore.engine._source import RulesetSource
from nfcore.exceptions import CommitRefused, Conflict, InvalidInput, NotFound, TransactionClosed
from nfcore.executor._base import Executor
from nfcore.operations import (
    TABLES,
    AddChain,
    AddTable,
    ChainRef,
    Operation,
    Policy,
    TableRef,
    base_chain_of,
)
from translate import IPVersion, Rule
from translate.rule import check_chain_name

__all__ = ["Transaction"]


class Transaction:
    """Collects changes to rules, chains and policies of both IP versions; commits all or none.

    It sees its own changes: a rule that it appended exists, one that it deleted does not. Nothing
    reaches the kernel before `commit`, which sends the difference between what is and what should
    be; where there is none, nothing is sent.

    Made by `Engine.transaction` and `Engine.begin`.
    """

    def __init__(self, executor: Executor, source: RulesetSource) -> None:
        self._executor = executor
        self._source = source
        self._ruleset = source.current()
        self._overlays: dict[ChainRef, ChainOverlay] = {}
        self._refs: dict[tuple[IPVersion, str, str], ChainRef] = {}
        self._parsed: dict[IptRule, Rule] = {}
        self._journal = Journal()
        self._closed: str | None = None

    @property
    def closed(self) -> bool:
        """Whether it was committed or abandoned."""
        return self._closed is not None

    # Rules.

    def exists(self, rule: IptRule) -> bool:
        """Whether the rule is anywhere in its chain.

        Raises:
            ParseError: iptables would refuse the rule.
            TransactionClosed: the transaction has ended.
        """
        overlay = self._overlay(rule.version, rule.table, rule.chain)
        return overlay.find(self._parse(rule)) is not None

    def append(self, rule: IptRule, *, tag: str | None = None) -> None:
        """Put the rule at the chain's end; do nothing if it is anywhere in the chain.

        Args:
            rule: the rule.
            tag: text to keep with the rule in the kernel. It plays no part in existence.

        Raises:
            NotFound: the chain, or the chain that the rule jumps to, is not there.
            ParseError: iptables would refuse the rule.
            TransactionClosed: the transaction has ended.
        """
        self._add(rule, tag, at_head=False)

    def insert(self, rule: IptRule, *, tag: str | None = None) -> None:
        """Put the rule at the chain's head; do nothing if it is anywhere in the chain.

        Arguments and errors are those of `append`.
        """
        self._add(rule, tag, at_head=True)

    def _add(self, rule: IptRule, tag: str | None, *, at_head: bool) -> None:
        overlay = self._overlay(rule.version, rule.table, rule.chain)
        body = self._parse(rule)
        if overlay.find(body) is not None:
            return
        self._check_target(overlay, rule, body)
        overlay.add(PendingRule(body, tag=tag, at_head=at_head, site=caller()))

    def _check_target(self, overlay: ChainOverlay, rule: IptRule, body: Rule) -> None:
        if not overlay.exists:
            raise NotFound(f"no chain {overlay.ref.name} in {overlay.ref.table} for {rule}")
        for target in jump_targets(body):
            if not self.has_chain(rule.version, rule.table, target):
                raise NotFound(f"no chain {target} in {overlay.ref.table}, to which {rule} jumps")

    def delete(self, rule: IptRule) -> None:
        """Take the first such rule out of its chain; do nothing if there is none.

        Raises:
            ParseError: iptables would refuse the rule.
            TransactionClosed: the transaction has ended.
        """
        overlay = self._overlay(rule.version, rule.table, rule.chain)
        found = overlay.find(self._parse(rule))
        if found is not None:
            overlay.delete(found, caller())

    def rules(self, version: IPVersion, table: str, chain: str) -> Iterator[PlacedRule]:
        """A chain's rules in order, as the transaction leaves them; none if there is no such chain.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        overlay = self._overlay(version, table, chain)
        return iter(overlay) if overlay.exists else iter(())

    # Chains.

    def has_chain(self, version: IPVersion, table: str, chain: str) -> bool:
        """Whether the chain is there. Built-in chains always are: they are made when needed.

        Raises:
            InvalidInput: iptables has no such table.
            TransactionClosed: the transaction has ended.
        """
        return self._overlay(version, table, chain).exists

    def new_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """Create a chain, and its table; do nothing if it is there.

        Raises:
            InvalidInput: iptables has no such table.
            InvalidRule: the name is none that the kernel can hold.
            TransactionClosed: the transaction has ended.
        """
        overlay = self._overlay(version, table, check_chain_name(chain))
        if not overlay.exists:
            overlay.set_exists(True, caller())

    def flush_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """Take every rule out of a chain.

        Raises:
            InvalidInput: iptables has no such table.
            NotFound: there is no such chain.
            TransactionClosed: the transaction has ended.
        """
        self._existing(version, table, chain).clear(caller())

    def remove_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """Remove an empty chain. Jumps to it must be gone when the transaction is committed.

        Raises:
            Conflict: the chain has rules, or is built in.
            InvalidInput: iptables has no such table.
            NotFound: there is no such chain.
            TransactionClosed: the transaction has ended.
        """
        overlay = self._existing(version, table, chain)
        if overlay.base is not None:
            raise Conflict(f"{overlay.ref} is a built-in chain, which cannot be removed")
        if len(overlay):
            raise Conflict(f"{overlay.ref} is not empty: flush it before it is removed")
        overlay.set_exists(False, caller())

    def is_referenced(self, version: IPVersion, table: str, chain: str) -> bool:
        """Whether a rule of the table jumps to the chain, as the transaction leaves it.

        Raises:
            InvalidInput: iptables has no such table.
            TransactionClosed: the transaction has ended.
        """
        return self._referrer(self._ref(version, table, chain)) is not None

    def _referrer(self, target: ChainRef) -> ChainRef | None:
        """A chain with a rule that jumps to the target, or None."""
        touched = set()
        for ref, overlay in self._overlays.items():
            if ref.table == target.table:
                touched.add(ref.name)
                if overlay.jumps_to(target.name):
                    return ref
        for name, chain in self._ruleset.chains(target.table).items():
            if target.name in chain.jumps and name not in touched:
                return ChainRef(table=target.table, name=name)
        return None

    # Policies.

    def policy(self, version: IPVersion, table: str, chain: str) -> Policy:
        """A built-in chain's policy, as the transaction leaves it.

        Raises:
            Conflict: the chain is not built in.
            InvalidInput: iptables has no such table.
            NotFound: there is no such chain.
            TransactionClosed: the transaction has ended.
        """
        overlay = self._existing(version, table, chain)
        if overlay.policy is None:
            raise Conflict(f"{overlay.ref} is no built-in chain: only those have a policy")
        return overlay.policy

    def set_policy(self, version: IPVersion, table: str, chain: str, policy: Policy) -> None:
        """Set a built-in chain's policy.

        Raises:
            Conflict: the chain is not built in.
            InvalidInput: iptables has no such table.
            NotFound: there is no such chain.
            TransactionClosed: the transaction has ended.
        """
        if self.policy(version, table, chain) != policy:
            self._overlay(version, table, chain).set_policy(policy, caller())

    # The end.

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block did to the transaction when it ends in an exception, and let it pass.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        self._check_open()
        mark = self._journal.mark()
        self._journal.depth += 1
        try:
            yield
        except BaseException:
            self._journal.roll_back(mark)
            raise
        finally:
            self._journal.depth -= 1
            if not self._journal.depth:
                self._journal.forget()

    def operations(self) -> tuple[Operation, ...]:
        """What `commit` would send now.

        Raises:
            Conflict: a removed chain is still jumped to.
            TransactionClosed: the transaction has ended.
        """
        return tuple(step.operation for step in self._steps())

    def changes(self) -> tuple[Change, ...]:
        """What `commit` would do now, as iptables commands that could be run in this order.

        The creation of tables and built-in chains is not shown: for iptables they are always there.

        Raises:
            Conflict: a removed chain is still jumped to.
            TransactionClosed: the transaction has ended.
        """
        return tuple(change for step in self._steps() if (change := change_of(step)) is not None)

    def commit(self) -> None:
        """Send the changes; nothing of them stays if one is refused.

        Raises:
            CommitRefused: the kernel refused an operation, which the error names along with the
                line of code that asked for it.
            Conflict: a removed chain is still jumped to; nothing was sent.
            TransactionClosed: the transaction has ended.
            Untranslatable: a rule has no form that the executor can send; nothing was sent.
        """
        steps = self._steps()
        self._close("committed")
        if not steps:
            return
        operations = [step.operation for step in steps]
        try:
            self._executor.commit(operations)
        except CommitRefused as refusal:
            raise _with_call_site(refusal, steps) from refusal
        self._source.committed(operations)

    def abandon(self) -> None:
        """Forget every change. Harmless when the transaction has ended already."""
        if self._closed is None:
            self._close("abandoned")

    def _close(self, how: str) -> None:
        self._closed = how
        self._overlays = {}
        self._parsed = {}
        self._journal.forget()

    def _check_open(self) -> None:
        if self._closed is not None:
            raise TransactionClosed(f"the transaction was {self._closed}; begin a new one")

    # The pieces.

    def _steps(self) -> list[Step]:
        self._check_open()
        plans = [plan_chain(overlay) for overlay in self._overlays.values()]
        self._check_removals()
        return [
            *self._new_tables([step for plan in plans for step in plan.creations]),
            *(step for plan in plans for step in plan.creations),
            *(step for plan in plans for step in plan.deletions),
            *(step for plan in plans for step in plan.policies),
            *(step for plan in plans for step in plan.additions),
            *(step for plan in plans for step in plan.removals),
        ]

    def _new_tables(self, creations: Sequence[Step]) -> list[Step]:
        tables: dict[TableRef, Step] = {}
        for step in creations:
            if isinstance(step.operation, AddChain):
                table = step.operation.chain.table
                if not self._ruleset.has_table(table) and table not in tables:
                    tables[table] = Step(operation=AddTable(table=table), site=step.site)
        return list(tables.values())

    def _check_removals(self) -> None:
        for overlay in self._overlays.values():
            referrer = None if overlay.exists else self._referrer(overlay.ref)
            if referrer is not None:
                raise Conflict(
                    f"{overlay.ref} cannot be removed (asked for at {overlay.site}): "
                    f"a rule of {referrer.name} jumps to it"
                )

    def _ref(self, version: IPVersion, table: str, chain: str) -> ChainRef:
        self._check_open()
        key = (version, table, chain)
        ref = self._refs.get(key)
        if ref is None:
            if table not in TABLES:
                raise InvalidInput(f"no table {table!r}: iptables has {', '.join(TABLES)}")
            owner = TableRef(version=version, name=table)
            ref = self._refs[key] = ChainRef(table=owner, name=chain)
        return ref

    def _overlay(self, version: IPVersion, table: str, chain: str) -> ChainOverlay:
        ref = self._ref(version, table, chain)
        overlay = self._overlays.get(ref)
        if overlay is None:
            overlay = self._overlays[ref] = ChainOverlay(
                ref, self._ruleset.chain(ref), base_chain_of(ref), self._journal
            )
        return overlay

    def _existing(self, version: IPVersion, table: str, chain: str) -> ChainOverlay:
        overlay = self._overlay(version, table, chain)
        if not overlay.exists:
            raise NotFound(f"no chain {overlay.ref}")
        return overlay

    def _parse(self, rule: IptRule) -> Rule:
        parsed = self._parsed.get(rule)
        if parsed is None:
            parsed = self._parsed[rule] = translate.parse(
                rule.args, version=rule.version, table=rule.table, chain=rule.chain
            )
        return parsed


def _with_call_site(refusal: CommitRefused, steps: Sequence[Step]) -> CommitRefused:
    index = refusal.index
    site = steps[index].site if index is not None and index < len(steps) else None
    return CommitRefused(
        refusal.answer,
        index=index,
        operation=refusal.operation,
        call_site=None if site is None else str(site),
    )
