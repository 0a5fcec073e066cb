"""A plan in iptables' words for a host that holds elements of sets.

What an element does is said by the iptables rules that it stands for. So a dry run plans over the
ruleset as the layout of rules would have it, in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from nfcore.engine import Engine, Ruleset, Transaction
from nfcore.executor import FakeExecutor
from nfcore.layout import Layout, has_sets
from nfcore.operations import Operation

__all__ = ["begin_rehearsal"]


class _StillRuleset:
    """A `RulesetSource` that nobody changes: nothing over it is ever committed."""

    generation: Final = None

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset

    def current(self) -> Ruleset:
        """The ruleset."""
        return self._ruleset

    def latest(self) -> Ruleset:
        """The same."""
        return self._ruleset

    def moved(self) -> bool:
        """Never."""
        return False

    def committing(self, operations: Sequence[Operation]) -> AbstractContextManager[None]:
        """Nothing is."""
        del operations
        return nullcontext()

    def committed(self, operations: Sequence[Operation]) -> None:
        """Nothing is."""

    def close(self) -> None:
        """Nothing to give back."""


def begin_rehearsal(engine: Engine, held: Layout) -> Transaction | None:
    """A transaction over the rules that a host's elements stand for, to plan with.

    Args:
        engine: the host's.
        held: the layout that the host has.

    Returns:
        None where the rules that look elements up are not whole: iptables has no words for those.

    Raises:
        DriverError: the driver's chains could not be planned.
        ListingFailed: the ruleset could not be read.
    """
    if has_sets(engine.ruleset) and not _is_whole(engine, held):
        return None
    expanded = held.expand(engine.ruleset)
    return Engine(FakeExecutor(), source=_StillRuleset(expanded)).begin()


def _is_whole(engine: Engine, held: Layout) -> bool:
    transaction = engine.begin()
    try:
        held.ensure_started(transaction)
        return not transaction.operations()
    finally:
        transaction.abandon()
