"""Loading a file of iptables-save's as one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from nfcore.bridge import Driver
from nfcore.engine import Engine, Ruleset
from nfcore.exceptions import CommitRefused
from nfcore.host._networks import config_of
from nfcore.host._rehearsal import as_rules, is_whole
from nfcore.host._save import dumps_of
from nfcore.layout import layout_of
from nfcore.operations import (
    AddChain,
    AddRule,
    AddTable,
    ChainRef,
    DeleteChain,
    FlushChain,
    Operation,
    SetPolicy,
    TableRef,
    base_chain_of,
)
from translate import Rule
from translate.files import ChainDump, SavedRule, SaveFile, TableDump, settle_save

__all__ = ["restore_file"]


def restore_file(
    engine: Engine, saved: SaveFile, *, file: str, flush: bool, check_only: bool
) -> tuple[Operation, ...]:
    """Load a file that was read, all tables in one transaction.

    Args:
        engine: what commits.
        saved: the file.
        file: its name, for messages.
        flush: empty each table of the file first.
        check_only: have the kernel check it, and change nothing.

    Returns:
        What was committed, or checked.

    Raises:
        CommitRefused: the kernel refused a rule; the file's line is named.
        ParseError: a line cannot be carried out; it is named.
        NetfilterError: what the engine raises; nothing was changed.
    """
    plans: list[_Plan] = []

    def plan(ruleset: Ruleset) -> tuple[Operation, ...]:
        plans.append(_plan_on_host(saved, ruleset, flush=flush))
        return plans[-1].operations

    try:
        return engine.commit(plan, check_only=check_only)
    except CommitRefused as refusal:
        line = None if refusal.index is None else plans[-1].lines[refusal.index]
        raise CommitRefused(
            refusal.answer,
            index=refusal.index,
            operation=refusal.operation,
            call_site=file if line is None else f"{file}:{line}",
        ) from refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What loading a file would do.

    Attributes:
        operations: the operations, in order.
        lines: for each operation, the line of the file that asks for it, or None.
    """

    operations: tuple[Operation, ...]
    lines: tuple[int | None, ...]


_DRIVERS: Final = frozenset({"filter", "nat"})
"""The tables that the driver has chains in."""
_Step = tuple[Operation, int | None]
_Place = Literal["head", "tail"]


def _plan_on_host(file: SaveFile, ruleset: Ruleset, *, flush: bool) -> _Plan:
    """The plan for a host in any layout.

    A file tells of rules. Where it empties tables of a host in the layout of sets and is not just
    what that host shows, the host's networks become rules first, in the same transaction.
    """
    states = layout_of(ruleset).networks(ruleset)
    held = layout_of(ruleset, Driver(config=config_of(states)))
    if not (flush and held.name == "sets" and any(table.name in _DRIVERS for table in file.tables)):
        return _plan(file, ruleset, flush=flush)
    if is_whole(ruleset, held) and not _plan(file, held.expand(ruleset), flush=flush).operations:
        return _Plan(operations=(), lines=())
    conversion, after = as_rules(ruleset, held)
    plan = _plan(file, after, flush=flush)
    return _Plan(
        operations=(*conversion, *plan.operations), lines=(None,) * len(conversion) + plan.lines
    )


def _plan(file: SaveFile, ruleset: Ruleset, *, flush: bool) -> _Plan:
    """The operations that take the kernel to what a file says.

    Chains that end up as they are, are left alone; where a file only adds to a chain's end or head,
    the rules that are there stay, counters and all.

    Args:
        file: the file.
        ruleset: what the kernel holds.
        flush: empty each table of the file first, as iptables-restore does without ``--noflush``.

    Raises:
        ParseError: a line cannot be carried out; it is named.
    """
    after = settle_save(file, dumps_of(ruleset, file.version), flush=flush)
    phases: tuple[Callable[[TableDump, Ruleset], Iterator[_Step]], ...] = (
        _tables_and_chains,
        _policies,
        _rules,
        _gone_chains,
    )
    steps = [step for phase in phases for dump in after for step in phase(dump, ruleset)]
    flushes = [step for step in steps if isinstance(step[0], FlushChain)]
    others = [step for step in steps if not isinstance(step[0], FlushChain)]
    made = [step for step in others if isinstance(step[0], AddTable | AddChain)]
    rest = [step for step in others if not isinstance(step[0], AddTable | AddChain)]
    ordered = [*made, *flushes, *rest]
    return _Plan(
        operations=tuple(operation for operation, _ in ordered),
        lines=tuple(line for _, line in ordered),
    )


def _refs(dump: TableDump) -> tuple[TableRef, list[tuple[ChainRef, ChainDump]]]:
    table = TableRef(version=dump.version, name=dump.name)
    return table, [(ChainRef(table=table, name=chain.name), chain) for chain in dump]


def _tables_and_chains(dump: TableDump, ruleset: Ruleset) -> Iterator[_Step]:
    table, chains = _refs(dump)
    if not ruleset.has_table(table):
        yield AddTable(table=table), None
    for ref, chain in chains:
        base = base_chain_of(ref)
        if ruleset.chain(ref) is None and (base is None or chain.rules or chain.policy == "DROP"):
            yield AddChain(chain=ref, base=base), None


def _policies(dump: TableDump, ruleset: Ruleset) -> Iterator[_Step]:
    for ref, chain in _refs(dump)[1]:
        present = ruleset.chain(ref)
        before = "accept" if present is None or present.base is None else present.base.policy
        wanted = None if chain.policy is None else chain.policy.lower()
        if wanted is not None and wanted != before:
            yield SetPolicy(chain=ref, policy="drop" if wanted == "drop" else "accept"), None


def _rules(dump: TableDump, ruleset: Ruleset) -> Iterator[_Step]:
    for ref, chain in _refs(dump)[1]:
        yield from _rules_of(ref, chain.rules, ruleset)


def _rules_of(ref: ChainRef, wanted: Sequence[SavedRule], ruleset: Ruleset) -> Iterator[_Step]:
    present = ruleset.chain(ref)
    held = [] if present is None else [(rule.body, rule.tag) for rule in present]
    before = [body for body, _ in held]
    after = [saved.rule for saved in wanted]
    new: Sequence[SavedRule] = wanted
    place: _Place = "tail"
    if after[: len(before)] == before:
        new = wanted[len(before) :]
    elif before and after[-len(before) :] == before:
        new, place = [*reversed(wanted[: -len(before)])], "head"
    else:
        yield FlushChain(chain=ref), None
    tags: dict[Rule, str | None] = dict(held)
    for saved in new:
        tag = tags.get(saved.rule)
        yield AddRule(chain=ref, body=saved.rule, place=place, tag=tag), saved.line


def _gone_chains(dump: TableDump, ruleset: Ruleset) -> Iterator[_Step]:
    table, chains = _refs(dump)
    kept = {ref.name for ref, _ in chains}
    for name in ruleset.chains(table):
        ref = ChainRef(table=table, name=name)
        if name not in kept and base_chain_of(ref) is None:
            yield FlushChain(chain=ref), None
            yield DeleteChain(chain=ref), None
