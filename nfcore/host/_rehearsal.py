"""Planning in memory, for hosts that hold elements of sets.

What an element does is said by the iptables rules that it stands for. So a dry run plans over the
ruleset as the layout of rules would have it; and a file of rules is compared with that.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from nfcore.engine import Engine, Ruleset, Transaction
from nfcore.executor import FakeExecutor
from nfcore.layout import Layout, RulesLayout, convert, has_sets
from nfcore.operations import Operation

__all__ = ["as_rules", "begin_rehearsal", "is_whole"]

_UNKNOWN_HANDLE: Final = 0
"""Of a rule that the kernel has yet to number."""


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
    ruleset = engine.ruleset
    if has_sets(ruleset) and not is_whole(ruleset, held):
        return None
    return _begin(held.expand(ruleset))


def is_whole(ruleset: Ruleset, held: Layout) -> bool:
    """Whether nothing is missing of what a layout's started driver has."""
    transaction = _begin(ruleset)
    held.ensure_started(transaction)
    return not transaction.operations()


def as_rules(ruleset: Ruleset, held: Layout) -> tuple[tuple[Operation, ...], Ruleset]:
    """What takes a host's networks over into the layout of rules, and the ruleset after it.

    Args:
        ruleset: what the kernel holds.
        held: the layout that the host has.

    Raises:
        DriverError: a network could not be taken over.
    """
    transaction = _begin(ruleset)
    convert(transaction, held, RulesLayout(held.driver))
    operations = transaction.operations()
    after = Ruleset.from_snapshot(ruleset.snapshot())
    after.apply(operations, [_UNKNOWN_HANDLE] * len(operations))
    return operations, after


def _begin(ruleset: Ruleset) -> Transaction:
    return Engine(FakeExecutor(), source=_StillRuleset(ruleset)).begin()
