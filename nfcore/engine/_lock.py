"""One engine at a time: a lock file, as iptables-legacy has it in /run/xtables.lock."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Final

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
    """

    def __init__(self, path: Path = DEFAULT_LOCK, *, wait: float = 5.0) -> None:
        self._path = path
        self._wait = wait
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            Locked: another engine holds it for longer than the time to wait; the message names it.
        """
        file = self._open()
        deadline = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(file, 200, 0).decode(errors="replace").strip()
                    os.close(file)
                    raise Locked(
                        f"{self._path} is held by {holder or 'another engine'}; "
                        f"waited {self._wait:g} s (--wait SECONDS waits longer)"
                    ) from None
                time.sleep(_POLL)
        os.ftruncate(file, 0)
        os.pwrite(file, f"process {os.getpid()} ({_program()})\n".encode(), 0)
        self._file = file

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
            raise Locked(f"{self._path} cannot be opened: {error.strerror}") from error


def _program() -> str:
    return Path("/proc/self/comm").read_text(encoding="utf-8", errors="replace").strip()
