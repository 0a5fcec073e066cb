"""Doing one thing inside another network namespace, the caller staying where it is."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from nfcore.exceptions import BackendUnavailable, InvalidInput, NotFound, NotPermitted
from nfcore.executor._unshare import CLONE_NEWNET, unshare

__all__ = ["call_in_netns", "enter_netns", "enter_new_netns"]

T = TypeVar("T")

_DIRECTORY = Path("/run/netns")


def call_in_netns(netns: str | None, function: Callable[[], T]) -> T:
    """Call a function in a named network namespace.

    A namespace belongs to a thread (setns(2)), so the call is made in a thread that ends with it.

    Args:
        netns: the namespace's name, as `ip netns` lists it; None is the caller's own.
        function: what to call.

    Returns:
        What the function returned.

    Raises:
        InvalidInput: the name cannot be one.
        NotFound: there is no such namespace.
        BackendUnavailable: the kernel refused to enter it.
    """
    if netns is None:
        return function()
    _path_of(netns)

    def enter_and_call() -> T:
        enter_netns(netns)
        return function()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(enter_and_call).result()


def enter_netns(netns: str) -> None:
    """Move the calling thread into a named network namespace, for good.

    Args:
        netns: the namespace's name, as `ip netns` lists it.

    Raises:
        InvalidInput: the name cannot be one.
        NotFound: there is no such namespace.
        BackendUnavailable: the kernel refused to enter it.
    """
    _enter(netns, _path_of(netns))


def enter_new_netns() -> None:
    """Move the calling thread into a network namespace of its own, which ends with the thread.

    Raises:
        BackendUnavailable: the kernel refused to make one.
    """
    try:
        unshare(CLONE_NEWNET)
    except OSError as error:
        raise BackendUnavailable(f"no network namespace can be made: {error.strerror}") from error


def _path_of(netns: str) -> Path:
    if netns in {"", ".", ".."} or "/" in netns or not netns.isprintable():
        raise InvalidInput(f"{netns!r} is no network namespace's name; ip-netns(8) lists them")
    path = _DIRECTORY / netns
    if not path.exists():
        raise NotFound(
            f"there is no network namespace {netns!r} in {_DIRECTORY}: `ip netns add` makes one"
        )
    return path


def _enter(netns: str, path: Path) -> None:
    # Here, not above: importing pyroute2 takes 0.15 s, and few callers name a namespace.
    from pyroute2.netns import setns  # noqa: PLC0415

    try:
        setns(str(path), flags=0)
    except OSError as error:
        if error.errno == errno.EPERM:
            raise NotPermitted(
                f"network namespace {netns!r} cannot be entered without root (CAP_SYS_ADMIN)"
            ) from error
        raise BackendUnavailable(
            f"network namespace {netns!r} cannot be entered: {os.strerror(error.errno or 0)}"
        ) from error
