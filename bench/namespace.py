"""Calling a function in a network namespace that is gone afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from bench.processes import process_context
from nfcore.executor import CLONE_NEWNET, unshare

__all__ = ["call_in_new_namespace"]

P = ParamSpec("P")
T = TypeVar("T")


def call_in_new_namespace(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a module's function in a process and a network namespace of its own.

    Raises:
        Exception: whatever the function raises.
    """
    with tempfile.TemporaryDirectory() as directory:
        lock = str(Path(directory, "xtables.lock"))
        with ProcessPoolExecutor(
            max_workers=1,
            mp_context=process_context(),
            initializer=_enter,
            initargs=(lock,),
        ) as pool:
            return pool.submit(function, *args, **kwargs).result()


def _enter(lock: str) -> None:
    os.environ["XTABLES_LOCKFILE"] = lock
    unshare(CLONE_NEWNET)
