"""A transaction as commands, and what of it is in place when it stopped half-way. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nfcore.executor._refusal import locate_refusal
from nfcore.executor.legacy._model import Model, RefusedError, Step
from nfcore.executor.legacy._picture import LegacyTable, Picture, empty_table, same_table
from nfcore.operations import Operation, TableRef
from translate import IPVersion

__all__ = ["Plan", "WayBack", "make_plan", "way_back"]


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

    def changed(self, now: Picture, among: Iterable[TableRef]) -> list[TableRef]:
        """Which of some tables are not as before."""
        return [table for table in among if not _same(table, self.before, now)]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """The commands that take back what is in place of a plan.

    Args:
        steps: the commands.
        touched: the tables that the plan's commands may have changed.
    """

    steps: tuple[Step, ...]
    touched: tuple[TableRef, ...]


def way_back(
    plan: Plan, operations: Sequence[Operation], now: Picture, reached: range | None
) -> WayBack:
    """How to take back what is in place of a plan.

    Of a table that somebody else changed too, nothing is taken back: numbers mean nothing there.

    Args:
        plan: the transaction's commands.
        operations: the transaction.
        now: what the tables hold.
        reached: how many of the commands may have been carried out; None is all or none of each
            table's.
    """
    undo: dict[int, Step] = {}
    touched = []
    for table in plan.tables():
        own = [place for place, step in enumerate(plan.steps) if step.table == table]
        counts = {0, len(own)} if reached is None else {bisect_left(own, n) for n in reached}
        if counts == {0}:
            continue
        touched.append(table)
        states = enumerate(_states(plan.before, operations, table))
        count = next((n for n, state in states if n in counts and _equal(table, state, now)), 0)
        undo.update((place, plan.steps[place]) for place in own[:count])
    return WayBack(
        steps=tuple(
            Step(table=step.table, index=step.index, words=words)
            for _, step in sorted(undo.items(), reverse=True)
            for words in step.undo
        ),
        touched=tuple(touched),
    )


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
