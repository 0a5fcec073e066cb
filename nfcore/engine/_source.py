"""Where a transaction's picture of the kernel comes from."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from nfcore.engine._ruleset import Ruleset
from nfcore.events import Observer, RulesetListed, emit
from nfcore.executor._base import Executor
from nfcore.operations import Operation

__all__ = ["ListingSource", "RulesetSource"]


class RulesetSource(Protocol):
    """Keeps the indexed ruleset that transactions are laid over."""

    @property
    def generation(self) -> int | None:
        """The generation of what `current` last gave; None where there is no telling."""

    def current(self) -> Ruleset:
        """The ruleset as the kernel holds it now. A transaction only reads it."""

    def latest(self) -> Ruleset:
        """The same as far as it was heard of: whether that is all, a commit will tell.

        What others are committing at this moment may be missing.
        """

    def moved(self) -> bool:
        """Whether anybody else committed since `current` or `committed` was last called.

        A source that cannot tell says no.
        """

    def committing(self, operations: Sequence[Operation]) -> AbstractContextManager[None]:
        """The context in which operations planned over `current` are committed.

        Whatever is raised in it passes; at its end without an error, `committed` follows.
        """

    def committed(self, operations: Sequence[Operation]) -> None:
        """Learn that a transaction over `current` was committed."""

    def close(self) -> None:
        """Give back what the source holds."""


class ListingSource:
    """Lists the kernel's ruleset anew at every transaction.

    Args:
        executor: what lists.
        observer: told of listings, besides the log.
    """

    def __init__(self, executor: Executor, *, observer: Observer | None = None) -> None:
        self._executor = executor
        self._observer = observer
        self._generation: int | None = None

    @property
    def generation(self) -> int | None:
        """The last listing's generation."""
        return self._generation

    def current(self) -> Ruleset:
        """List and index.

        Raises:
            ListingFailed: the ruleset could not be read.
        """
        began = time.perf_counter()
        snapshot = self._executor.snapshot()
        self._generation = snapshot.generation
        ruleset = Ruleset.from_snapshot(snapshot)
        seconds = time.perf_counter() - began
        emit(RulesetListed(reason="no notifications", seconds=seconds), self._observer)
        return ruleset

    def latest(self) -> Ruleset:
        """The same: nothing is heard of between two listings.

        Raises:
            ListingFailed: the ruleset could not be read.
        """
        return self.current()

    def moved(self) -> bool:
        """Whether the ruleset's generation is another than at the last listing."""
        return self._generation is not None and self._executor.generation() != self._generation

    def committing(self, operations: Sequence[Operation]) -> AbstractContextManager[None]:
        """Nothing to do."""
        del operations
        return nullcontext()

    def committed(self, operations: Sequence[Operation]) -> None:
        """Nothing to do: the next transaction lists again."""

    def close(self) -> None:
        """Nothing to do."""
