"""Networks that come and go at a fixed rate while packets flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.lab import ChurnSpell, RemoteRouter
from bench.progress import Progress
from bench.results import Measurement, Point, Skipped

__all__ = ["CHURNERS", "CHURN_QUESTIONS", "ChurnPlan", "measure_churn"]

CHURNERS: Final = (
    "nfcore sets",
    "nfcore rules",
    "nfcore legacy",
    "docker29 libnftables",
    "docker iptables-legacy",
    "docker iptables-nft",
)
_TOO_MUCH: Final = 50.0  # percent of what was due
CHURN_QUESTIONS: Final = ("churn: programming", "churn: packets", "churn: lost", "churn: undone")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnPlan:
    """What to measure.

    Args:
        networks: with how many networks present, ascending.
        spells: in how many spells, which routers have in turn.
        seconds: how long a spell lasts.
        per_second: how many networks are created or deleted a second.
        packets: how many round trips begin a second.
    """

    networks: tuple[int, ...] = (0, 100, 1_000, 10_000)
    spells: int = 3
    seconds: float = 3.0
    per_second: float = 10.0
    packets: float = 100.0

    @property
    def steps(self) -> int:
        """How many steps progress is told of."""
        return len(self.networks)


def measure_churn(plan: ChurnPlan, progress: Progress) -> Iterator[Measurement | Skipped]:
    """Create and delete networks at random while round trips go out of a container and back.

    A peer that gets less than half of its work done is left out where more networks are present.

    Args:
        plan: what to measure.
        progress: told what is measured.
    """
    with ExitStack() as exits:
        routers = {name: exits.enter_context(RemoteRouter(name)) for name in CHURNERS}
        for networks in plan.networks:
            for name, router in routers.items():
                progress.says(f"churn: {networks:,} networks by {name}")
                router.attempt(partial(router.fill, networks))
            progress.says(f"churn beside {networks:,} networks")
            spells = _spells(routers, plan, progress)
            progress.step()
            for name, router in [*routers.items()]:
                if router.failure is not None:
                    yield _skipped(name, networks, f"failed: {router.failure}")
                    del routers[name]
                    continue
                yield from _measurements(name, networks, spells[name])
                if _undone(spells[name]) > _TOO_MUCH:
                    yield from _left_out(name, plan, networks)
                    del routers[name]


def _spells(
    routers: Mapping[str, RemoteRouter], plan: ChurnPlan, progress: Progress
) -> dict[str, list[ChurnSpell]]:
    spells: dict[str, list[ChurnSpell]] = {name: [] for name in routers}
    for seed in range(plan.spells):
        for name, router in routers.items():
            how = (plan.seconds, plan.per_second, plan.packets, seed)
            router.attempt(lambda: spells[name].append(router.churn(*how)))  # noqa: B023 - now
            progress.tick()
    return spells


def _undone(spells: list[ChurnSpell]) -> float:
    due = sum(spell.due for spell in spells)
    return 100 * (1 - sum(len(spell.latencies) for spell in spells) / due)


def _measurements(name: str, networks: int, spells: list[ChurnSpell]) -> Iterator[Measurement]:
    late = [seconds for spell in spells for seconds in spell.latencies]
    trips = [seconds for spell in spells for seconds in spell.trips]
    lost = [round(100 * spell.lost / (spell.lost + len(spell.trips)), 3) for spell in spells]
    undone = [round(100 * (1 - len(spell.latencies) / spell.due), 1) for spell in spells]
    for question, values, unit in zip(
        CHURN_QUESTIONS, (late, trips, lost, undone), ("s", "s", "%", "%"), strict=True
    ):
        if values:
            point = Point(question=question, stack="ipv4", networks=networks, batch=1, peer=name)
            yield Measurement(point=point, values=tuple(values), unit=unit)


def _left_out(name: str, plan: ChurnPlan, networks: int) -> Iterator[Skipped]:
    why = f"with {networks:,} networks, more than {_TOO_MUCH:g}% was not done in time"
    return (_skipped(name, more, why) for more in plan.networks if more > networks)


def _skipped(name: str, networks: int, why: str) -> Skipped:
    point = Point(question=CHURN_QUESTIONS[0], stack="ipv4", networks=networks, batch=1, peer=name)
    return Skipped(point=point, why=why)
