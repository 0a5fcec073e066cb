"""The engine: an executor, a picture of the ruleset, and transactions over both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from nfcore.engine._iptrule import IptRule
from nfcore.engine._lock import EngineLock
from nfcore.engine._ruleset import Ruleset
from nfcore.engine._source import RulesetSource
from nfcore.engine._sources import open_source
from nfcore.engine._transaction import Transaction
from nfcore.executor._base import Executor
from translate import Rule

__all__ = ["Engine"]

_PARSED_RULES: Final = 20_000
"""So many parsed rules are remembered from one transaction to the next: most come again."""


class Engine:
    """Programs rules through an executor, transaction by transaction.

    Args:
        executor: what talks to the kernel; closed with the engine.
        source: keeps the picture of the kernel's ruleset; see `open_source`, which is the default.
        lock: excludes other engines while a transaction is open; None excludes nobody.
    """

    def __init__(
        self,
        executor: Executor,
        *,
        source: RulesetSource | None = None,
        lock: EngineLock | None = None,
    ) -> None:
        self._executor = executor
        self._source = open_source(executor) if source is None else source
        self._lock = lock
        self._parsed: dict[IptRule, Rule] = {}

    @property
    def ruleset(self) -> Ruleset:
        """What the kernel holds now.

        Raises:
            ListingFailed: the ruleset could not be read.
        """
        return self._source.current()

    def begin(self) -> Transaction:
        """A new transaction, which its user commits or abandons.

        Raises:
            ListingFailed: the ruleset could not be read.
            Locked: another engine has a transaction open.
        """
        if self._lock is None:
            return self._transaction()
        self._lock.acquire()
        try:
            return self._transaction(on_close=self._lock.release)
        except BaseException:
            self._lock.release()
            raise

    def _transaction(self, *, on_close: Callable[[], None] | None = None) -> Transaction:
        if len(self._parsed) > _PARSED_RULES:
            self._parsed.clear()
        return Transaction(self._executor, self._source, on_close=on_close, parsed=self._parsed)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction that is committed when the block ends and abandoned when it raises.

        A block that ended its transaction itself is left at that.

        Raises:
            CommitRefused: the kernel refused an operation; nothing was changed.
            Conflict: a removed chain is still jumped to; nothing was sent.
            ListingFailed: the ruleset could not be read.
        """
        transaction = self.begin()
        try:
            yield transaction
            if not transaction.closed:
                transaction.commit()
        except BaseException:
            transaction.abandon()
            raise

    def close(self) -> None:
        """Close the source and the executor."""
        self._source.close()
        self._executor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
