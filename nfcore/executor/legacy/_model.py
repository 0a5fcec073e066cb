"""From operations to iptables' commands, each with those that take it back. Pure.

The commands are carried out on paper as they are made, so that each one's rule number is known, and
what the tables hold after any of them.
"""

from __future__ import annotations

import errno
import os
from collections import Counter as Multiset
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from nfcore.executor.legacy._picture import (
    LegacyChain,
    LegacyRule,
    LegacyTable,
    Picture,
    empty_table,
)
from nfcore.executor.legacy._shape import words_of
from nfcore.operations import (
    AddChain,
    AddRule,
    AddTable,
    BaseChain,
    ChainRef,
    DeleteChain,
    DeleteRule,
    DeleteTable,
    FlushChain,
    Operation,
    Policy,
    SetPolicy,
    TableRef,
    base_chain_of,
)
from translate import Counters, Goto, Jump, Rule, quote

__all__ = ["Model", "RefusedError", "Step"]

_JUMPS = (Jump, Goto)


class RefusedError(Exception):
    """An operation that cannot be carried out on what the tables hold."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"{os.strerror(number)}: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command.

    Args:
        table: its table.
        index: the index of the operation that it is part of.
        words: the command as a line of an iptables-restore file; empty where the table is only to
            be made.
        undo: the lines that take it back, in order.
        spec: for an addition or a deletion, chain and rule (what ``-C`` asks for); None where an
            equal rule is in the chain, so that words could mean the wrong one.
    """

    table: TableRef
    index: int
    words: str = ""
    undo: tuple[str, ...] = ()
    spec: str | None = None


@dataclass(slots=True)
class _OpenChain:
    """A chain under change; ``dead`` are deleted rules that still mark their place."""

    policy: str | None
    rules: list[LegacyRule]
    dead: set[int] = field(default_factory=set)
    said: Multiset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.said = Multiset(rule.words for rule in self.rules)

    def live(self) -> list[LegacyRule]:
        return [rule for rule in self.rules if rule.handle not in self.dead]

    def __len__(self) -> int:
        return len(self.rules) - len(self.dead)

    def index(self, handle: int) -> int:
        for index, rule in enumerate(self.rules):
            if rule.handle == handle:
                return index
        raise RefusedError(errno.ENOENT, f"there is no rule with handle {handle}")

    def number(self, index: int) -> int:
        """The number that iptables gives to the place at this index."""
        if index == len(self.rules):
            return len(self) + 1
        if not self.dead or not index:
            return index + 1
        return index + 1 - sum(rule.handle in self.dead for rule in self.rules[:index])


class Model:
    """The tables, changed one command at a time.

    Args:
        picture: what they hold; it is not changed.
        new_handle: gives a handle that no rule ever had.
    """

    def __init__(self, picture: Picture, new_handle: Callable[[], int]) -> None:
        self._new_handle = new_handle
        self._tables = {
            ref: {name: _OpenChain(chain.policy, list(chain.rules)) for name, chain in held.items()}
            for ref, held in picture.items()
        }

    def table(self, ref: TableRef) -> LegacyTable:
        """What a table holds now."""
        return {
            name: LegacyChain(policy=chain.policy, rules=chain.live())
            for name, chain in self._tables.get(ref, {}).items()
        }

    def picture(self) -> Picture:
        """What all of them hold now."""
        return {ref: self.table(ref) for ref in self._tables}

    def steps(self, operations: Sequence[Operation]) -> Iterator[Step]:
        """Each command in turn, once it is carried out here.

        Raises:
            RefusedError: the operation whose commands would be next cannot be carried out.
        """
        for index, operation in enumerate(operations):
            yield from self._apply(operation, index)

    def validate(self) -> None:
        """Check what the kernel checks when a table is committed.

        Raises:
            RefusedError: jumps go round in a circle.
        """
        for ref, table in self._tables.items():
            loop = _find_loop(table)
            if loop is not None:
                raise RefusedError(errno.ELOOP, f"{ref}: the jumps of {loop} come back to it")

    def _apply(self, operation: Operation, index: int) -> Iterator[Step]:
        match operation:
            case AddTable(table=table):
                if table not in self._tables:
                    self._tables[table] = {
                        name: _OpenChain(chain.policy, [])
                        for name, chain in empty_table(table).items()
                    }
                    yield Step(table=table, index=index)
            case DeleteTable(table=table):
                yield from self._empty(table, index)
            case AddChain(chain=ref, base=base):
                yield from self._add_chain(ref, base, index)
            case DeleteChain(chain=ref):
                yield from self._delete_chain(ref, index)
            case FlushChain(chain=ref):
                yield from self._flush(ref, index)
            case SetPolicy(chain=ref, policy=policy):
                self._table(ref.table)
                yield from self._set_policy(ref, policy, index)
            case AddRule():
                yield self._add_rule(operation, index)
            case DeleteRule():
                yield self._delete_rule(operation, index)

    def _table(self, ref: TableRef) -> dict[str, _OpenChain]:
        try:
            return self._tables[ref]
        except KeyError:
            raise RefusedError(errno.ENOENT, f"there is no table {ref} yet") from None

    def _chain(self, ref: ChainRef) -> _OpenChain:
        try:
            return self._table(ref.table)[ref.name]
        except KeyError:
            raise RefusedError(errno.ENOENT, f"there is no chain {ref}") from None

    def _empty(self, ref: TableRef, index: int) -> Iterator[Step]:
        table = self._table(ref)
        refs = [ChainRef(table=ref, name=name) for name in table]
        for chain in refs:
            yield from self._flush(chain, index)
        for chain in refs:
            if base_chain_of(chain) is None:
                yield from self._delete_chain(chain, index)
            else:
                yield from self._set_policy(chain, "accept", index)

    def _add_chain(self, ref: ChainRef, base: BaseChain | None, index: int) -> Iterator[Step]:
        table = self._table(ref.table)
        own = base_chain_of(ref)
        if base is not None:
            if own is None and ref.name in table:
                raise RefusedError(errno.EEXIST, f"{ref} is a user-defined chain")
            if own is None or (own.type, own.hook, own.priority) != (
                base.type,
                base.hook,
                base.priority,
            ):
                raise RefusedError(
                    errno.EOPNOTSUPP, f"{ref}: the legacy tables have iptables' own hooks only"
                )
            if base.policy == "drop":
                yield from self._set_policy(ref, "drop", index)
        elif ref.name not in table:
            table[ref.name] = _OpenChain(None, [])
            yield Step(
                table=ref.table,
                index=index,
                words=f"-N {quote(ref.name)}",
                undo=(f"-X {quote(ref.name)}",),
            )

    def _delete_chain(self, ref: ChainRef, index: int) -> Iterator[Step]:
        self._chain(ref)
        table = self._table(ref.table)
        if base_chain_of(ref) is not None:
            raise RefusedError(errno.EBUSY, f"{ref} is built in")
        for name, chain in table.items():
            for number, rule in enumerate(chain.live(), 1):
                if _target_of(rule.body) == ref.name:
                    raise RefusedError(errno.EBUSY, f"rule {number} of {name} goes to {ref.name}")
        yield from self._flush(ref, index)
        del table[ref.name]
        yield Step(
            table=ref.table,
            index=index,
            words=f"-X {quote(ref.name)}",
            undo=(f"-N {quote(ref.name)}",),
        )

    def _flush(self, ref: ChainRef, index: int) -> Iterator[Step]:
        chain = self._chain(ref)
        rules = chain.live()
        chain.dead = {rule.handle for rule in chain.rules}
        chain.said.clear()
        if rules:
            yield Step(
                table=ref.table,
                index=index,
                words=f"-F {quote(ref.name)}",
                undo=tuple(f"-A {quote(ref.name)} {_counted(rule)}" for rule in rules),
            )

    def _set_policy(self, ref: ChainRef, policy: Policy, index: int) -> Iterator[Step]:
        chain = self._chain(ref)
        old, chain.policy = chain.policy, policy.upper()
        if old != chain.policy:
            yield Step(
                table=ref.table,
                index=index,
                words=f"-P {ref.name} {chain.policy}",
                undo=(f"-P {ref.name} {old}",),
            )

    def _add_rule(self, operation: AddRule, index: int) -> Step:
        ref, body = operation.chain, operation.body
        chain = self._chain(ref)
        assert isinstance(body, Rule), "check_shape lets no other through"  # noqa: S101
        self._check_target(ref, body)
        name = quote(ref.name)
        rule = LegacyRule(
            handle=self._new_handle(),
            body=body,
            words=words_of(operation),
            counters=body.counters or Counters(),
        )
        spec = None if chain.said[rule.words] else f"{name} {rule.words}"
        at = len(chain.rules) if operation.place == "tail" else 0
        if operation.before is not None:
            at = chain.index(operation.before)
        number, last = chain.number(at), len(chain) + 1
        chain.rules.insert(at, rule)
        chain.said[rule.words] += 1
        command = f"-A {name}" if number == last else f"-I {name} {number}"
        return Step(
            table=ref.table,
            index=index,
            words=f"{command} {_counted(rule)}",
            undo=(f"-D {name} {number}",),
            spec=spec,
        )

    def _check_target(self, ref: ChainRef, body: Rule) -> None:
        name = _target_of(body)
        if name is None:
            return
        target = ChainRef(table=ref.table, name=name)
        self._chain(target)
        if base_chain_of(target) is not None:
            raise RefusedError(errno.EOPNOTSUPP, f"{target} is built in, no rule can go to it")

    def _delete_rule(self, operation: DeleteRule, index: int) -> Step:
        ref = operation.chain
        chain = self._chain(ref)
        at = chain.index(operation.handle)
        rule = chain.rules[at]
        if rule.handle in chain.dead:
            raise RefusedError(errno.ENOENT, f"the rule with handle {rule.handle} is gone already")
        number = chain.number(at)
        name = quote(ref.name)
        spec = f"{name} {rule.words}" if chain.said[rule.words] == 1 else None
        chain.dead.add(rule.handle)
        chain.said[rule.words] -= 1
        return Step(
            table=ref.table,
            index=index,
            words=f"-D {name} {number}",
            undo=(f"-I {name} {number} {_counted(rule)}",),
            spec=spec,
        )


def _target_of(rule: Rule) -> str | None:
    return rule.target.chain if isinstance(rule.target, _JUMPS) else None


def _counted(rule: LegacyRule) -> str:
    counters = rule.counters
    if not counters.packets and not counters.bytes:
        return rule.words
    return f"-c {counters.packets} {counters.bytes} {rule.words}"


def _find_loop(table: dict[str, _OpenChain]) -> str | None:
    """A chain that packets come to and that its own jumps come back to, or None."""
    targets = {
        name: {target for rule in chain.live() if (target := _target_of(rule.body)) in table}
        for name, chain in table.items()
    }
    reached: set[str] = set()
    coming = {name for name, chain in table.items() if chain.policy is not None}
    while coming:
        reached |= coming
        coming = {target for name in coming for target in targets[name]} - reached
    while ends := {name for name in reached if not targets[name] & reached}:
        reached -= ends
    return min(reached, default=None)
