"""A model of nf_tables: what the kernel does with each operation, and what it refuses."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import translate
from nfcore.executor._encode import encode_rule
from nfcore.executor._model_hooks import Requirement, requirements_of
from nfcore.operations import (
    AddChain,
    AddRule,
    AddTable,
    BaseChain,
    ChainRef,
    ChainState,
    DeleteChain,
    DeleteRule,
    DeleteTable,
    FlushChain,
    KernelRule,
    Operation,
    Policy,
    SetPolicy,
    TableRef,
    TableState,
    base_chain_of,
)
from translate import Counters

__all__ = ["ModelChain", "ModelRule", "ModelRuleset", "RefusedError"]

_JUMP_STACK: Final = 16  # NFT_JUMP_STACK_SIZE
_CONNTRACK_PRIORITY: Final = -200  # NF_IP_PRI_CONNTRACK: address translation comes after it


class RefusedError(Exception):
    """The kernel's refusal of one operation, by its error number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Could not process rule: {os.strerror(number)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRule:
    """A rule, and what the kernel's checks ask about it.

    ``deleted`` marks one that a transaction deleted: until the transaction's end it is a place that
    other rules can go before.
    """

    held: KernelRule
    targets: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class ModelChain:
    """A chain's hook, if it has one, and its rules."""

    base: BaseChain | None = None
    rules: list[ModelRule] = field(default_factory=list)

    def copy(self) -> ModelChain:
        """A chain that can be changed without changing this one."""
        return ModelChain(base=self.base, rules=[rule for rule in self.rules if not rule.deleted])

    def present(self) -> Iterator[ModelRule]:
        """The rules that are not deleted."""
        return (rule for rule in self.rules if not rule.deleted)

    def index(self, handle: int) -> int:
        """Where the rule with this handle is, deleted ones included."""
        for index, rule in enumerate(self.rules):
            if rule.held.handle == handle:
                return index
        raise RefusedError(errno.ENOENT)


@dataclass(slots=True, kw_only=True)
class _Table:
    chains: dict[str, ModelChain] = field(default_factory=dict)
    last_handle: int = 0

    def new_handle(self) -> int:
        self.last_handle += 1
        return self.last_handle


class ModelRuleset:
    """Tables, chains and rules, changed one operation at a time."""

    def __init__(self) -> None:
        self.tables: dict[TableRef, _Table] = {}

    def copy(self) -> ModelRuleset:
        """A ruleset that can be changed without changing this one."""
        other = ModelRuleset()
        other.tables = {
            ref: _Table(
                chains={name: chain.copy() for name, chain in table.chains.items()},
                last_handle=table.last_handle,
            )
            for ref, table in self.tables.items()
        }
        return other

    def snapshot(self) -> Mapping[TableRef, TableState]:
        """The present tables."""
        return {
            ref: TableState(
                chains={
                    name: ChainState(
                        base=chain.base, rules=tuple(rule.held for rule in chain.present())
                    )
                    for name, chain in table.chains.items()
                }
            )
            for ref, table in self.tables.items()
        }

    def apply(self, operation: Operation) -> None:
        """Carry out one operation, which the encoder let through.

        Raises:
            RefusedError: as the kernel would.
        """
        match operation:
            case AddTable(table=table):
                self.tables.setdefault(table, _Table())
            case DeleteTable(table=table):
                self._table(table)
                del self.tables[table]
            case AddChain():
                self._add_chain(operation)
            case DeleteChain(chain=ref):
                self._delete_chain(ref)
            case FlushChain(chain=ref):
                chain = self._chain(ref)
                chain.rules = [replace(rule, deleted=True) for rule in chain.rules]
            case SetPolicy(chain=ref, policy=policy):
                self._set_policy(ref, base_chain_of(ref), policy)
            case AddRule():
                self._add_rule(operation)
            case DeleteRule(chain=ref, handle=handle):
                self._delete_rule(self._chain(ref), handle)

    def validate(self) -> None:
        """Check what is checked when a transaction ends.

        Raises:
            RefusedError: rules nest too deep or in a loop, or one stands where it may not.
        """
        for table in self.tables.values():
            for chain in table.chains.values():
                if chain.base is not None:
                    _validate(chain, chain.base, table.chains)

    def _table(self, ref: TableRef) -> _Table:
        try:
            return self.tables[ref]
        except KeyError:
            raise RefusedError(errno.ENOENT) from None

    def _chain(self, ref: ChainRef) -> ModelChain:
        try:
            return self._table(ref.table).chains[ref.name]
        except KeyError:
            raise RefusedError(errno.ENOENT) from None

    def _add_chain(self, operation: AddChain) -> None:
        table, name, base = self._table(operation.chain.table), operation.chain.name, operation.base
        chain = table.chains.get(name)
        if chain is None:
            if base is not None:
                _check_base(base)
            table.new_handle()
            table.chains[name] = ModelChain(base=base)
        elif base is not None:
            _update_base(chain, base, "drop" if base.policy == "drop" else None)

    def _set_policy(self, ref: ChainRef, base: BaseChain | None, policy: Policy) -> None:
        table = self._table(ref.table)
        assert base is not None, "the encoder lets no other through"  # noqa: S101
        chain = table.chains.get(ref.name)
        if chain is None:
            table.new_handle()
            table.chains[ref.name] = ModelChain(base=replace(base, policy=policy))
        else:
            _update_base(chain, base, policy)

    def _delete_chain(self, ref: ChainRef) -> None:
        self._chain(ref)
        chains = self.tables[ref.table].chains
        if any(ref.name in rule.targets for chain in chains.values() for rule in chain.present()):
            raise RefusedError(errno.EBUSY)
        del chains[ref.name]

    def _add_rule(self, operation: AddRule) -> None:
        chain = self._chain(operation.chain)
        table = self.tables[operation.chain.table]
        rule = _model_rule(operation, table.new_handle())
        at = len(chain.rules) if operation.place == "tail" else 0
        if operation.before is not None:
            at = chain.index(operation.before)
        for name in rule.targets:
            if self._chain(replace(operation.chain, name=name)).base is not None:
                raise RefusedError(errno.EOPNOTSUPP)
        chain.rules.insert(at, rule)

    @staticmethod
    def _delete_rule(chain: ModelChain, handle: int) -> None:
        index = chain.index(handle)
        if chain.rules[index].deleted:
            raise RefusedError(errno.ENOENT)
        chain.rules[index] = replace(chain.rules[index], deleted=True)


def _model_rule(operation: AddRule, handle: int) -> ModelRule:
    """The rule as a listing would show it."""
    native = encode_rule(operation)
    table = operation.chain.table
    body, tag = translate.from_nft(
        native.expr,
        version=table.version,
        table=table.name,
        chain=operation.chain.name,
        comment=native.comment,
    )
    counted = any("counter" in statement for statement in native.expr)
    counters = body.counters or (Counters() if counted else None)
    return ModelRule(
        held=KernelRule(handle=handle, body=body, tag=tag, counters=counters),
        targets=tuple(_jump_targets(native.expr)),
        requirements=tuple(requirements_of(native.expr)),
    )


def _jump_targets(expr: object) -> Iterator[str]:
    """The chains that statements jump or go to, from inside verdict maps too."""
    if isinstance(expr, Mapping):
        for name, body in expr.items():
            if name in {"jump", "goto"}:
                yield body["target"]
            else:
                yield from _jump_targets(body)
    elif isinstance(expr, list | tuple):
        for part in expr:
            yield from _jump_targets(part)


def _check_base(base: BaseChain) -> None:
    if base.type == "nat" and (base.hook == "forward" or base.priority <= _CONNTRACK_PRIORITY):
        raise RefusedError(errno.EOPNOTSUPP)
    if base.type == "route" and base.hook != "output":
        raise RefusedError(errno.EOPNOTSUPP)


def _update_base(chain: ModelChain, base: BaseChain, policy: Policy | None) -> None:
    """What adding a base chain does to a chain that is there."""
    if chain.base is None:
        raise RefusedError(errno.EEXIST if policy is None else errno.EOPNOTSUPP)
    if (chain.base.hook, chain.base.priority) != (base.hook, base.priority):
        raise RefusedError(errno.EOPNOTSUPP)
    _check_base(base)
    if chain.base.type != base.type:
        raise RefusedError(errno.EEXIST)
    if policy is not None:
        chain.base = replace(chain.base, policy=policy)


def _validate(start: ModelChain, base: BaseChain, chains: Mapping[str, ModelChain]) -> None:
    """Walk every path of jumps from a base chain, all paths one jump further at a time."""
    reached = [start]
    for _ in range(_JUMP_STACK):
        following: dict[str, ModelChain] = {}
        for chain in reached:
            for rule in chain.present():
                if not all(requirement.allows(base) for requirement in rule.requirements):
                    raise RefusedError(errno.EOPNOTSUPP)
                following.update((name, chains[name]) for name in rule.targets)
        reached = list(following.values())
    if reached:
        raise RefusedError(errno.EMLINK)
