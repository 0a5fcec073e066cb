"""Peers taking turns at the same work."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bench.budget import Budget, turns_of
from bench.results import Measurement, Point, Skipped
from bench.worker import Sample, Worker
from bench.workload import Action, Stack, rules_of

__all__ = ["Task", "measure", "too_slow"]

FIRST_NUMBER: Final = 40_000
"""Networks that come and go are numbered from here on; those present, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One piece of work, and what undoes it.

    Args:
        do: what is done.
        undo: what undoes it.
        stack: the IP versions.
        networks: how many networks are present.
        batch: how many are worked on.
    """

    do: Action
    undo: Action
    stack: Stack
    networks: int
    batch: int

    @property
    def numbers(self) -> range:
        """The networks to work on: a published port belongs to the first of them."""
        return range(FIRST_NUMBER, FIRST_NUMBER + self.batch)

    def point(self, action: Action, peer: str) -> Point:
        """What one of the two measures."""
        return Point(
            question=action,
            stack=self.stack,
            networks=self.networks,
            batch=self.batch,
            peer=peer,
        )


@dataclass(slots=True)
class _Turns:
    """A peer's samples so far, and how many turns it has."""

    worker: Worker
    turns: int = 0
    peak_kib: int = 0
    done: list[Sample] = field(default_factory=list)
    undone: list[Sample] = field(default_factory=list)

    def take(self, task: Task) -> float:
        self.done.append(self.worker.run(task.do, task.numbers))
        self.undone.append(self.worker.run(task.undo, task.numbers))
        return self.done[-1].seconds + self.undone[-1].seconds

    def warm_up(self, task: Task, budget: Budget) -> None:
        """Take the first turn, which counts only where there is time for no other."""
        self.worker.peak_kib()
        self.turns = turns_of(self.take(task), budget)
        if self.turns:
            self.worker.peak_kib()
            self.done.clear()
            self.undone.clear()

    def note_peak(self) -> None:
        """The most memory that it had resident in all of its turns."""
        self.peak_kib = self.worker.peak_kib()

    def has_turn(self, number: int, budget: Budget) -> bool:
        """Whether it has a turn in this round: its turns are spread over all of them."""
        return number * self.turns % budget.rounds < self.turns


def measure(
    workers: Sequence[Worker],
    task: Task,
    budget: Budget,
    *,
    expected: Mapping[str, float],
    tick: Callable[[], None] = lambda: None,
) -> Iterator[Measurement | Skipped]:
    """Let every worker do and undo a task, in turns, after one turn each to warm up.

    One that fails is left out, with the reason, and the others go on.

    Args:
        workers: who.
        task: what.
        budget: how often.
        expected: how many seconds a peer is expected to take, where there is an idea.
        tick: called after every turn.
    """
    racing: list[_Turns] = []
    for worker in workers:
        guess = expected.get(worker.name, 0.0)
        if guess > budget.longest:
            yield from too_slow(task, worker.name, guess, budget)
        else:
            racing.append(_Turns(worker))
    for entry in racing:
        entry.worker.attempt(partial(entry.warm_up, task, budget))
        tick()
    for number in range(budget.rounds):
        for entry in racing:
            if entry.has_turn(number, budget):
                entry.worker.attempt(partial(entry.take, task))
                tick()
    for entry in racing:
        entry.worker.attempt(entry.note_peak)
        yield from _found(task, entry)


def _found(task: Task, entry: _Turns) -> Iterator[Measurement | Skipped]:
    worker = entry.worker
    for action, samples in ((task.do, entry.done), (task.undo, entry.undone)):
        if worker.failure is None:
            yield _measurement(task, action, worker.name, samples, entry.peak_kib)
        else:
            yield Skipped(point=task.point(action, worker.name), why=f"failed: {worker.failure}")


def too_slow(task: Task, name: str, guess: float, budget: Budget) -> Iterator[Skipped]:
    """A peer left out of a task, since a turn is expected to take too many seconds."""
    why = f"a turn would take some {guess:,.1f} s, more than {budget.longest:g} s"
    for action in (task.do, task.undo):
        yield Skipped(point=task.point(action, name), why=why)


def _measurement(
    task: Task, action: Action, name: str, samples: Sequence[Sample], peak_kib: int
) -> Measurement:
    # The kernel tells what it took itself by sampling: only the sum of all turns means something.
    cpu = [sample.user + sample.system for sample in samples]
    inside = sum(sample.system for sample in samples) / sum(cpu) if any(cpu) else 0.0
    return Measurement(
        point=task.point(action, name),
        values=tuple(_rounded(sample.seconds) for sample in samples),
        cpu=tuple(map(_rounded, cpu)),
        system=_rounded(statistics.median(cpu) * inside),
        peak_kib=peak_kib,
        rules=rules_of(action, task.stack) * task.batch,
    )


def _rounded(seconds: float) -> float:
    return round(seconds, 7)
