"""What it takes to create and delete networks and to publish ports, by every peer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Final

from bench.budget import Budget
from bench.forecast import Forecast
from bench.measure import Task, measure, too_slow
from bench.peers import PEERS
from bench.progress import Progress
from bench.results import Measurement, Skipped
from bench.worker import Worker
from bench.workload import STACKS, Stack

__all__ = ["ProgrammingPlan", "fill", "measure_programming", "pinned_cpu"]

_MOST_BATCHES: Final = (1, 10, 100, 1_000, 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammingPlan:
    """What to measure.

    Args:
        peers: which.
        stacks: with which IP versions.
        networks: with how many networks present, ascending.
        batches: how many networks at once, ascending.
        budget: how often.
    """

    peers: tuple[str, ...] = tuple(PEERS)
    stacks: tuple[Stack, ...] = STACKS
    networks: tuple[int, ...] = (0, 100, 1_000, 10_000)
    batches: tuple[int, ...] = _MOST_BATCHES
    budget: Budget

    @property
    def steps(self) -> int:
        """How many steps progress is told of."""
        return len(self.stacks) * len(self.networks) * (len(self.batches) + 1)


def pinned_cpu() -> int:
    """The processor that all peers stay on: the last of those that this process may use."""
    return max(os.sched_getaffinity(0))


def measure_programming(
    plan: ProgrammingPlan, progress: Progress
) -> Iterator[Measurement | Skipped]:
    """Measure everything; networks are never fewer than before, so that each is filled in once."""
    for stack in plan.stacks:
        with ExitStack() as exits:
            measuring = _Measuring(plan, stack, progress)
            yield from measuring.open(exits)
            for networks in plan.networks:
                yield from measuring.at(networks)


class _Measuring:
    """All peers over one stack of IP versions, as networks become more."""

    def __init__(self, plan: ProgrammingPlan, stack: Stack, progress: Progress) -> None:
        self._plan = plan
        self._stack: Stack = stack
        self._progress = progress
        self._racing: list[Worker] = []
        self._present = 0
        self._by_networks = Forecast()
        self._rises: dict[str, float] = {}

    def open(self, exits: ExitStack) -> Iterator[Skipped]:
        """Open the peers, those that can run here."""
        for name in self._plan.peers:
            missing = PEERS[name].missing()
            if missing:
                why = f"not installed: {', '.join(missing)}"
                first = self._task(self._plan.networks[0], self._plan.batches[0])
                yield Skipped(point=first.point("create", name), why=why)
            else:
                self._racing.append(
                    exits.enter_context(Worker(name, self._stack, cpu=pinned_cpu()))
                )

    def at(self, networks: int) -> Iterator[Measurement | Skipped]:
        """Measure all with so many networks present; who is too slow for it is out."""
        first = self._task(networks, 1)
        out = {
            worker.name: guess
            for worker in self._racing
            if (guess := self._by_networks.seconds(worker.name, networks))
            > self._plan.budget.longest
        }
        self._racing = [worker for worker in self._racing if worker.name not in out]
        for name, guess in out.items():
            yield from too_slow(first, name, guess, self._plan.budget)
        for worker in self._racing:
            self._progress.says(f"{self._stack}: {networks:,} networks by {worker.name}")
            worker.attempt(partial(fill, worker, self._present, networks))
        yield from self._fallen(first)
        self._present = networks
        yield from self._batches(networks)
        yield from self._ports(networks)

    def _task(self, networks: int, batch: int) -> Task:
        return Task(do="create", undo="delete", stack=self._stack, networks=networks, batch=batch)

    def _batches(self, networks: int) -> Iterator[Measurement | Skipped]:
        by_batch = Forecast(self._rises)
        for batch in self._plan.batches:
            task = self._task(networks, batch)
            expected = {one.name: by_batch.seconds(one.name, batch) for one in self._racing}
            done: dict[str, float] = {}
            for found in self._measured(task, expected):
                yield found
                if isinstance(found, Measurement):
                    name = found.point.peer
                    done[name] = done.get(name, 0.0) + median(found.values)
            for name, seconds in done.items():
                by_batch.note(name, batch, seconds)
                if batch == self._plan.batches[0]:
                    self._by_networks.note(name, networks, seconds)
        self._rises |= by_batch.rises()

    def _ports(self, networks: int) -> Iterator[Measurement | Skipped]:
        port = replace(self._task(networks, 1), do="publish", undo="release")
        for worker in self._racing:
            worker.attempt(partial(worker.fill, port.numbers))
        yield from self._fallen(port)
        yield from self._measured(port, {})
        for worker in self._racing:
            worker.attempt(partial(worker.run, "delete", port.numbers))
        yield from self._fallen(port)

    def _measured(self, task: Task, expected: dict[str, float]) -> Iterator[Measurement | Skipped]:
        self._progress.says(f"{task.do} {task.batch:,} at {task.networks:,} networks, {task.stack}")
        yield from measure(
            self._racing, task, self._plan.budget, expected=expected, tick=self._progress.tick
        )
        self._progress.step()
        self._racing = [worker for worker in self._racing if worker.failure is None]

    def _fallen(self, task: Task) -> Iterator[Skipped]:
        """Those that could not have so many networks present; they are out."""
        for worker in self._racing:
            if worker.failure is not None:
                why = f"failed to have them present: {worker.failure}"
                yield Skipped(point=task.point(task.do, worker.name), why=why)
        self._racing = [worker for worker in self._racing if worker.failure is None]


def fill(worker: Worker, present: int, wanted: int) -> None:
    """Have so many networks present.

    Args:
        worker: where.
        present: how many there are.
        wanted: how many there are to be.
    """
    step = PEERS[worker.name].fill
    for first in range(present, wanted, step):
        worker.fill(range(first, min(first + step, wanted)))
