"""nfcore itself: a transaction, from the driver's first call to the kernel's answer."""

from __future__ import annotations

from collections.abc import Sequence

from bench.peers._peer import Peer, Work
from bench.workload import Action, Stack, carry_out, driver_of, make_network
from nfcore.engine import Engine, open_source
from nfcore.executor import CffiExecutor, Executor, LegacyExecutor
from nfcore.layout import Layout, RulesLayout, SetsLayout

__all__ = ["EnginePeer", "open_legacy", "open_rules", "open_sets"]


class EnginePeer(Peer):
    """An engine that stays open, as in a daemon.

    Args:
        executor: what talks to the kernel.
        stack: the IP versions.
        layout: how it is laid out in the kernel.
    """

    def __init__(self, executor: Executor, stack: Stack, layout: type[Layout]) -> None:
        self._monitor = executor.monitor()
        self._engine = Engine(executor, source=open_source(executor, monitor=self._monitor))
        self._stack: Stack = stack
        self._layout = layout(driver_of(stack))
        with self._engine.transaction() as transaction:
            self._layout.ensure_started(transaction)
        self.settle()

    def prepare(self, action: Action, numbers: Sequence[int]) -> Work:
        """Nothing is known before; the engine's picture of the kernel is fed again."""
        if self._monitor is not None:
            self._monitor.join()
        networks = [make_network(number, self._stack) for number in numbers]

        def work() -> None:
            with self._engine.transaction() as transaction:
                carry_out(transaction, self._layout, action, networks)

        return work

    def settle(self) -> None:
        """Nobody commits until the next turn, so that there is nothing to hear."""
        if self._monitor is not None:
            self._monitor.leave()

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()


def open_rules(stack: Stack) -> EnginePeer:
    """One nft rule for each iptables rule, through libnftables."""
    return EnginePeer(CffiExecutor(), stack, RulesLayout)


def open_sets(stack: Stack) -> EnginePeer:
    """Elements of sets, straight over netlink once the sets are there."""
    return EnginePeer(CffiExecutor(), stack, SetsLayout)


def open_legacy(stack: Stack) -> EnginePeer:
    """The fallback: iptables-legacy-restore, once a transaction and IP version."""
    return EnginePeer(LegacyExecutor(), stack, RulesLayout)
