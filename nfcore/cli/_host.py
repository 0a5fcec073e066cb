"""Opening the host that a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nfcore.cli._measuring import written_metrics
from nfcore.cli._options import Backend
from nfcore.engine import Engine, EngineLock
from nfcore.executor import open_executor
from nfcore.firewalld import Firewalld
from nfcore.host import Host
from nfcore.system import System

__all__ = ["open_host"]


@contextmanager
def open_host(
    backend: Backend,
    netns: str | None,
    *,
    table_prefix: str = "",
    userland_proxy: bool | None = None,
    dry_run: bool = False,
    wait: float | None = None,
    metrics_file: Path | None = None,
) -> Iterator[Host]:
    """A host on the chosen backend and namespace, closed when the block ends.

    Args:
        backend: what talks to the kernel.
        netns: the network namespace's name, or None for this one.
        table_prefix: see `open_executor`.
        userland_proxy: see `Host`.
        dry_run: see `Host`.
        wait: how many seconds to wait for another engine's lock; None for commands that change
            nothing, and for a namespace that nobody else has.
        metrics_file: where the metrics go at the end; None is nowhere.
    """
    with written_metrics(metrics_file) as observer:
        locked = wait is not None and not dry_run
        lock = EngineLock(wait=wait or 0, observer=observer) if locked else None
        executor = open_executor(
            backend.value, netns=netns, table_prefix=table_prefix, reading=wait is None
        )
        host = Host(
            Engine(executor, lock=lock, observer=observer),
            system=System(netns=netns, observer=observer),
            firewalld=Firewalld(netns=netns, observer=observer),
            userland_proxy=userland_proxy,
            dry_run=dry_run,
            observer=observer,
        )
        try:
            yield host
        finally:
            host.close()
