"""Choosing where a transaction's picture of the kernel comes from."""

from __future__ import annotations

from typing import cast

from nfcore.engine._mirror import ForeignCommit, Mirror, MirroredExecutor
from nfcore.engine._source import ListingSource, RulesetSource
from nfcore.executor import Executor

__all__ = ["open_source"]


def open_source(executor: Executor, *, on_foreign: ForeignCommit | None = None) -> RulesetSource:
    """A live mirror where the executor hears of commits, else a listing at each transaction.

    Args:
        executor: what lists.
        on_foreign: told of each commit that was not the engine's own, as far as one is heard of.

    Raises:
        BackendUnavailable: the kernel lets this process not listen.
    """
    monitor = executor.monitor()
    if monitor is None:
        return ListingSource(executor)
    return Mirror(cast("MirroredExecutor", executor), monitor, on_foreign=on_foreign)
