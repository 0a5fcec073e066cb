"""Whether nfcore's own part is small, and does not grow; and how fast `nfcore watch` repairs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from bench.measure import Budget, Task, measure
from bench.namespace import call_in_new_namespace
from bench.peers import in_library
from bench.programming import fill, pinned_cpu
from bench.progress import Progress
from bench.results import Measurement, Point
from bench.worker import Worker
from bench.workload import make_network
from nfcore.executor import CffiExecutor
from nfcore.host import Watcher

__all__ = ["OVERHEAD_PEERS", "measure_overhead", "measure_watch_gap"]

OVERHEAD_PEERS: Final = ("nfcore rules", "libnftables JSON")


def measure_overhead(
    networks: tuple[int, ...], budget: Budget, progress: Progress
) -> Iterator[Measurement]:
    """Create and delete one network: nfcore's whole call beside libnftables given the same JSON.

    Args:
        networks: with how many networks present, ascending.
        budget: how often.
        progress: told what is measured.
    """
    with ExitStack() as exits:
        workers = [
            exits.enter_context(Worker(name, "ipv4", cpu=pinned_cpu())) for name in OVERHEAD_PEERS
        ]
        present = 0
        for number in networks:
            for worker in workers:
                progress.says(f"overhead: {number} networks by {worker.name}")
                fill(worker, present, number)
            present = number
            task = Task(do="create", undo="delete", stack="ipv4", networks=number, batch=1)
            progress.says(f"overhead at {number} networks")
            found = measure(workers, task, budget, expected={}, tick=progress.tick)
            yield from _sums([one for one in found if isinstance(one, Measurement)])


def _sums(found: list[Measurement]) -> Iterator[Measurement]:
    """Creation and deletion, turn by turn, together."""
    for created, deleted in zip(found[::2], found[1::2], strict=True):
        yield replace(
            created,
            point=replace(created.point, question="create+delete"),
            values=tuple(map(sum, zip(created.values, deleted.values, strict=True))),
            cpu=tuple(map(sum, zip(created.cpu, deleted.cpu, strict=True))),
            system=created.system + deleted.system,
        )


def measure_watch_gap(networks: int, rounds: int) -> Measurement:
    """How long a flushed ruleset stays incomplete while a watcher runs.

    The time runs from the end of ``flush ruleset`` until every rule is back.

    Args:
        networks: how many networks it keeps, IPv4 and IPv6.
        rounds: how often the ruleset is flushed.
    """
    gaps = call_in_new_namespace(_gaps, networks, rounds)
    point = Point(
        question="watch gap", stack="dual", networks=networks, batch=networks, peer="nfcore watch"
    )
    return Measurement(
        point=point,
        values=tuple(seconds for seconds, _ in gaps),
        cpu=tuple(cpu for _, cpu in gaps),
    )


def _gaps(networks: int, rounds: int) -> list[tuple[float, float]]:
    send = in_library(json=False)
    watcher = Watcher(CffiExecutor(), [make_network(number, "dual") for number in range(networks)])
    watcher.repair()
    gaps = []
    for _ in range(rounds):
        send("flush ruleset")
        began, used = time.perf_counter(), time.process_time()
        watcher.wait(timeout=10)
        repair = watcher.repair()
        gaps.append((time.perf_counter() - began, time.process_time() - used))
        if repair is None or repair.networks != networks:
            raise RuntimeError(f"the watcher put back {repair}, not {networks} networks")
    watcher.close()
    return gaps
