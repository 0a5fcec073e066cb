"""What a packet costs in a router that holds the networks' rules."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from typing import Final

from bench.namespace import call_in_new_namespace
from bench.peers import PEERS
from bench.progress import Progress
from bench.results import Measurement, Point
from bench.workload import make_network
from nfcore.executor import CLONE_NEWNET, unshare

__all__ = ["ROUTERS", "measure_dataplane"]

ROUTERS: Final = (
    "no rules",
    "nfcore rules",
    "nfcore sets",
    "docker29 libnftables",
    "iptables-nft-restore",
    "iptables-legacy-restore",
)
"""The ways of programming whose rules differ; the others leave the same ones."""

_NUMBER: Final = 40_000
"""The network that has the container. Its bridge is the router's end of a veth pair here."""
_CLIENT: Final = ("192.0.2.2", "192.0.2.1")  # its address, and the router's towards it (RFC 5737)
_FAR: Final = ("198.51.100.2", "198.51.100.1")  # behind the router, on no network of Docker's
_UDP_PORT: Final = 5001
_TIMEOUT: Final = 5.0  # seconds
_SPELLS: Final = 9


def measure_dataplane(
    networks: Sequence[int], rounds: int, progress: Progress
) -> Iterator[Measurement]:
    """Round trips past all networks' rules, and connections through a published port.

    Args:
        networks: with how many networks present, ascending.
        rounds: how many round trips and how many connections.
        progress: told what is measured.
    """
    for name in ROUTERS:
        for number in networks if name != "no rules" else (0,):
            progress.says(f"data plane: {number} networks by {name}")
            trips, rates = call_in_new_namespace(_in_router, name, number, rounds)
            for question, values, unit in (
                ("rtt", trips, "s"),
                ("connections", rates, "/s"),
            ):
                if values:
                    point = Point(
                        question=question, stack="ipv4", networks=number, batch=1, peer=name
                    )
                    yield Measurement(point=point, values=tuple(values), unit=unit)


def _in_router(name: str, networks: int, rounds: int) -> tuple[list[float], list[float]]:
    """In a namespace that becomes the router: seconds of round trips, and connections a second."""
    network = make_network(_NUMBER, "ipv4")
    port = network.ports[0]
    with ExitStack() as exits:
        near, far, container = (exits.enter_context(_host()) for _ in range(3))
        _run("sysctl -q -w net.ipv4.ip_forward=1")
        _connect(near, "near", *_CLIENT)
        _connect(far, "far", *_FAR)
        _connect(container, network.spec.bridge, str(port.address), str(port.address - 1))
        far.submit(echo).result()
        container.submit(accept_all, port.port).result()
        if name != "no rules":
            with closing(PEERS[name].open("ipv4")) as peer:
                peer.fill(range(networks))
                peer.fill([_NUMBER])
                peer.prepare("publish", [_NUMBER])()
        trips = near.submit(round_trips, _FAR[0], rounds).result()
        if name == "no rules":
            return trips, []
        return trips, near.submit(
            connect_often, _CLIENT[1], port.host_port, max(1, rounds // _SPELLS)
        ).result()


def _host() -> ProcessPoolExecutor:
    """A process in a network namespace of its own."""
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=unshare,
        initargs=(CLONE_NEWNET,),
    )


def _run(command: str) -> None:
    subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL)


def _connect(host: ProcessPoolExecutor, name: str, address: str, router: str) -> None:
    """Lay a cable between the router and a host, and route the host's packets through it."""
    pid = host.submit(os.getpid).result()
    _run(f"ip link add {name} type veth peer name eth0 netns {pid}")
    _run(f"ip address add {router}/24 dev {name}")
    _run(f"ip link set {name} up")
    inside = f"nsenter --net=/proc/{pid}/ns/net ip"
    _run(f"{inside} address add {address}/24 dev eth0")
    _run(f"{inside} link set eth0 up")
    _run(f"{inside} route add default via {router}")


def echo() -> None:
    """Send every datagram back, until the process ends."""
    served = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    served.bind(("", _UDP_PORT))

    def serve() -> None:
        while True:
            served.sendto(*served.recvfrom(64))

    threading.Thread(target=serve, daemon=True).start()


def accept_all(port: int) -> None:
    """Accept every connection and close it, until the process ends."""
    served = socket.create_server(("", port), backlog=1024)

    def serve() -> None:
        while True:
            served.accept()[0].close()

    threading.Thread(target=serve, daemon=True).start()


def round_trips(address: str, rounds: int) -> list[float]:
    """Seconds of each round trip; the first, which makes entries and learns addresses, is left out.

    Each packet is of a flow of its own, so that it passes the rules as a new one.
    """
    return [_round_trip(address) for _ in range(rounds + 1)][1:]


def _round_trip(address: str) -> float:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(_TIMEOUT)
        began = time.perf_counter()
        asking.sendto(b"x" * 64, (address, _UDP_PORT))
        asking.recv(64)
        return round(time.perf_counter() - began, 7)


def connect_often(address: str, port: int, rounds: int) -> list[float]:
    """Connections a second, in some spells of so many each."""
    rates = []
    for _ in range(_SPELLS):
        began = time.perf_counter()
        for _ in range(rounds):
            with socket.create_connection((address, port), _TIMEOUT) as made:
                made.recv(1)
        rates.append(round(rounds / (time.perf_counter() - began), 1))
    return rates
