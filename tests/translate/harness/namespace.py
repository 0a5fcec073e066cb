"""A network namespace of our own, and a process in it that runs many commands in one go."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

__all__ = ["Command", "Done", "Namespace"]

_DRIVER = Path(__file__).with_name("driver.py")


class Command(NamedTuple):
    """One command and what it reads."""

    argv: Sequence[str]
    stdin: str | None = None


class Done(NamedTuple):
    """What a command came to."""

    status: int
    stdout: str
    stderr: str


class Namespace:
    """Lives from ``with`` to its end; the kernel removes it with its only process."""

    def __enter__(self) -> Namespace:
        self._directory = tempfile.TemporaryDirectory(prefix="translate-oracle-")
        # A lock of our own: namespaces don't share a ruleset, so they needn't wait for one another.
        lock = str(Path(self._directory.name, "xtables.lock"))
        self._process = subprocess.Popen(
            ["unshare", "--net", "--", sys.executable, "-S", str(_DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "XTABLES_LOCKFILE": lock, "LC_ALL": "C.UTF-8"},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.stdin is not None and self._process.stdout is not None:
            self._process.stdin.close()
            self._process.stdout.close()
        self._process.wait(timeout=30)
        self._directory.cleanup()

    def run(self, commands: Iterable[Command]) -> list[Done]:
        """Run commands one after the other; none of them ends the others."""
        request = [[list(argv), text] for argv, text in commands]
        if not request:
            return []
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the namespace's driver has no pipes")
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the namespace's driver has ended: are we root?")
        return [Done(*answer) for answer in json.loads(line)]

    def sh(self, line: str) -> Done:
        """Run one command written as for a shell."""
        return self.run([Command(shlex.split(line))])[0]
