"""A peer in a process and a network namespace of its own, and what its work takes."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from bench.peers import PEERS, Peer
from bench.remote import Remote
from bench.workload import Action, Stack

__all__ = ["Sample", "Worker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one piece of work took.

    Args:
        seconds: by the clock.
        user: CPU seconds outside the kernel, of the process and the programs that it ran.
        system: CPU seconds in the kernel.
    """

    seconds: float
    user: float
    system: float


class Worker(Remote):
    """Runs a peer.

    Args:
        name: which peer.
        stack: the IP versions.
        cpu: the processor to stay on, or None.

    Raises:
        RemoteFailed: it could not be opened.
    """

    def __init__(self, name: str, stack: Stack, *, cpu: int | None = None) -> None:
        super().__init__(name, partial(_PeerServant, name, stack), cpu=cpu)

    def fill(self, numbers: Sequence[int]) -> None:
        """Have these networks present."""
        self.call("fill", numbers)

    def run(self, action: Action, numbers: Sequence[int]) -> Sample:
        """Do something to these networks, and say what it took."""
        sample: Sample = self.call("run", action, numbers)
        return sample

    def peak_kib(self) -> int:
        """The most memory that it had resident since it was last asked, in KiB."""
        peak: int = self.call("peak_kib")
        return peak


class _PeerServant:
    """The peer, in its own process."""

    def __init__(self, name: str, stack: Stack) -> None:
        self._peer: Peer = PEERS[name].open(stack)

    def fill(self, numbers: Sequence[int]) -> None:
        self._peer.fill(numbers)

    def run(self, action: Action, numbers: Sequence[int]) -> Sample:
        work = self._peer.prepare(action, numbers)
        user, system = self._cpu()
        start = time.perf_counter()
        work()
        seconds = time.perf_counter() - start
        user_after, system_after = self._cpu()
        self._peer.settle()
        return Sample(seconds=seconds, user=user_after - user, system=system_after - system)

    def _cpu(self) -> tuple[float, float]:
        """CPU seconds so far, outside and in the kernel, of all that works for the peer."""
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        user = sum(usage.ru_utime for usage in used)
        system = sum(usage.ru_stime for usage in used)
        for pid in self._peer.daemons():
            times = psutil.Process(pid).cpu_times()
            user += times.user + times.children_user
            system += times.system + times.children_system
        return user, system

    def peak_kib(self) -> int:
        """The process's own peak, which begins anew, or that of the largest program that it ran."""
        peaks = [_own_peak_kib(pid) for pid in (os.getpid(), *self._peer.daemons())]
        return max(*peaks, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)

    def close(self) -> None:
        self._peer.close()


def _own_peak_kib(pid: int) -> int:
    process = Path("/proc", str(pid))
    status = (process / "status").read_text(encoding="utf-8")
    own = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    (process / "clear_refs").write_text("5", encoding="ascii")
    return int(own.split()[1])
