"""The xtables lock, which every iptables-legacy takes while it changes a table.

It is taken here for the whole of a transaction, from reading the tables to undoing what failed, so
that rule numbers stay right and nobody's change in between is undone. The programs that nfcore runs
under it are given another file to lock (``XTABLES_LOCKFILE``, see iptables(8)).
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nfcore.exceptions import BackendUnavailable

__all__ = ["LockHeldError", "XtablesLock"]

_INTERVAL: Final = 0.02
"""Seconds between two attempts."""


class LockHeldError(Exception):
    """Somebody else holds the lock."""


class XtablesLock:
    """The lock file, and how long to wait for it.

    Args:
        wait: seconds.
        path: the file; None is iptables' own choice.
        proc: the process file system, where the holder is looked up.
    """

    def __init__(
        self, *, wait: float, path: Path | None = None, proc: Path = Path("/proc")
    ) -> None:
        own = os.environ.get("XTABLES_LOCKFILE") or "/run/xtables.lock"
        self._path = Path(own) if path is None else path
        self._wait = wait
        self._proc = proc

    @contextmanager
    def held(self) -> Iterator[str]:
        """Hold it for a block, which is given the path of the file that programs may lock instead.

        Raises:
            LockHeldError: somebody held it all the while; the message says who.
            BackendUnavailable: the file cannot be opened.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        try:
            descriptor = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise BackendUnavailable(
                f"the xtables lock {self._path} cannot be opened: {error.strerror}; it is root's, "
                "XTABLES_LOCKFILE names another"
            ) from error
        try:
            self._take(descriptor)
            with tempfile.NamedTemporaryFile(prefix="nfcore-xtables-lock-") as instead:
                yield instead.name
        finally:
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        deadline = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise LockHeldError(
                        f"the xtables lock {self._path} was not free within {self._wait:g} "
                        f"seconds: {self.holder()}"
                    ) from None
                time.sleep(_INTERVAL)
            else:
                return

    def holder(self) -> str:
        """Who holds it, as a sentence: the program and process id from /proc/locks."""
        try:
            inode = self._path.stat().st_ino
            locks = (self._proc / "locks").read_text(encoding="ascii")
        except OSError:
            return "who holds it is not to be seen"
        for line in locks.splitlines():
            # 1: FLOCK  ADVISORY  WRITE 4711 fe:00:16637955 0 EOF (proc_locks(5)); -> is a waiter
            words = line.split()
            if "->" not in words and words[1] == "FLOCK" and words[5].endswith(f":{inode}"):
                return self._name(words[4])
        return "nobody holds it any more"

    def _name(self, pid: str) -> str:
        try:
            name = (self._proc / pid / "comm").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return f"process {pid} took it, and has ended; what it started holds it"
        return f"{name} (process {pid}) holds it"
