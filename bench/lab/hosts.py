"""Hosts around the router: processes in network namespaces of their own, and cables to them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Set as AbstractSet
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from bench.processes import process_context
from nfcore.executor import CLONE_NEWNET, unshare

__all__ = ["connect", "new_host", "run"]

_PREFIX: Final = 16


def new_host(cpus: AbstractSet[int]) -> ProcessPoolExecutor:
    """A host: functions that it is given are called in its namespace, on these processors."""
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=process_context(),
        initializer=_begin,
        initargs=(cpus,),
    )


def _begin(cpus: AbstractSet[int]) -> None:
    os.sched_setaffinity(0, cpus)
    unshare(CLONE_NEWNET)


def run(command: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL)


def connect(host: ProcessPoolExecutor, name: str, router: str, *addresses: str) -> None:
    """Lay a cable between the router and a host, and route the host's packets through it.

    Args:
        host: the host.
        name: the router's interface.
        router: the router's address on it.
        addresses: the host's.
    """
    pid = host.submit(os.getpid).result()
    run(f"ip link add {name} type veth peer name eth0 netns {pid}")
    run(f"ip address add {router}/{_PREFIX} dev {name}")
    run(f"ip link set {name} up")
    inside = f"nsenter --net=/proc/{pid}/ns/net ip"
    for address in addresses:
        run(f"{inside} address add {address}/{_PREFIX} dev eth0")
    run(f"{inside} link set eth0 up")
    run(f"{inside} route add default via {router}")
