"""Operations that are ready, handles included, before the clock starts.

That is more than a user of these tools could have: it is what they cost at the very least.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count, islice

from bench.peers._peer import Peer, Work
from bench.workload import Action, Stack, carry_out, driver_of, make_network
from nfcore.engine import Engine, Ruleset
from nfcore.executor import FakeExecutor, RulesetMonitor
from nfcore.layout import Layout, RulesLayout
from nfcore.operations import AddRule, Operation

__all__ = ["KnownRuleset", "PlannedPeer", "numbered_handles"]

Handles = Callable[[int], Sequence[int]]
"""The handles that the last commit's rules were given, as many as asked for."""


class KnownRuleset:
    """A `RulesetSource` for a namespace where nobody else commits.

    Args:
        handles: tells what handles a commit's rules were given.
    """

    def __init__(self, handles: Handles) -> None:
        self._ruleset = Ruleset()
        self._handles = handles

    @property
    def generation(self) -> None:
        """Nothing counts commits here."""
        return None

    def current(self) -> Ruleset:
        """The ruleset after all that was committed."""
        return self._ruleset

    def latest(self) -> Ruleset:
        """The same."""
        return self._ruleset

    def moved(self) -> bool:
        """Never."""
        return False

    def committing(self, operations: Sequence[Operation]) -> AbstractContextManager[None]:
        """Nothing to do."""
        del operations
        return nullcontext()

    def committed(self, operations: Sequence[Operation]) -> None:
        """Carry a commit over."""
        added = sum(isinstance(operation, AddRule) for operation in operations)
        self._ruleset.apply(operations, self._handles(added))

    def close(self) -> None:
        """Nothing to do."""


def numbered_handles() -> Handles:
    """Handles for tables that have none."""
    numbers = count(1)
    return lambda wanted: list(islice(numbers, wanted))


def monitored_handles(monitor: RulesetMonitor) -> Handles:
    """Handles as the kernel tells them; every commit so far counts as one."""
    return lambda _wanted: [handle for commit in monitor.read() for handle in commit.rule_handles()]


class PlannedPeer(Peer):
    """Sends what nfcore's engine would send, written in a tool's own language beforehand.

    Args:
        stack: the IP versions.
        handles: tells what handles a commit's rules were given.
        layout: how it is laid out in the kernel.
    """

    def __init__(self, stack: Stack, handles: Handles, layout: type[Layout] = RulesLayout) -> None:
        self._stack: Stack = stack
        self._source = KnownRuleset(handles)
        self._engine = Engine(FakeExecutor(), source=self._source)
        self._layout = layout(driver_of(stack))
        self._pending: tuple[Operation, ...] = ()
        with self._engine.transaction() as transaction:
            self._layout.ensure_started(transaction)
            self._pending = transaction.operations()
            transaction.abandon()
        self.write(self._pending)()
        self.settle()

    def prepare(self, action: Action, numbers: Sequence[int]) -> Work:
        """Plan and write it all."""
        networks = [make_network(number, self._stack) for number in numbers]
        transaction = self._engine.begin()
        carry_out(transaction, self._layout, action, networks)
        self._pending = transaction.operations()
        transaction.abandon()
        return self.write(self._pending)

    def settle(self) -> None:
        """Note what the kernel holds now."""
        self._source.committed(self._pending)

    @abstractmethod
    def write(self, operations: Sequence[Operation]) -> Work:
        """Write operations in the tool's language; the work is to send them."""

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()
