"""What it takes to create and delete networks and to publish ports, by every peer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from bench.measure import Budget, Task, measure
from bench.peers import PEERS
from bench.progress import Progress
from bench.results import Measurement, Point, Skipped
from bench.worker import Worker
from bench.workload import STACKS, Stack

__all__ = ["ProgrammingPlan", "fill", "measure_programming", "pinned_cpu"]

_MOST_IN_ONE_FILL: Final = 1_000


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
    networks: tuple[int, ...] = (0, 100, 1_000)
    batches: tuple[int, ...] = (1, 10, 100, 1_000)
    budget: Budget


def pinned_cpu() -> int:
    """The processor that all peers stay on: the last of those that this process may use."""
    return max(os.sched_getaffinity(0))


def measure_programming(
    plan: ProgrammingPlan, progress: Progress
) -> Iterator[Measurement | Skipped]:
    """Measure everything; networks are never fewer than before, so that each is filled in once."""
    for stack in plan.stacks:
        with ExitStack() as exits:
            workers = [
                exits.enter_context(Worker(name, stack, cpu=pinned_cpu())) for name in plan.peers
            ]
            present = 0
            for networks in plan.networks:
                racing = [one for one in workers if networks <= PEERS[one.name].most_networks]
                yield from _too_many(plan, stack, networks)
                for worker in racing:
                    progress.says(f"{stack}: {networks} networks by {worker.name}")
                    fill(worker, present, networks)
                present = networks
                yield from _at(racing, plan, stack, networks, progress)


def fill(worker: Worker, present: int, wanted: int) -> None:
    """Have so many networks present, by the thousand.

    Args:
        worker: where.
        present: how many there are.
        wanted: how many there are to be.
    """
    for first in range(present, wanted, _MOST_IN_ONE_FILL):
        worker.fill(range(first, min(first + _MOST_IN_ONE_FILL, wanted)))


def _too_many(plan: ProgrammingPlan, stack: Stack, networks: int) -> Iterator[Skipped]:
    for name in plan.peers:
        most = PEERS[name].most_networks
        if networks > most:
            point = Point(question="create", stack=stack, networks=networks, batch=1, peer=name)
            yield Skipped(point=point, why=f"not measured above {most} networks: too slow to fill")


def _at(
    workers: Sequence[Worker],
    plan: ProgrammingPlan,
    stack: Stack,
    networks: int,
    progress: Progress,
) -> Iterator[Measurement | Skipped]:
    task = Task(do="create", undo="delete", stack=stack, networks=networks, batch=1)
    seconds: dict[str, float] = {}
    for batch in plan.batches:
        factor = batch / task.batch
        task = replace(task, batch=batch)
        progress.says(str(task.point("create", "all")))
        expected = {name: value * factor for name, value in seconds.items()}
        seconds = dict(expected)
        for found in measure(workers, task, plan.budget, expected=expected, tick=progress.tick):
            yield found
            if isinstance(found, Measurement):
                _note(seconds, found, task)
    port = Task(do="publish", undo="release", stack=stack, networks=networks, batch=1)
    progress.says(str(port.point("publish", "all")))
    for worker in workers:
        worker.fill(port.numbers)
    yield from measure(workers, port, plan.budget, expected={}, tick=progress.tick)
    for worker in workers:
        worker.run("delete", port.numbers)


def _note(seconds: dict[str, float], found: Measurement, task: Task) -> None:
    """Add up what doing and undoing take."""
    first = found.point.question == task.do
    seconds[found.point.peer] = median(found.values) + (0.0 if first else seconds[found.point.peer])
