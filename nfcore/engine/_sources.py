"""Choosing where a transaction's picture of the kernel comes from."""

from __future__ import annotations

from typing import cast

from nfcore.engine._mirror import ForeignCommit, Loss, Mirror, MirroredExecutor
from nfcore.engine._shared_source import SharedSource
from nfcore.engine._source import ListingSource, RulesetSource
from nfcore.events import Observer
from nfcore.executor import Executor, HybridExecutor, RulesetMonitor

__all__ = ["open_source"]


def open_source(
    executor: Executor,
    *,
    monitor: RulesetMonitor | None = None,
    on_foreign: ForeignCommit | None = None,
    on_lost: Loss | None = None,
    observer: Observer | None = None,
) -> RulesetSource:
    """A live mirror where the executor hears of commits, else a listing at each transaction.

    Args:
        executor: what lists.
        monitor: the executor's own, where somebody else waits for it too; closed with the source.
        on_foreign: told of each commit that was not the engine's own, as far as one is heard of.
        on_lost: told when commits were made that nothing was heard of, and by whom is not known.
        observer: told of listings, besides the log.

    Raises:
        BackendUnavailable: the kernel lets this process not listen.
    """
    if isinstance(executor, HybridExecutor):
        native = open_source(
            executor.native,
            monitor=monitor,
            on_foreign=on_foreign,
            on_lost=on_lost,
            observer=observer,
        )
        return SharedSource(native, executor)
    if monitor is None:
        monitor = executor.monitor()
    if monitor is None:
        return ListingSource(executor, observer=observer)
    mirrored = cast("MirroredExecutor", executor)
    return Mirror(mirrored, monitor, on_foreign=on_foreign, on_lost=on_lost, observer=observer)
