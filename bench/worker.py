"""A peer in a process and a network namespace of its own."""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.peers import PEERS, Peer
from bench.workload import Action, Stack
from nfcore.executor import CLONE_NEWNET, unshare

__all__ = ["PeerFailed", "Sample", "Worker"]

_SECONDS_TO_END = 10


class PeerFailed(Exception):
    """A peer raised an error; the message holds its traceback."""


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


class Worker:
    """Runs a peer. Its xtables lock is its own, so that peers needn't wait for one another.

    Args:
        name: which peer.
        stack: the IP versions.
        cpu: the processor to stay on, or None.

    Raises:
        PeerFailed: it could not be opened.
    """

    def __init__(self, name: str, stack: Stack, *, cpu: int | None = None) -> None:
        context = multiprocessing.get_context("spawn")
        self.name = name
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, name, stack, cpu))
        self._process.start()
        theirs.close()
        try:
            self._answer()
        except BaseException:
            self.close()
            raise

    def fill(self, numbers: Sequence[int]) -> None:
        """Have these networks present."""
        self._ask("fill", numbers)

    def run(self, action: Action, numbers: Sequence[int]) -> Sample:
        """Do something to these networks, and say what it took."""
        sample: Sample = self._ask("run", action, numbers)
        return sample

    def peak_kib(self) -> int:
        """The most memory that it had resident since it was last asked, in KiB."""
        peak: int = self._ask("peak_kib")
        return peak

    def _ask(self, *request: object) -> Any:
        try:
            self._connection.send(request)
        except OSError as error:
            raise PeerFailed(f"{self.name}: its process ended") from error
        return self._answer()

    def _answer(self) -> Any:
        try:
            done, value = self._connection.recv()
        except (EOFError, OSError) as error:
            raise PeerFailed(f"{self.name}: its process ended") from error
        if not done:
            raise PeerFailed(f"{self.name}: {value}")
        return value

    def close(self) -> None:
        """End the process; its namespace goes with it."""
        self._connection.close()
        self._process.join(_SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _serve(connection: Connection, name: str, stack: Stack, cpu: int | None) -> None:
    with tempfile.TemporaryDirectory() as directory:
        os.environ["XTABLES_LOCKFILE"] = str(Path(directory, "xtables.lock"))
        unshare(CLONE_NEWNET)
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
        opened: list[Peer] = []
        answered = _reply(connection, lambda: opened.append(PEERS[name].open(stack)))
        if not answered:
            return
        try:
            _serve_requests(connection, opened[0])
        finally:
            opened[0].close()


def _serve_requests(connection: Connection, peer: Peer) -> None:
    handlers: dict[str, Callable[..., object]] = {
        "fill": peer.fill,
        "run": lambda action, numbers: _timed(peer, action, numbers),
        "peak_kib": _peak_kib,
    }
    while True:
        try:
            method, *arguments = connection.recv()
        except EOFError:
            return
        if not _reply(connection, lambda: handlers[method](*arguments)):  # noqa: B023 - called now
            return


def _reply(connection: Connection, work: Callable[[], object]) -> bool:
    """Whether the work was done."""
    try:
        connection.send((True, work()))
    except Exception:  # noqa: BLE001 - whatever it is, the other side is to know
        connection.send((False, traceback.format_exc()))
        return False
    return True


def _timed(peer: Peer, action: Action, numbers: Sequence[int]) -> Sample:
    work = peer.prepare(action, numbers)
    user, system = _cpu()
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    user_after, system_after = _cpu()
    peer.settle()
    return Sample(seconds=seconds, user=user_after - user, system=system_after - system)


def _cpu() -> tuple[float, float]:
    """CPU seconds so far, outside and in the kernel, of this process and what it ran."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime for usage in used), sum(usage.ru_stime for usage in used)


def _peak_kib() -> int:
    """The process's own peak, which begins anew, or that of the largest program that it ran."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return max(int(own.split()[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
