"""The engine: an executor, a picture of the ruleset, and transactions over both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from nfcore.engine._iptrule import IptRule
from nfcore.engine._lock import EngineLock
from nfcore.engine._ruleset import Ruleset
from nfcore.engine._source import RulesetSource
from nfcore.engine._sources import open_source
from nfcore.engine._telling import Telling
from nfcore.engine._transaction import Transaction
from nfcore.events import Observer
from nfcore.exceptions import CommitRefused, NetfilterError, Overtaken
from nfcore.executor._base import Executor
from nfcore.operations import Operation
from translate import Rule
from translate.collector import collector_resting

__all__ = ["Engine"]

_ATTEMPTS: Final = 20
"""How often a plan is made anew because others committed before it."""
_PARSED_RULES: Final = 20_000
"""So many parsed rules are remembered from one transaction to the next: most come again."""


class Engine:
    """Programs rules through an executor, transaction by transaction.

    Args:
        executor: what talks to the kernel; closed with the engine.
        source: keeps the picture of the kernel's ruleset; see `open_source`, which is the default.
        lock: excludes other engines while a transaction is open; None excludes nobody.
        observer: told of transactions and, by the default source, of listings, besides the log.
    """

    def __init__(
        self,
        executor: Executor,
        *,
        source: RulesetSource | None = None,
        lock: EngineLock | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._executor = executor
        self._source = open_source(executor, observer=observer) if source is None else source
        self._observer = observer
        self._lock = lock
        self._parsed: dict[IptRule, Rule] = {}

    @property
    def has_sets(self) -> bool:
        """Whether the executor can commit named sets."""
        return self._executor.has_sets

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
        return Transaction(
            self._executor,
            self._source,
            on_close=on_close,
            parsed=self._parsed,
            observer=self._observer,
        )

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
            with collector_resting():
                yield transaction
                if not transaction.closed:
                    transaction.commit()
        except BaseException:
            transaction.abandon()
            raise

    def commit(
        self, plan: Callable[[Ruleset], Sequence[Operation]], *, check_only: bool = False
    ) -> tuple[Operation, ...]:
        """Commit operations that are planned over the ruleset as it is.

        Args:
            plan: gives the operations; called again where others commit meanwhile.
            check_only: have them checked and change nothing.

        Returns:
            What was committed, or checked.

        Raises:
            CommitRefused: the kernel refused an operation; nothing was changed.
            ListingFailed: the ruleset could not be read.
            Locked: another engine has a transaction open.
            NetfilterError: what ``plan`` raises.
        """
        with self._locked():
            attempt = 1
            while True:
                telling = Telling(self._executor, self._observer)
                ruleset = self._source.current()
                telling.looked()
                operations = tuple(plan(ruleset))
                telling.planned()
                if not operations:
                    telling.unchanged()
                    return ()
                if check_only:
                    self._executor.check(operations)
                    return operations
                generation = self._source.generation if attempt < _ATTEMPTS else None
                try:
                    with self._source.committing(operations):
                        self._executor.commit(operations, generation=generation)
                except Overtaken:
                    attempt += 1
                except NetfilterError as error:
                    retry = isinstance(error, CommitRefused) and attempt < _ATTEMPTS
                    if not (retry and self._source.moved()):
                        telling.refused(operations, error)
                        raise
                    attempt += 1
                else:
                    telling.sent()
                    self._source.committed(operations)
                    telling.committed(operations)
                    return operations

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if self._lock is None:
            yield
            return
        self._lock.acquire()
        try:
            yield
        finally:
            self._lock.release()

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
