"""Where the time of one network goes."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bench.namespace import call_in_new_namespace
from bench.peers import in_library, json_text
from bench.results import Measurement, Point
from bench.workload import Action, Stack, carry_out, driver_of, make_network
from nfcore.engine import Engine, RulesetSource, open_source
from nfcore.executor import CffiExecutor

__all__ = ["STAGES", "measure_breakdown"]

STAGES: Final = (
    "plan: parse and compare",
    "write JSON",
    "libnftables, before and after the kernel",
    "kernel",
    "take in the notifications",
)
"""In the order in which they happen."""

_FIRST_NUMBER: Final = 40_000


def measure_breakdown(networks: Sequence[int], rounds: int) -> Iterator[Measurement]:
    """The CPU seconds of each stage of creating one network, IPv4 and IPv6, as rules.

    The kernel tells CPU time inside and outside of itself apart by sampling, so what libnftables
    and the kernel take is one exact sum, divided as it was over all turns.

    Args:
        networks: with how many networks present.
        rounds: how often.
    """
    for number in networks:
        stages = call_in_new_namespace(_stages, number, rounds)
        for stage, values in zip(STAGES, stages, strict=True):
            point = Point(question="breakdown", stack="dual", networks=number, batch=1, peer=stage)
            yield Measurement(point=point, values=tuple(values))


def _stages(networks: int, rounds: int) -> list[list[float]]:
    stack: Stack = "dual"
    executor = CffiExecutor()
    source = open_source(executor)
    send = in_library(json=True)
    with Engine(executor, source=source) as engine:
        bench = _Bench(engine, source, send, stack)
        bench.start()
        bench.turn("create", range(networks))
        turns = []
        for number in range(_FIRST_NUMBER, _FIRST_NUMBER + rounds):
            turns.append(bench.turn("create", [number]))
            bench.turn("delete", [number])
    inside = _part([turn.system for turn in turns], [turn.user for turn in turns])
    return [
        [turn.plan for turn in turns],
        [turn.write for turn in turns],
        [turn.send * (1 - inside) for turn in turns],
        [turn.send * inside for turn in turns],
        [turn.take_in for turn in turns],
    ]


def _part(some: Sequence[float], others: Sequence[float]) -> float:
    """How much of all the seconds the first make; 0 where the kernel's clock saw none."""
    total = sum(some) + sum(others)
    return sum(some) / total if total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """CPU seconds of the stages; ``user`` and ``system`` sample what ``send`` consists of."""

    plan: float
    write: float
    send: float
    take_in: float
    user: float
    system: float


class _Bench:
    """What a transaction does at its commit, stage by stage."""

    def __init__(
        self, engine: Engine, source: RulesetSource, send: Callable[[str], None], stack: Stack
    ) -> None:
        self._engine = engine
        self._source = source
        self._send = send
        self._stack: Stack = stack
        self._driver = driver_of(stack)

    def start(self) -> None:
        transaction = self._engine.begin()
        self._driver.ensure_started(transaction)
        operations = transaction.operations()
        transaction.abandon()
        self._send(json_text(operations))
        self._source.committed(operations)

    def turn(self, action: Action, numbers: Iterable[int]) -> _Turn:
        networks = [make_network(number, self._stack) for number in numbers]
        marks = [time.thread_time()]
        transaction = self._engine.begin()
        carry_out(transaction, self._driver, action, networks)
        operations = transaction.operations()
        transaction.abandon()
        marks.append(time.thread_time())
        text = json_text(operations)
        marks.append(time.thread_time())
        before = resource.getrusage(resource.RUSAGE_SELF)
        self._send(text)
        after = resource.getrusage(resource.RUSAGE_SELF)
        marks.append(time.thread_time())
        self._source.committed(operations)
        marks.append(time.thread_time())
        plan, write, send, take_in = (later - earlier for earlier, later in pairwise(marks))
        return _Turn(
            plan=plan,
            write=write,
            send=send,
            take_in=take_in,
            user=after.ru_utime - before.ru_utime,
            system=after.ru_stime - before.ru_stime,
        )
