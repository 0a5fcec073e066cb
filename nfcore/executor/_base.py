"""What an executor is: the one place that talks to the kernel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar, Self

from nfcore.executor._monitor import RulesetMonitor
from nfcore.operations import Operation, Snapshot

__all__ = ["Executor"]


class Executor(ABC):
    """Commits operations atomically and reads the ruleset back.

    The contract, which ``tests/executor/contract`` checks on every implementation:

    * `commit` carries out every operation in order, or none of them.
    * A refused commit raises `CommitRefused` that names the operation's index and the answer.
    * `check` refuses just what `commit` would refuse, and changes nothing.
    * `snapshot` shows what commits left, rules in order, each with its handle, tag and counters.
    """

    name: ClassVar[str]
    has_sets: ClassVar[bool] = True
    """Whether it can commit named sets and their elements."""

    @abstractmethod
    def commit(self, operations: Sequence[Operation], *, generation: int | None = None) -> None:
        """Carry out all operations in one atomic transaction.

        Args:
            operations: what to do.
            generation: the ruleset's generation over which they were planned; None is any.
                Executors that have no generations take no notice.

        Raises:
            CommitRefused: the kernel refused one; nothing was changed.
            Overtaken: the ruleset is of another generation by now; nothing was changed.
            Untranslatable: a rule has no form that this executor can send; nothing was sent.
        """

    @abstractmethod
    def check(self, operations: Sequence[Operation]) -> None:
        """Ask whether `commit` would succeed, changing nothing. Raises what `commit` raises."""

    @abstractmethod
    def snapshot(self) -> Snapshot:
        """The present ip and ip6 tables.

        Raises:
            ListingFailed: the ruleset could not be read.
        """

    def generation(self) -> int | None:
        """How often the ruleset was changed, by anyone; None where the executor cannot tell.

        Raises:
            ListingFailed: the kernel does not say.
        """
        return None

    def monitor(self) -> RulesetMonitor | None:
        """Something that hears of every commit from now on, to be closed by the caller.

        None where there is no such thing; a picture of the ruleset must be listed anew then.

        Raises:
            BackendUnavailable: the kernel refuses it to this process.
        """
        return None

    @property
    def encode_seconds(self) -> float:
        """How long the last commit took to be written in the backend's language, if told."""
        return 0.0

    @abstractmethod
    def close(self) -> None:
        """Give back what the executor holds; harmless when called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
