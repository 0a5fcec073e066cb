"""Telling what became of transactions."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

from nfcore.engine._callsite import CallSite
from nfcore.events import (
    Observer,
    TransactionCommitted,
    TransactionRefused,
    TransactionUnchanged,
    emit,
    is_wanted,
)
from nfcore.exceptions import CommitRefused, NetfilterError
from nfcore.executor import Executor
from nfcore.operations import Operation, count_of

__all__ = ["Telling"]

_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Telling:
    """What is told of one transaction, with the time that each of its phases took.

    Where nobody listens, that is five looks at the clock.

    Args:
        executor: what carries the transaction out.
        observer: who is told besides the log.
    """

    __slots__ = ("_executor", "_looked", "_observer", "_planned", "_sent", "_start")

    def __init__(self, executor: Executor, observer: Observer | None) -> None:
        self._executor = executor
        self._observer = observer
        self._start = self._looked = self._planned = self._sent = time.perf_counter()

    def looked(self) -> None:
        """The ruleset as it was is known."""
        self._looked = time.perf_counter()

    def planned(self) -> None:
        """The operations are known."""
        self._planned = time.perf_counter()

    def sent(self) -> None:
        """The executor has committed them."""
        self._sent = time.perf_counter()

    def committed(self, operations: Sequence[Operation], site: CallSite | None = None) -> None:
        """The transaction is in place, and the picture of the ruleset has it.

        Args:
            operations: what was committed.
            site: the line of code that asked for the first of them, where each has one.
        """
        if not is_wanted(TransactionCommitted, self._observer):
            return
        end = time.perf_counter()
        kinds: Counter[type[Operation]] = Counter()
        for operation in operations:
            kinds[type(operation)] += count_of(operation)
        encode = self._executor.encode_seconds
        emit(
            TransactionCommitted(
                backend=self._executor.name,
                operations=sum(map(count_of, operations)),
                adds=sum(n for kind, n in kinds.items() if kind.__name__.startswith("Add")),
                deletes=sum(n for kind, n in kinds.items() if _takes_away(kind)),
                kinds={_words(kind): count for kind, count in kinds.items()},
                look_seconds=_rounded(self._looked - self._start),
                plan_seconds=_rounded(self._planned - self._looked),
                encode_seconds=_rounded(encode),
                commit_seconds=_rounded(self._sent - self._planned - encode),
                take_in_seconds=_rounded(end - self._sent),
                generation=self._executor.generation(),
                call_site=None if site is None else str(site),
            ),
            self._observer,
        )

    def unchanged(self) -> None:
        """There was nothing to send."""
        if is_wanted(TransactionUnchanged, self._observer):
            emit(TransactionUnchanged(backend=self._executor.name), self._observer)

    def refused(self, operations: Sequence[Operation], error: NetfilterError) -> None:
        """The transaction was not carried out, or not to its end."""
        refusal = error if isinstance(error, CommitRefused) else None
        operation = None if refusal is None else refusal.operation
        emit(
            TransactionRefused(
                backend=self._executor.name,
                operations=sum(map(count_of, operations)),
                error=type(error).__name__,
                answer=str(error) if refusal is None else refusal.answer,
                index=None if refusal is None else refusal.index,
                operation=None if operation is None else str(operation),
                call_site=None if refusal is None else refusal.call_site,
            ),
            self._observer,
        )


def _takes_away(kind: type[Operation]) -> bool:
    return kind.__name__.startswith(("Delete", "Flush"))


def _words(kind: type[Operation]) -> str:
    """An operation's kind as programs name it: ``add_rule``."""
    return _WORD.sub("_", kind.__name__).lower()


def _rounded(seconds: float) -> float:
    """Microseconds are the least that means anything here."""
    return round(seconds, 6)
