"""Doing things inside a network namespace from this very process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import CDLL, get_errno
from pathlib import Path

__all__ = ["inside", "run"]

_CLONE_NEWNET = 0x40000000


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Sockets made in the block, and programs started in it, are of the named namespace."""
    with Path("/proc/thread-self/ns/net").open() as own:
        _enter(Path("/run/netns", name))
        try:
            yield
        finally:
            _setns(own.fileno())


def run(name: str, argv: Sequence[str], *, stdin: str = "") -> str:
    """Run a program in a namespace and return what it printed."""
    with inside(name):
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            # A lock of our own: the host's tables are none of ours.
            env={**os.environ, "XTABLES_LOCKFILE": f"/run/netns/{name}"},
        )
    assert done.returncode == 0, f"{argv}: {done.stderr}\n{stdin}"
    return done.stdout


def _enter(path: Path) -> None:
    with path.open() as handle:
        _setns(handle.fileno())


def _setns(descriptor: int) -> None:
    if CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(get_errno(), "setns")
