"""One engine at a time: a lock file, as iptables-legacy has it in /run/xtables.lock."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Final

from nfcore.events import LockWaited, Observer, emit
from nfcore.exceptions import Locked

__all__ = ["DEFAULT_LOCK", "EngineLock"]

DEFAULT_LOCK: Final = Path("/run/nfcore.lock")
_POLL: Final = 0.02


class EngineLock:
    """Excludes other engines, in this process or another, while it is held (flock(2)).

    The file names its holder while it is held. It is let go with the process, however that ends.

    Args:
        path: the lock file; it is made, and stays.
        wait: how many seconds to wait for another holder; 0 is not at all.
        observer: told of waiting, besides the log.
    """

    def __init__(
        self, path: Path = DEFAULT_LOCK, *, wait: float = 5.0, observer: Observer | None = None
    ) -> None:
        self._path = path
        self._wait = wait
        self._observer = observer
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            Locked: another engine holds it for longer than the time to wait; the message names it.
        """
        file = self._open()
        if not _is_locked(file):
            self._wait_for(file)
        os.ftruncate(file, 0)
        os.pwrite(file, f"process {os.getpid()} ({_program()})\n".encode(), 0)
        self._file = file

    def _wait_for(self, file: int) -> None:
        holder = os.pread(file, 200, 0).decode(errors="replace").strip() or "another engine"
        began = time.monotonic()
        taken = False
        while not taken and time.monotonic() < began + self._wait:
            time.sleep(_POLL)
            taken = _is_locked(file)
        seconds = time.monotonic() - began
        emit(
            LockWaited(path=str(self._path), holder=holder, seconds=seconds, taken=taken),
            self._observer,
        )
        if not taken:
            os.close(file)
            raise Locked(
                f"{self._path} is held by {holder}; "
                f"waited {self._wait:g} s (--wait SECONDS waits longer)"
            )

    def release(self) -> None:
        """Let the lock go; harmless where it is not held."""
        if self._file is not None:
            file, self._file = self._file, None
            os.ftruncate(file, 0)
            os.close(file)

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            needed = "; nfcore needs root" if isinstance(error, PermissionError) else ""
            raise Locked(f"{self._path} cannot be opened: {error.strerror}{needed}") from error


def _is_locked(file: int) -> bool:
    """Lock the file if nobody else holds it, and say whether that was so."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _program() -> str:
    return Path("/proc/self/comm").read_text(encoding="utf-8", errors="replace").strip()
