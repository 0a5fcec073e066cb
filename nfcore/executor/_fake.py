"""An executor without a kernel, for tests of what is built on executors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from nfcore.exceptions import BackendUnavailable, Overtaken
from nfcore.executor._base import Executor
from nfcore.executor._encode import encode_json
from nfcore.executor._fake_text import dump_ruleset, parse_ruleset
from nfcore.executor._model import ModelRuleset, RefusedError, Step
from nfcore.executor._refusal import in_whole, locate_refusal
from nfcore.operations import Operation, Snapshot, each_element

__all__ = ["FakeExecutor"]


class FakeExecutor(Executor):
    """Keeps a ruleset in memory, and refuses what the kernel would refuse.

    It gives handles, follows jumps, and knows in which hooks a statement may stand; the tests of
    nfcore run the same random transactions through it and through the kernel. It doesn't know what
    the kernel lacks (a module that is not built, a table that another process owns).

    Not for several threads at once.

    >>> executor = FakeExecutor()
    >>> executor.generation()
    0
    """

    name: ClassVar[str] = "fake"

    def __init__(self) -> None:
        self._ruleset = ModelRuleset()
        self._generation = 0
        self._closed = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """A fake that holds what `dump` wrote (rules get new handles).

        Args:
            text: the form of iptables-save with what `dump` adds to it in comments.

        Raises:
            InvalidInput: a line that is not in that form; the error has its number.
            ParseError: a rule that iptables would refuse; the error has its line's number.
            CommitRefused: the kernel would refuse this ruleset.
        """
        executor = cls()
        executor.commit(parse_ruleset(text))
        return executor

    def dump(self) -> str:
        """The ruleset in the form of iptables-save.

        Tags, hooks that iptables' chains do not have, and rules that iptables has no words for
        stand in comment lines, so that `parse` makes the same ruleset again.
        """
        return dump_ruleset(self._ruleset.snapshot())

    def commit(self, operations: Sequence[Operation], *, generation: int | None = None) -> None:
        """Carry out all operations, or none.

        Raises:
            CommitRefused: the kernel would refuse one; nothing was changed.
            InvalidInput: an operation that cannot be right; nothing was changed.
            InvalidRule: a chain name that iptables cannot hold; nothing was changed.
            Overtaken: the ruleset is of another generation; nothing was changed.
            Untranslatable: a rule has no form in nft; nothing was changed.
        """
        if operations and generation not in {None, self._generation}:
            raise Overtaken(f"the ruleset is not of generation {generation} any more")
        changed = self._after(operations)
        if operations:
            self._ruleset = changed
            self._generation += 1

    def check(self, operations: Sequence[Operation]) -> None:
        """Carry out all operations on a copy. Raises what `commit` raises."""
        self._after(operations)

    def snapshot(self) -> Snapshot:
        """The present ip and ip6 tables."""
        self._check_open()
        return Snapshot(tables=self._ruleset.snapshot(), generation=self._generation)

    def generation(self) -> int:
        """How many transactions were committed."""
        self._check_open()
        return self._generation

    def close(self) -> None:
        """Refuse to work from now on; harmless when called twice."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise BackendUnavailable(f"the {self.name} executor is closed")

    def _after(self, operations: Sequence[Operation]) -> ModelRuleset:
        self._check_open()
        for operation in operations:
            encode_json(operation, "")
        try:
            return self._changed_by([Step.of(operation) for operation in operations])
        except RefusedError as error:
            answer = str(error)
        places, parts = zip(*each_element(operations), strict=True)
        steps = [Step.of(part) for part in parts]

        def refusal_of(count: int) -> str | None:
            try:
                self._changed_by(steps[:count])
            except RefusedError as error:
                return str(error)
            return None

        raise in_whole(locate_refusal(answer, parts, refusal_of), places)

    def _changed_by(self, steps: Sequence[Step]) -> ModelRuleset:
        ruleset = self._ruleset.copy()
        for step in steps:
            ruleset.apply(step)
        ruleset.validate()
        return ruleset
