"""A model of nf_tables: what the kernel does with each operation, and what it refuses."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, NamedTuple

import translate
from nfcore.executor._encode_rules import encode_rule
from nfcore.executor._model_hooks import requirements_of
from nfcore.executor._model_sets import ModelSet, RefusedError, lookups_of
from nfcore.operations import (
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    AddTable,
    BaseChain,
    ChainRef,
    ChainState,
    DeleteChain,
    DeleteElements,
    DeleteRule,
    DeleteSet,
    DeleteTable,
    FlushChain,
    KernelRule,
    Operation,
    Policy,
    SetPolicy,
    SetRef,
    SetType,
    TableRef,
    TableState,
    base_chain_of,
)
from translate import Counters, Rule

__all__ = ["ModelChain", "ModelRule", "ModelRuleset", "RefusedError", "RuleForm", "Step"]

_JUMP_STACK: Final = 16  # NFT_JUMP_STACK_SIZE
_CONNTRACK_PRIORITY: Final = -200  # NF_IP_PRI_CONNTRACK: address translation comes after it


class RuleForm:
    """A rule as it is sent, what the kernel's checks ask about it, and how it is read back."""

    def __init__(self, operation: AddRule) -> None:
        self._place = operation.chain
        self._native = encode_rule(operation)
        self.targets: Final = tuple(_jump_targets(self._native.expr))
        self.lookups: Final = frozenset(lookups_of(self._native))
        self.requirements: Final = tuple(requirements_of(self._native.expr))

    @cached_property
    def _read_back(self) -> tuple[Rule, str | None, Counters | None]:
        expr = self._native.expr
        body, tag = translate.from_nft(
            expr,
            version=self._place.table.version,
            table=self._place.table.name,
            chain=self._place.name,
            comment=self._native.comment,
        )
        counted = any("counter" in statement for statement in expr)
        return body, tag, body.counters or (Counters() if counted else None)

    def held(self, handle: int) -> KernelRule:
        """The rule as a listing would show it."""
        body, tag, counters = self._read_back
        return KernelRule(handle=handle, body=body, tag=tag, counters=counters)


class Step(NamedTuple):
    """One operation; if it adds a rule, with the rule's form."""

    operation: Operation
    form: RuleForm | None

    @classmethod
    def of(cls, operation: Operation) -> Step:
        """The step for an operation that the encoder lets through."""
        return cls(operation, RuleForm(operation) if isinstance(operation, AddRule) else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRule:
    """A rule in a chain.

    ``deleted`` marks one that a transaction deleted: until the transaction's end it is a place that
    other rules can go before.
    """

    handle: int
    form: RuleForm
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
            if rule.handle == handle:
                return index
        raise RefusedError(errno.ENOENT)


@dataclass(slots=True, kw_only=True)
class _Table:
    chains: dict[str, ModelChain] = field(default_factory=dict)
    sets: dict[str, ModelSet] = field(default_factory=dict)
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
                sets={name: held.copy() for name, held in table.sets.items()},
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
                        base=chain.base,
                        rules=tuple(rule.form.held(rule.handle) for rule in chain.present()),
                    )
                    for name, chain in table.chains.items()
                },
                sets={name: held.state() for name, held in table.sets.items()},
            )
            for ref, table in self.tables.items()
        }

    def apply(self, step: Step) -> None:
        """Carry out one operation.

        Raises:
            RefusedError: as the kernel would.
        """
        match step.operation:
            case AddTable(table=table):
                self.tables.setdefault(table, _Table())
            case DeleteTable(table=table):
                self._table(table)
                del self.tables[table]
            case AddChain() as operation:
                self._add_chain(operation)
            case DeleteChain(chain=ref):
                self._delete_chain(ref)
            case FlushChain(chain=ref):
                chain = self._chain(ref)
                chain.rules = [replace(rule, deleted=True) for rule in chain.rules]
            case SetPolicy(chain=ref, policy=policy):
                self._set_policy(ref, base_chain_of(ref), policy)
            case AddRule() as operation:
                assert step.form is not None, "Step.of made one"  # noqa: S101
                self._add_rule(operation, step.form)
            case DeleteRule(chain=ref, handle=handle):
                self._delete_rule(self._chain(ref), handle)
            case AddSet() | DeleteSet() | AddElements() | DeleteElements() as operation:
                self._apply_to_set(operation)

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

    def _apply_to_set(self, operation: AddSet | DeleteSet | AddElements | DeleteElements) -> None:
        match operation:
            case AddSet(set=ref, type=kind):
                self._add_set(ref, kind)
            case DeleteSet(set=ref):
                self._delete_set(ref)
            case AddElements(set=ref, elements=elements):
                self._set(ref).add(elements)
            case DeleteElements(set=ref, keys=keys):
                self._set(ref).delete(keys)

    def _set(self, ref: SetRef) -> ModelSet:
        try:
            return self._table(ref.table).sets[ref.name]
        except KeyError:
            raise RefusedError(errno.ENOENT) from None

    def _add_set(self, ref: SetRef, kind: SetType) -> None:
        table = self._table(ref.table)
        held = table.sets.get(ref.name)
        if held is None:
            table.new_handle()
            table.sets[ref.name] = ModelSet(kind)
        elif held.type != kind:
            raise RefusedError(errno.EEXIST)

    def _delete_set(self, ref: SetRef) -> None:
        self._set(ref)
        table = self.tables[ref.table]
        rules = (rule for chain in table.chains.values() for rule in chain.present())
        if any(ref.name in rule.form.lookups for rule in rules):
            raise RefusedError(errno.EBUSY)
        del table.sets[ref.name]

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
        if any(
            ref.name in rule.form.targets for chain in chains.values() for rule in chain.present()
        ):
            raise RefusedError(errno.EBUSY)
        del chains[ref.name]

    def _add_rule(self, operation: AddRule, form: RuleForm) -> None:
        chain = self._chain(operation.chain)
        at = len(chain.rules) if operation.place == "tail" else 0
        if operation.before is not None:
            at = chain.index(operation.before)
        for name in form.targets:
            if self._chain(operation.chain._replace(name=name)).base is not None:
                raise RefusedError(errno.EOPNOTSUPP)
        if not form.lookups <= self.tables[operation.chain.table].sets.keys():
            raise RefusedError(errno.ENOENT)
        handle = self.tables[operation.chain.table].new_handle()
        chain.rules.insert(at, ModelRule(handle=handle, form=form))

    @staticmethod
    def _delete_rule(chain: ModelChain, handle: int) -> None:
        index = chain.index(handle)
        if chain.rules[index].deleted:
            raise RefusedError(errno.ENOENT)
        chain.rules[index] = replace(chain.rules[index], deleted=True)


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
                if not all(requirement.allows(base) for requirement in rule.form.requirements):
                    raise RefusedError(errno.EOPNOTSUPP)
                following.update((name, chains[name]) for name in rule.form.targets)
        reached = list(following.values())
    if reached:
        raise RefusedError(errno.EMLINK)
