"""An object in a process and a network namespace of its own, whose methods are called from here."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from bench.processes import process_context
from nfcore.executor import CLONE_NEWNET, unshare

__all__ = ["Remote", "RemoteFailed", "Servant"]

_SECONDS_TO_END = 10


class RemoteFailed(Exception):
    """The object raised an error, or its process ended; the message holds the traceback."""


class Servant(Protocol):
    """What can be put into a process of its own."""

    def close(self) -> None:
        """Give back what it holds."""


class Remote:
    """Calls an object in another process. Its xtables lock is its own: none waits for another.

    Args:
        name: what errors call it.
        make: makes the object, in its process and namespace; can be pickled, and so can be what
            the object's methods take and return.
        cpu: the processor that the process stays on, or None.

    Raises:
        RemoteFailed: it could not be made.
    """

    def __init__(self, name: str, make: Callable[[], Servant], *, cpu: int | None = None) -> None:
        context = process_context()
        self.name = name
        self.failure: str | None = None
        """How it failed, in a line; None while it has not."""
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make, cpu))
        self._process.start()
        theirs.close()
        try:
            self._answer()
        except BaseException:
            self.close()
            raise

    def call(self, method: str, *arguments: object) -> Any:
        """Call a method and wait for what it returns.

        Raises:
            RemoteFailed: it raised an error, or its process ended.
        """
        try:
            self._connection.send((method, *arguments))
            return self._answer()
        except OSError as error:
            self.failure = f"{self.name}: its process ended"
            raise RemoteFailed(self.failure) from error
        except RemoteFailed as error:
            self.failure = str(error).strip().rpartition("\n")[2]
            raise

    def _answer(self) -> Any:
        try:
            done, value = self._connection.recv()
        except (EOFError, OSError) as error:
            raise RemoteFailed(f"{self.name}: its process ended") from error
        if not done:
            raise RemoteFailed(f"{self.name}: {value}")
        return value

    def attempt(self, work: Callable[[], object]) -> None:
        """Do something with it unless it has failed; if it fails now, `failure` says how."""
        if self.failure is None:
            with suppress(RemoteFailed):
                work()

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


def _serve(connection: Connection, make: Callable[[], Servant], cpu: int | None) -> None:
    with tempfile.TemporaryDirectory() as directory:
        os.environ["XTABLES_LOCKFILE"] = str(Path(directory, "xtables.lock"))
        unshare(CLONE_NEWNET)
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
        made: list[Servant] = []

        def begin() -> None:
            made.append(make())

        if not _reply(connection, begin):
            return
        try:
            _serve_requests(connection, made[0])
        finally:
            made[0].close()


def _serve_requests(connection: Connection, servant: Servant) -> None:
    while True:
        try:
            method, *arguments = connection.recv()
        except EOFError:
            return
        if not _reply(connection, lambda: getattr(servant, method)(*arguments)):  # noqa: B023 - called now
            return


def _reply(connection: Connection, work: Callable[[], object]) -> bool:
    """Whether the work was done."""
    try:
        connection.send((True, work()))
    except Exception:  # noqa: BLE001 - whatever it is, the other side is to know
        connection.send((False, traceback.format_exc()))
        return False
    return True
