"""The router, which one of the peers programs."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from bench.lab.clients import connect_for, flood, paced_trips, round_trips
from bench.lab.hosts import connect, new_host, run
from bench.lab.servers import accept_all, discard, echo, received
from bench.peers import PEERS, Peer
from bench.workload import WIDE, Stack, make_network

__all__ = ["ChurnSpell", "Router"]

_STACK: Final[Stack] = "ipv4"
_CLIENT: Final = ("192.0.2.1", "192.0.2.2")  # the router's address, and the host's (RFC 5737)
_FAR: Final = ("198.51.100.1", "198.51.100.2")  # behind the router, on no network of Docker's
_FIRST_CHURNED: Final = 50_000
_MOST_CHURNED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnSpell:
    """What happened in some seconds of churn.

    Args:
        latencies: seconds from when a network was to be created or deleted until it was done.
        due: how many were to be.
        trips: seconds of the round trips of packets.
        lost: how many packets had no answer.
    """

    latencies: tuple[float, ...]
    due: int
    trips: tuple[float, ...]
    lost: int


class Router:
    """In a namespace that becomes the router, with three hosts around it and the oldest network.

    Args:
        name: the peer that programs it; none leaves it without rules.
        ports: how many ports will be published, in each step of it.
        cpus: the processors that the hosts, and with them the packets, stay on.
    """

    def __init__(self, name: str | None, ports: tuple[int, ...], cpus: frozenset[int]) -> None:
        self._present = 0
        self._published = 0
        self._churned: list[int] = []
        self._next = _FIRST_CHURNED
        self._peer: Peer | None = None
        with ExitStack() as exits:
            self._near, self._far, self._container = (
                exits.enter_context(new_host(cpus)) for _ in range(3)
            )
            run("sysctl -q -w net.ipv4.ip_forward=1")
            connect(self._near, "near", *_CLIENT)
            connect(self._far, "far", *_FAR)
            self._connect_container(ports)
            for server in (echo, discard):
                self._far.submit(server).result()
            if name is not None:
                self._step = PEERS[name].fill
                self._peer = PEERS[name].open(_STACK)
                exits.callback(self._peer.close)
                self._peer.fill([WIDE])
            self._exits = exits.pop_all()

    def _connect_container(self, ports: tuple[int, ...]) -> None:
        """One host is every container that is connected to."""
        network = make_network(WIDE, _STACK)
        gateway = str(network.ports[0].address - 1)
        addresses = {
            str(make_network(WIDE + number, _STACK).ports[0].address)
            for number in {0, *(number for many in ports for number in _probed(many))}
        }
        connect(self._container, network.spec.bridge, gateway, *sorted(addresses))
        self._container.submit(accept_all, network.ports[0].port).result()

    def fill(self, wanted: int) -> None:
        """Have so many networks present besides the container's."""
        if self._peer is not None:
            for first in range(self._present, wanted, self._step):
                self._peer.fill(range(first, min(first + self._step, wanted)))
        self._present = wanted

    def publish(self, wanted: int) -> None:
        """Have so many containers' ports published."""
        if self._peer is not None:
            self._peer.prepare("publish", range(WIDE + self._published, WIDE + wanted))()
            self._peer.settle()
        self._published = wanted

    def round_trips(self, most: int, patience: float) -> list[float]:
        """See `clients.round_trips`: from one side of the router to the other."""
        return self._near.submit(round_trips, _FAR[1], most, patience).result()

    def packets(self, seconds: float) -> float:
        """Packets a second that arrive, of one flow that is as fast as it can be."""
        before = self._far.submit(received).result()
        took = self._near.submit(flood, _FAR[1], seconds).result()
        return round((self._far.submit(received).result() - before) / took, 1)

    def connections(self, seconds: float) -> float:
        """New connections a second, through the ports published first, last, and in between."""
        numbers = _probed(self._published)
        ports = [make_network(WIDE + number, _STACK).ports[0].host_port for number in numbers]
        return self._near.submit(connect_for, _CLIENT[0], ports, seconds).result()

    def churn(self, seconds: float, per_second: float, packets: float, seed: int) -> ChurnSpell:
        """Create and delete networks at random while packets leave the container.

        Args:
            seconds: for how long.
            per_second: how many networks are to be created or deleted a second. One that is late
                does not delay the time when the next is due.
            packets: how many round trips are to begin a second.
            seed: chooses what is done.
        """
        choice = random.Random(seed)  # noqa: S311 - no secret
        traffic = self._container.submit(paced_trips, _FAR[1], packets, seconds)
        began = time.perf_counter()
        due = max(1, round(seconds * per_second))
        latencies = []
        for number in range(due):
            elapsed = time.perf_counter() - began
            if elapsed >= seconds:
                break
            time.sleep(max(0.0, number / per_second - elapsed))
            self._churn_one(choice)
            latencies.append(round(time.perf_counter() - began - number / per_second, 7))
        trips, lost = traffic.result()
        return ChurnSpell(latencies=tuple(latencies), due=due, trips=tuple(trips), lost=lost)

    def _churn_one(self, choice: random.Random) -> None:
        if self._peer is None:
            return
        creates = choice.random() < 1 - len(self._churned) / _MOST_CHURNED
        if creates:
            self._churned.append(self._next)
            self._next += 1
        else:
            choice.shuffle(self._churned)
        number = self._churned[-1] if creates else self._churned.pop()
        self._peer.prepare("create" if creates else "delete", [number])()
        self._peer.settle()

    def close(self) -> None:
        """End the hosts, and close the peer."""
        self._exits.close()


def _probed(ports: int) -> tuple[int, ...]:
    """The ports that are connected to: first, middle and last of so many."""
    return tuple(sorted({0, ports // 2, ports - 1} - {-1}))
