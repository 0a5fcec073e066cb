"""Carrying out work on a host: the transaction, and all that must be around its commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from nfcore.bridge import Driver, NetworkState
from nfcore.engine import Engine
from nfcore.events import NetworksChanged, NetworksCounted, Observer, emit
from nfcore.exceptions import InvalidInput
from nfcore.firewalld import Firewalld
from nfcore.host._networks import config_of
from nfcore.host._rehearsal import begin_rehearsal
from nfcore.host._work import Work
from nfcore.layout import convert, layout_for, layout_named, layout_of
from nfcore.system import System
from translate.collector import collector_resting

__all__ = ["Worker"]


class Worker:
    """What `Host` plans with, and what carries the plans out.

    Arguments are those of `Host`; nothing of them is closed.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        system: System | None,
        firewalld: Firewalld | None,
        userland_proxy: bool | None,
        dry_run: bool,
        observer: Observer | None,
    ) -> None:
        self._engine = engine
        self._system = system
        self._firewalld = firewalld
        self._userland_proxy = userland_proxy
        self._dry_run = dry_run
        self._observer = observer

    def networks(self) -> tuple[NetworkState, ...]:
        """Every network that the kernel's rules tell of; the observer hears how many there are.

        Raises:
            ListingFailed: the ruleset could not be read.
        """
        ruleset = self._engine.ruleset
        states = layout_of(ruleset).networks(ruleset)
        ports = sum(len(state.ports) for state in states)
        emit(NetworksCounted(networks=len(states), ports=ports), self._observer)
        return states

    @contextmanager
    def begin(self, name: str, layout: str | None = None) -> Iterator[Work]:
        """Around the planning of a piece of work, which is carried out at the block's end.

        Args:
            name: what it is called in the log.
            layout: the layout that the host is to have; None is as it is.

        Raises:
            InvalidInput: no such layout; or the work needs more than rules, and the host has no
                ``system``.
            NetfilterError: what the engine raises; nothing was changed.
            SetupFailed: a bridge or sysctl could not be set up; nothing was changed.
        """
        transaction = self._engine.begin()
        try:
            with collector_resting():
                states = layout_of(transaction).networks(transaction)
                driver = Driver(config=config_of(states, userland_proxy=self._userland_proxy))
                held = layout_for(transaction, driver, has_sets=self._engine.has_sets)
                if layout is not None and layout != held.name:
                    new = layout_named(layout, driver)
                    convert(transaction, held, new)
                    held = new
                elif self._dry_run and held.name == "sets":
                    rehearsal = begin_rehearsal(self._engine, held)
                    if rehearsal is not None:
                        transaction.abandon()
                        transaction = rehearsal
                        held = layout_named("rules", driver)
                work = Work(name, transaction, held, states)
                yield work
                self._finish(work)
            if not self._dry_run:
                self._tell(work)
        finally:
            transaction.abandon()

    def in_firewalld(self) -> AbstractContextManager[None]:
        """Around a transaction: what is added makes firewalld reload, which may remove rules."""
        return nullcontext() if self._firewalld is None else self._firewalld.set_up()

    def turn_forwarding_on(self, work: Work) -> None:
        """As dockerd does at its start: where it was off, FORWARD's policy becomes DROP.

        Raises:
            InvalidInput: the host has no ``system``.
        """
        if self._system is None:
            raise _no_system()
        work.forwarding = [
            version for version in work.driver.config.versions if not self._system.forwards(version)
        ]
        for version in work.forwarding:
            work.transaction.set_policy(version, "filter", "FORWARD", "drop")

    def _finish(self, work: Work) -> None:
        """Commit, with what must be there before and what can only be done after."""
        changes = work.transaction.changes()
        system = self._system
        if system is None:
            if work.bridges:
                raise _no_system()
            if not self._dry_run:
                self._commit(work)
            work.finish(changes=changes)
            return
        hairpin = work.driver.config.hairpin
        steps = system.plan(bridges=work.bridges, hairpin=hairpin, forwarding=work.forwarding)
        removed = system.own_bridges(work.gone)
        flows = 0
        if not self._dry_run:
            with system.carried_out(steps):
                self._commit(work)
            system.remove_bridges(removed)
            flows = system.clear_flows(work.stale_flows)
        work.finish(changes=changes, steps=steps, removed=removed, flows_cleared=flows)

    def _commit(self, work: Work) -> None:
        work.transaction.commit()
        if self._firewalld is not None:
            if work.gone:
                self._firewalld.remove_interfaces(work.gone)
            if work.wanted:
                self._firewalld.add_interfaces(work.wanted)

    def _tell(self, work: Work) -> None:
        done = work.outcome
        if done.changed or done.flows_cleared:
            changed = NetworksChanged(
                work=work.name,
                layout=work.driver.name,
                changes=len(done.changes),
                ports=len(work.ports),
                flows_cleared=done.flows_cleared,
            )
            emit(changed, self._observer)
        if self._observer is not None:
            self.networks()


def _no_system() -> InvalidInput:
    return InvalidInput(
        "this host was opened for rules only: give it a nfcore.system.System to make bridges or "
        "set sysctls"
    )
