"""A transaction as commands, and what of it is in place when it stopped half-way. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from nfcore.executor._refusal import locate_refusal
from nfcore.executor.legacy._model import Model, RefusedError, Step
from nfcore.executor.legacy._picture import LegacyTable, Picture, empty_table, same_table
from nfcore.operations import Operation, TableRef
from translate import IPVersion

__all__ = ["Plan", "make_plan", "steps_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Commands, and what the tables hold before and after them."""

    before: Picture
    after: Picture
    steps: tuple[Step, ...]

    def tables(self) -> tuple[TableRef, ...]:
        """Every table that the commands touch."""
        return tuple(dict.fromkeys(step.table for step in self.steps))

    def versions(self) -> tuple[IPVersion, ...]:
        """Every IP version that the commands touch."""
        return tuple(dict.fromkeys(table.version for table in self.tables()))

    def standing(self, table: TableRef, now: Picture) -> str:
        """How one table stands, in words."""
        if _same(table, self.before, now):
            return "is as before"
        if _same(table, self.after, now):
            return "holds all of its part"
        return "holds some of its part, or other changes"

    def changed(self, now: Picture) -> list[TableRef]:
        """Which of those are not as before."""
        return [table for table in self.tables() if not _same(table, self.before, now)]

    def is_done(self, now: Picture) -> bool:
        """Whether all of them are as after."""
        return all(_same(table, self.after, now) for table in self.tables())


def make_plan(
    picture: Picture, operations: Sequence[Operation], new_handle: Callable[[], int]
) -> Plan:
    """Carry a transaction out on paper.

    Args:
        picture: what the tables hold.
        operations: the transaction.
        new_handle: gives a handle that no rule ever had.

    Raises:
        CommitRefused: an operation cannot be carried out; the error names it.
    """
    model = Model(picture, new_handle)
    try:
        steps = tuple(model.steps(operations))
        model.validate()
    except RefusedError as error:

        def refusal_of(count: int) -> str | None:
            return _refusal(picture, operations[:count], new_handle)

        raise locate_refusal(str(error), operations, refusal_of) from error
    return Plan(before=picture, after=model.picture(), steps=steps)


def _refusal(
    picture: Picture, operations: Sequence[Operation], new_handle: Callable[[], int]
) -> str | None:
    model = Model(picture, new_handle)
    try:
        for _ in model.steps(operations):
            pass
        model.validate()
    except RefusedError as error:
        return str(error)
    return None


def steps_back(
    plan: Plan, operations: Sequence[Operation], now: Picture, *, whole_tables: bool
) -> list[Step]:
    """The commands that take back what is in place of a transaction.

    Args:
        plan: the transaction's commands.
        operations: the transaction.
        now: what the tables hold.
        whole_tables: whether of each table's commands all are in place or none.

    Returns:
        The commands; none for tables that are neither as before nor as after some of the plan's
        commands, because somebody else changed them too.
    """
    undo: dict[int, Step] = {}
    for table in plan.tables():
        own = [(place, step) for place, step in enumerate(plan.steps) if step.table == table]
        count = _count_done(plan, operations, table, now, whole_tables=whole_tables)
        undo.update(islice(own, count or 0))
    return [
        Step(table=step.table, index=step.index, words=words)
        for _, step in sorted(undo.items(), reverse=True)
        for words in step.undo
    ]


def _count_done(
    plan: Plan,
    operations: Sequence[Operation],
    table: TableRef,
    now: Picture,
    *,
    whole_tables: bool,
) -> int | None:
    """How many of a table's commands are in place, or None where that cannot be told."""
    states = _states(plan.before, operations, table)
    if whole_tables:
        states = iter((plan.before.get(table), plan.after.get(table)))
        total = sum(step.table == table for step in plan.steps)
        found = next((i for i, state in enumerate(states) if _equal(table, state, now)), None)
        return None if found is None else found * total
    return next((i for i, state in enumerate(states) if _equal(table, state, now)), None)


def _states(
    before: Picture, operations: Sequence[Operation], table: TableRef
) -> Iterator[LegacyTable | None]:
    """What a table holds before its first command, and after each of them."""
    handles = iter(range(-1, -(1 << 62), -1))
    model = Model(before, lambda: next(handles))
    yield before.get(table)
    for step in model.steps(operations):
        if step.table == table:
            yield model.table(table)


def _same(table: TableRef, one: Mapping[TableRef, LegacyTable], other: Picture) -> bool:
    return _equal(table, one.get(table), other)


def _equal(table: TableRef, state: LegacyTable | None, now: Picture) -> bool:
    """A table that the kernel has not made yet is an empty one."""
    present = now.get(table)
    return same_table(
        empty_table(table) if state is None else state,
        empty_table(table) if present is None else present,
    )
