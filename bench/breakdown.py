"""Where the time of one network goes."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from bench.namespace import call_in_new_namespace
from bench.results import Measurement, Point
from bench.workload import Action, Stack, carry_out, driver_of, make_network
from nfcore.engine import Engine, open_source
from nfcore.executor import CffiExecutor
from nfcore.layout import Layout, RulesLayout, SetsLayout

__all__ = ["BREAKDOWNS", "STAGES", "measure_breakdown"]

STAGES: Final = (
    "plan: parse and compare",
    "write JSON or bytes",
    "send: outside the kernel",
    "kernel",
    "take in the notifications",
)
"""In the order in which they happen."""

BREAKDOWNS: Final[Mapping[str, type[Layout]]] = MappingProxyType(
    {"breakdown: rules": RulesLayout, "breakdown: sets": SetsLayout}
)
"""The questions, and the layout of each."""

_STACK: Final[Stack] = "dual"
_FIRST_NUMBER: Final = 40_000


def measure_breakdown(networks: Sequence[int], rounds: int) -> Iterator[Measurement]:
    """The CPU seconds of each stage of creating one network, IPv4 and IPv6, in both layouts.

    The kernel tells CPU time inside and outside of itself apart by sampling, so what sending takes
    is one exact sum, divided as it was over all turns.

    Args:
        networks: with how many networks present.
        rounds: how often.
    """
    for question, layout in BREAKDOWNS.items():
        for number in networks:
            stages = call_in_new_namespace(_stages, layout, number, rounds)
            for stage, values in zip(STAGES, stages, strict=True):
                point = Point(question=question, stack=_STACK, networks=number, batch=1, peer=stage)
                yield Measurement(point=point, values=tuple(values))


def _stages(layout: type[Layout], networks: int, rounds: int) -> list[list[float]]:
    with CffiExecutor() as executor:
        bench = _Bench(executor, layout)
        bench.turn("create", range(networks))
        turns = []
        for number in range(_FIRST_NUMBER, _FIRST_NUMBER + rounds):
            turns.append(bench.turn("create", [number]))
            bench.turn("delete", [number])
        bench.close()
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
    """What a transaction does at its commit, stage by stage, by nfcore's own executor."""

    def __init__(self, executor: CffiExecutor, layout: type[Layout]) -> None:
        self._executor = executor
        self._source = open_source(executor)
        self._engine = Engine(executor, source=self._source)
        self._layout = layout(driver_of(_STACK))
        with self._engine.transaction() as transaction:
            self._layout.ensure_started(transaction)

    def turn(self, action: Action, numbers: Iterable[int]) -> _Turn:
        networks = [make_network(number, _STACK) for number in numbers]
        marks = [time.thread_time()]
        transaction = self._engine.begin()
        carry_out(transaction, self._layout, action, networks)
        operations = transaction.operations()
        transaction.abandon()
        marks.append(time.thread_time())
        before = resource.getrusage(resource.RUSAGE_SELF)
        with self._source.committing(operations):
            self._executor.commit(operations)
        after = resource.getrusage(resource.RUSAGE_SELF)
        marks.append(time.thread_time())
        self._source.committed(operations)
        marks.append(time.thread_time())
        plan, sent, take_in = (later - earlier for earlier, later in pairwise(marks))
        write = min(self._executor.encode_seconds, sent)
        return _Turn(
            plan=plan,
            write=write,
            send=sent - write,
            take_in=take_in,
            user=max(0.0, after.ru_utime - before.ru_utime - write),
            system=after.ru_stime - before.ru_stime,
        )

    def close(self) -> None:
        self._engine.close()
