"""What a packet, and a connection, costs in a router that holds the networks' rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.lab import NO_RULES, RemoteRouter
from bench.progress import Progress
from bench.results import Measurement, Point, Skipped

__all__ = ["ROUTERS", "DataplanePlan", "measure_dataplane"]

ROUTERS: Final = (
    NO_RULES,
    "nfcore sets",
    "nfcore rules",
    "docker29 libnftables",
    "iptables-nft-restore",
    "iptables-legacy-restore",
)
"""The ways of programming whose rules differ; the others leave the same ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataplanePlan:
    """What to measure.

    Args:
        networks: with how many networks present, ascending.
        ports: with how many ports published, ascending.
        trips: how many round trips at a point.
        spells: in how many spells, which routers have in turn.
        seconds: how long a spell of packets, or of connections, lasts.
    """

    networks: tuple[int, ...] = (0, 10, 100, 1_000, 10_000)
    ports: tuple[int, ...] = (1, 100, 10_000)
    trips: int = 500
    spells: int = 5
    seconds: float = 0.3

    @property
    def steps(self) -> int:
        """How many steps progress is told of."""
        return len(self.networks) + len(self.ports)


def measure_dataplane(plan: DataplanePlan, progress: Progress) -> Iterator[Measurement | Skipped]:
    """Round trips and packets past all networks' rules; connections through published ports.

    Args:
        plan: what to measure.
        progress: told what is measured.
    """
    with ExitStack() as exits:
        routers = {name: exits.enter_context(RemoteRouter(name)) for name in ROUTERS}
        for networks in plan.networks:
            for name, router in routers.items():
                progress.says(f"data plane: {networks:,} networks by {name}")
                router.attempt(partial(router.fill, networks))
            progress.says(f"data plane: packets past {networks:,} networks")
            yield from _past_networks(routers, networks, plan, progress)
            progress.step()
    with ExitStack() as exits:
        routers = {
            name: exits.enter_context(RemoteRouter(name, plan.ports))
            for name in ROUTERS
            if name != NO_RULES
        }
        for ports in plan.ports:
            for name, router in routers.items():
                progress.says(f"data plane: {ports:,} ports by {name}")
                router.attempt(partial(router.publish, ports))
            progress.says(f"data plane: connections through {ports:,} ports")
            yield from _through_ports(routers, ports, plan, progress)
            progress.step()


def _past_networks(
    routers: Mapping[str, RemoteRouter], networks: int, plan: DataplanePlan, progress: Progress
) -> Iterator[Measurement | Skipped]:
    def trips(router: RemoteRouter) -> list[float]:
        return router.round_trips(max(1, plan.trips // plan.spells), 2 * plan.seconds)

    def packets(router: RemoteRouter) -> list[float]:
        return [router.packets(plan.seconds)]

    for question, work, unit in (("rtt", trips, "s"), ("packets", packets, "/s")):
        found = _in_turns(routers, work, plan.spells, progress)
        for name, router in routers.items():
            point = Point(question=question, stack="ipv4", networks=networks, batch=1, peer=name)
            yield _result(router, point, found[name], unit)


def _through_ports(
    routers: Mapping[str, RemoteRouter], ports: int, plan: DataplanePlan, progress: Progress
) -> Iterator[Measurement | Skipped]:
    def connections(router: RemoteRouter) -> list[float]:
        return [router.connections(plan.seconds)]

    found = _in_turns(routers, connections, plan.spells, progress)
    for name, router in routers.items():
        point = Point(
            question="connections", stack="ipv4", networks=1, batch=1, peer=name, ports=ports
        )
        yield _result(router, point, found[name], "/s")


def _result(
    router: RemoteRouter, point: Point, values: Sequence[float], unit: str
) -> Measurement | Skipped:
    if router.failure is not None:
        return Skipped(point=point, why=f"failed: {router.failure}")
    return Measurement(point=point, values=tuple(values), unit=unit)


def _in_turns(
    routers: Mapping[str, RemoteRouter],
    work: Callable[[RemoteRouter], list[float]],
    spells: int,
    progress: Progress,
) -> dict[str, list[float]]:
    """What each router gives, spell by spell, after one that warms up."""
    found: dict[str, list[float]] = {name: [] for name in routers}
    for spell in range(spells + 1):
        for name, router in routers.items():
            router.attempt(lambda: found[name].extend(work(router)))  # noqa: B023 - called now
            if not spell:
                found[name].clear()
            progress.tick()
    return found
