"""Keeping a host in the state that a file describes, whoever changes it."""

from __future__ import annotations

import math
import select
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import translate
from nfcore.bridge import (
    DOCKER_CHAIN,
    ISOLATION_CHAIN_1,
    USER_CHAIN,
    AppliedNetworks,
    Driver,
    DriverConfig,
    MadeBy,
    WantedNetwork,
    plan_apply,
)
from nfcore.engine import (
    Change,
    Engine,
    EngineLock,
    IptRule,
    Transaction,
    open_source,
)
from nfcore.events import NetworksCounted, Observer, RulesRepaired, emit
from nfcore.exceptions import BackendUnavailable, ListingFailed
from nfcore.executor import CommitEvents, Executor
from nfcore.firewalld import Firewalld
from nfcore.layout import Layout, convert, has_sets, layout_for, layout_named, layout_of
from nfcore.operations import AddRule, ChainRef, NativeRule, Operation, Policy, TableRef
from nfcore.system import StaleFlows, System
from translate import IPVersion, Rule

__all__ = ["Repair", "Watcher"]

_QUIET: Final = 0.01
"""Seconds without another commit after which somebody's change counts as finished."""
_PATIENCE: Final = 0.5
"""Seconds after which it is repaired even if commits go on."""
_ATTEMPTS: Final = 50
_SHOWN: Final = 3
"""So many of a repair's changes are told one by one."""
_BUS_AWAY: Final = 2.0
"""Seconds after which it is looked for a bus again where there was none."""

UserRules = tuple[tuple[Rule, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What was put back.

    Attributes:
        culprits: who committed what had to be put back, as ``PROGRAM (process PID)``.
        changes: what was put back, as iptables commands.
        seconds: from when the first notification came until the repair was committed.
        networks: how many networks are in place.
    """

    culprits: tuple[str, ...]
    changes: tuple[Change, ...]
    seconds: float
    networks: int

    def event(self) -> RulesRepaired:
        """It as an event."""
        return RulesRepaired(
            culprits=self.culprits,
            changes=len(self.changes),
            missing=self._first_changes(),
            seconds=self.seconds,
        )

    def _first_changes(self) -> tuple[str, ...]:
        return tuple(f"{sign} {command}" for sign, command in self.changes[:_SHOWN])

    def __str__(self) -> str:
        who = ", ".join(self.culprits) or "somebody"
        shown = "; ".join(self._first_changes())
        unshown = len(self.changes) - _SHOWN
        more = f"; and {unshown} more" if unshown > 0 else ""
        return (
            f"{who} changed the rules; put back after {self.seconds * 1000:.1f} ms, "
            f"{len(self.changes)} changes in one transaction: {shown}{more}"
        )


@dataclass(slots=True)
class _Heard:
    """Somebody else's commits since the last plan began."""

    since: float | None = None
    culprits: dict[str, None] = field(default_factory=dict)

    def note(self) -> None:
        if self.since is None:
            self.since = time.monotonic()

    def add(self, commit: CommitEvents) -> None:
        self.note()
        self.culprits[f"{commit.program or 'a program'} (process {commit.pid})"] = None

    def take(self, other: _Heard) -> None:
        """Have what another one has, and leave it nothing."""
        self.since = other.since if self.since is None else self.since
        self.culprits |= other.culprits
        other.since, other.culprits = None, {}


class Watcher:
    """Programs what is wanted, and puts back what others take away.

    What users have in DOCKER-USER is theirs: an edit there is left alone. Where the whole table was
    flushed or removed, its content comes back as last seen, and so does FORWARD's policy.

    Args:
        executor: what talks to the kernel; closed with the watcher.
        wanted: the networks.
        layout: the layout that the host is to have; None is as it has it, see `Host.apply`.
        userland_proxy: whether docker-proxy runs.
        lock: see `Engine`.
        system: the host around the rules, where the connections that were tracked while a port's
            rules were away are forgotten; with None they are kept.
        firewalld: the firewalld that may run there, closed with the watcher; None is to leave it
            alone.
        observer: told of repairs, transactions and listings, besides the log.

    Raises:
        BackendUnavailable: the executor hears of nobody's changes.
    """

    def __init__(
        self,
        executor: Executor,
        wanted: Sequence[WantedNetwork],
        *,
        layout: str | None = None,
        userland_proxy: bool = True,
        lock: EngineLock | None = None,
        system: System | None = None,
        firewalld: Firewalld | None = None,
        observer: Observer | None = None,
    ) -> None:
        monitor = executor.monitor()
        if monitor is None:
            executor.close()
            raise BackendUnavailable(
                f"the {executor.name} backend hears of nobody's changes: watch needs nf_tables"
            )
        self._monitor = monitor
        self._heard = _Heard()
        self._disturbed = False
        """Whether others committed, or may have, since the last plan began."""
        self._observer = observer
        self._source = open_source(
            executor,
            monitor=monitor,
            on_foreign=self._hear,
            on_lost=self._note_disturbance,
            observer=observer,
        )
        self._engine = Engine(executor, source=self._source, lock=lock, observer=observer)
        self._driver = Driver(config=DriverConfig(enable_userland_proxy=userland_proxy))
        self._wanted = wanted
        self._system = system
        self._firewalld = firewalld
        if firewalld is not None:
            firewalld.subscribe()
        self._entered = False
        self._layout = layout
        self._wanted_layout = layout
        self._user_rules: dict[IPVersion, UserRules] = {}
        self._policies: dict[IPVersion, Policy] = {}

    def _hear(self, commit: CommitEvents) -> None:
        self._note_disturbance()
        self._heard.add(commit)

    def _note_disturbance(self) -> None:
        """Others committed; who and what may not be known."""
        self._disturbed = True
        self._heard.note()

    def set_wanted(self, wanted: Sequence[WantedNetwork]) -> None:
        """Keep another state from now on; `repair` brings it about."""
        if self._firewalld is not None:
            now = {network.spec.bridge for network in wanted}
            gone = [n.spec.bridge for n in self._wanted if n.spec.bridge not in now]
            self._firewalld.remove_interfaces(gone)
        self._wanted = wanted
        self._entered = False

    def wait(self, *others: int, timeout: float | None = None) -> bool:
        """Wait until somebody has committed and come to rest, or another file is readable.

        A firewalld that reloads or appears ends the wait too; `repair` then does its part.

        Args:
            others: files to wait for besides.
            timeout: seconds to wait at most; None is without end.

        Returns:
            Whether somebody committed. That may have been while the last repair was under way.
        """
        monitor = self._monitor.fileno()
        end = math.inf if timeout is None else time.monotonic() + timeout
        if not self._disturbed and monitor not in self._readable([monitor, *others], end):
            return False
        until = time.monotonic() + _PATIENCE
        self._listen()
        while time.monotonic() < until and select.select([monitor], [], [], _QUIET)[0]:
            self._listen()
        self._disturbed = False
        return True

    def _readable(self, files: Sequence[int], end: float) -> Sequence[int]:
        """Which files are readable; none at the end, or where there is news of firewalld."""
        firewalld = self._firewalld
        while True:
            pause = end - time.monotonic()
            bus = None if firewalld is None else firewalld.fileno()
            if firewalld is not None and bus is None:
                pause = min(pause, _BUS_AWAY)
            if firewalld is not None and firewalld.has_news:
                pause = 0
            watched = files if bus is None else [*files, bus]
            limit = None if pause == math.inf else max(pause, 0)
            readable, _, _ = select.select(watched, [], [], limit)
            if readable or bus is not None or time.monotonic() >= end:
                return readable
            if firewalld is not None and firewalld.find_bus():
                return ()

    def _listen(self) -> None:
        self._engine.ruleset  # noqa: B018 - the look takes in what was heard

    def repair(self) -> Repair | None:
        """Bring about what is wanted.

        Returns:
            What had to be put back, or None where all was in place.

        Raises:
            NetfilterError: what the engine raises; nothing was changed.
        """
        began = time.monotonic()
        heard = _Heard()
        try:
            with self._in_firewalld():
                changes = self._repair(heard)
        except BaseException:
            self._heard.take(heard)  # it is still to be put back
            raise
        self._remember()
        self._tell_of_networks()
        if not changes:
            return None
        repair = Repair(
            culprits=tuple(heard.culprits),
            changes=changes,
            seconds=time.monotonic() - (heard.since or began),
            networks=len(self._wanted),
        )
        if heard.since is not None:
            emit(repair.event(), self._observer)
        return repair

    def _tell_of_networks(self) -> None:
        ports = sum(len(network.ports) for network in self._wanted)
        emit(NetworksCounted(networks=len(self._wanted), ports=ports), self._observer)

    def _repair(self, heard: _Heard) -> tuple[Change, ...]:
        """Plan over the ruleset as it is, and anew if somebody commits meanwhile.

        What is heard from then on is for the next repair.
        """
        for _ in range(_ATTEMPTS):
            with self._engine.transaction() as transaction:
                self._disturbed = False
                heard.take(self._heard)
                had_sets = has_sets(transaction)
                networks = self._plan(transaction)
                changes = transaction.changes()
                mended = had_sets and any(map(_looks_ports_up, transaction.operations()))
                if self._source.moved():
                    transaction.abandon()
                    continue
            if self._system is not None:
                ports = (*networks.released, *networks.published)
                if mended:
                    kept = (port for network in self._wanted for port in network.ports)
                    ports = (*networks.released, *kept)
                self._system.clear_flows(StaleFlows.of_ports(ports))
            return changes
        raise ListingFailed(f"the ruleset changed during each of {_ATTEMPTS} attempts to repair it")

    def _plan(self, transaction: Transaction) -> AppliedNetworks:
        versions = self._driver.config.versions
        flushed = [v for v in versions if self._was_flushed(transaction, v)]
        without_return = [
            version
            for version in versions
            if transaction.has_chain(version, "filter", USER_CHAIN)
            and not transaction.exists(_return_rule(version))
        ]
        networks = plan_apply(transaction, self._layout_of(transaction), self._wanted)
        for version in versions:
            if version in flushed:
                self._restore_user_rules(transaction, version)
                transaction.set_policy(version, "filter", "FORWARD", self._policies[version])
            elif version in without_return:
                transaction.delete(_return_rule(version))
        return networks

    def _layout_of(self, transaction: Transaction) -> Layout:
        """The wanted layout, or else the one that the host has, or had before it was flushed."""
        found = layout_for(transaction, self._driver, has_sets=self._engine.has_sets)
        if self._layout is None or found.name == self._layout:
            return found
        if self._wanted_layout is not None:
            wanted = layout_named(self._wanted_layout, self._driver)
            convert(transaction, found, wanted)
            return wanted
        if any(state.made_by is not MadeBy.OTHERS for state in found.networks(transaction)):
            return found  # somebody converted it
        return layout_named(self._layout, self._driver)

    @contextmanager
    def _in_firewalld(self) -> Iterator[None]:
        """At the beginning, and when firewalld has forgotten what was not permanent, enter it."""
        firewalld = self._firewalld
        if firewalld is None or (not firewalld.reloaded() and self._entered):
            yield
            return
        self._entered = False
        with firewalld.set_up():
            yield
        firewalld.add_interfaces([network.spec.bridge for network in self._wanted])
        self._entered = True

    def close(self) -> None:
        """Close the engine and the connection to firewalld; the rules stay."""
        self._engine.close()
        if self._firewalld is not None:
            self._firewalld.close()

    # -- DOCKER-USER ----------------------------------------------------------------------------

    def _was_flushed(self, transaction: Transaction, version: IPVersion) -> bool:
        """Whether the whole table was flushed or removed, not just DOCKER-USER edited."""
        if not self._user_rules.get(version):
            return False
        if not transaction.has_chain(version, "filter", USER_CHAIN):
            return True
        return not any(
            any(transaction.rules(version, "filter", chain))
            for chain in (USER_CHAIN, DOCKER_CHAIN, ISOLATION_CHAIN_1)
        )

    def _restore_user_rules(self, transaction: Transaction, version: IPVersion) -> None:
        transaction.flush_chain(version, "filter", USER_CHAIN)
        for body, tag in self._user_rules[version]:
            if not translate.is_opaque(body):
                args = tuple(translate.format(body))
                transaction.append(IptRule(version, "filter", USER_CHAIN, args), tag=tag)

    def _remember(self) -> None:
        ruleset = self._engine.ruleset
        self._layout = layout_of(ruleset).name
        for version in self._driver.config.versions:
            self._user_rules[version] = tuple(
                (rule.body, rule.tag) for rule in ruleset.rules(version, "filter", USER_CHAIN)
            )
            table = TableRef(version=version, name="filter")
            forward = ruleset.chain(ChainRef(table=table, name="FORWARD"))
            base = None if forward is None else forward.base
            self._policies[version] = "accept" if base is None else base.policy


def _return_rule(version: IPVersion) -> IptRule:
    return IptRule(version, "filter", USER_CHAIN, ("-j", "RETURN"))


def _looks_ports_up(operation: Operation) -> bool:
    """Whether it adds a rule that looks published ports up in sets: without it none was reached."""
    return (
        isinstance(operation, AddRule)
        and (operation.chain.table.name, operation.chain.name) == ("nat", DOCKER_CHAIN)
        and isinstance(operation.body, NativeRule)
    )
