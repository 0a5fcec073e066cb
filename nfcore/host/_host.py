"""A host's networks and ports, by hand and by file, on the kernel as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from nfcore.bridge import (
    UNKNOWN_SUBNETS,
    AppliedNetworks,
    Driver,
    DriverConfig,
    Inhabited,
    Leak,
    MadeBy,
    NetworkSpec,
    NetworkState,
    PublishedPort,
    WantedNetwork,
    check_networks,
    check_ports,
    find_leaks,
    plan_apply,
    recognize,
    resolve_port,
)
from nfcore.engine import Change, Engine, Ruleset, Transaction
from nfcore.exceptions import CommitRefused, Conflict, NotFound
from nfcore.host._restore import RestorePlan, plan_restore
from nfcore.host._save import save_text
from nfcore.operations import Operation
from translate import IPVersion
from translate.files import read_save

__all__ = ["Applied", "Host"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What `Host.apply` did.

    Attributes:
        networks: which networks were created, changed, deleted and kept.
        changes: the rules that were added and removed.
    """

    networks: AppliedNetworks
    changes: tuple[Change, ...]


class Host:
    """What nfcore does to a host's firewall.

    Every method that changes something is one transaction, and returns what it changed as lines of
    iptables commands. With ``dry_run`` nothing is sent.

    Args:
        engine: the engine; closed with the host.
        userland_proxy: whether docker-proxy runs (hairpin mode is off then); None is as the
            networks on the host were made, and on where there are none.
        dry_run: whether to plan only.
    """

    def __init__(
        self, engine: Engine, *, userland_proxy: bool | None = None, dry_run: bool = False
    ) -> None:
        self._engine = engine
        self._userland_proxy = userland_proxy
        self._dry_run = dry_run

    # Reading.

    def networks(self) -> tuple[NetworkState, ...]:
        """Every network that the kernel's rules tell of, in the order of creation.

        Raises:
            ListingFailed: the ruleset could not be read.
        """
        return recognize(self._engine.ruleset)

    def save(self, version: IPVersion, *, counters: bool = False) -> str:
        """The ruleset of one IP version as iptables-save prints it.

        Raises:
            ListingFailed: the ruleset could not be read.
        """
        return save_text(self._engine.ruleset, version, counters=counters)

    # Files of iptables-save's.

    def restore(
        self, text: str, version: IPVersion, *, file: str, flush: bool = True, test: bool = False
    ) -> tuple[Operation, ...]:
        """Load a file in iptables-save's format, all tables in one transaction.

        Args:
            text: the file's text.
            version: the IP version that it is for.
            file: its name, for messages.
            flush: empty each table of the file first.
            test: have the kernel check it, and change nothing.

        Returns:
            What was committed, or checked.

        Raises:
            CommitRefused: the kernel refused a rule; the file's line is named.
            ParseError: a line is wrong; it is named.
            NetfilterError: what the engine raises; nothing was changed.
        """
        parsed = read_save(text, version=version)
        plans: list[RestorePlan] = []

        def plan(ruleset: Ruleset) -> tuple[Operation, ...]:
            plans.append(plan_restore(parsed, ruleset, flush=flush))
            return plans[-1].operations

        try:
            return self._engine.commit(plan, check_only=test)
        except CommitRefused as refusal:
            line = None if refusal.index is None else plans[-1].lines[refusal.index]
            raise CommitRefused(
                refusal.answer,
                index=refusal.index,
                operation=refusal.operation,
                call_site=file if line is None else f"{file}:{line}",
            ) from refusal

    # By file.

    def apply(
        self,
        wanted: Sequence[WantedNetwork],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> Applied:
        """Bring the firewall to the state that a file describes.

        Networks that an earlier file made and this one lacks are removed; those made by hand or by
        others are left alone.

        Args:
            wanted: the networks, in the order of their creation.
            progress: told after each wanted network how many are planned.

        Raises:
            Conflict: a network or port excludes what is there; nothing was changed.
            NetfilterError: what the engine raises; nothing was changed.
        """
        with self._transaction() as (transaction, driver, _):
            networks = plan_apply(transaction, driver, wanted, progress=progress)
            return Applied(networks=networks, changes=transaction.changes())

    def leaks(self, networks: Sequence[Inhabited]) -> tuple[Leak, ...]:
        """The rules that none of these networks needs (see `find_leaks`).

        Raises:
            ListingFailed: the ruleset could not be read.
        """
        return find_leaks(self._engine.ruleset, networks)

    def fix_leaks(self, networks: Sequence[Inhabited]) -> tuple[Leak, ...]:
        """Remove them, in one transaction.

        Returns:
            What was removed.

        Raises:
            NetfilterError: what the engine raises; nothing was changed.
        """
        with self._transaction() as (transaction, _, _):
            leaks = find_leaks(transaction, networks)
            for leak in leaks:
                transaction.delete(leak.ipt_rule)
            return leaks

    # Networks.

    def create_network(self, spec: NetworkSpec) -> tuple[Change, ...]:
        """Program one network.

        Raises:
            Conflict: another network has its name, its bridge or part of its subnet.
            NetfilterError: what the engine raises; nothing was changed.
        """
        with self._transaction() as (transaction, driver, states):
            _check_new_network(spec, states)
            driver.ensure_started(transaction)
            driver.create_network(transaction, spec, made_by=MadeBy.HAND)
            return transaction.changes()

    def remove_network(self, name: str) -> tuple[Change, ...]:
        """Take one network out, with its ports and links.

        Args:
            name: the network's name.

        Raises:
            NotFound: there is no such network.
            NetfilterError: what the engine raises; nothing was changed.
        """
        with self._transaction() as (transaction, driver, states):
            state = _network_named(name, states)
            driver.delete_network(
                transaction,
                state.spec,
                ports=state.ports,
                links=state.links,
                hairpin=state.hairpin,
            )
            return transaction.changes()

    # Ports.

    def publish(
        self, network: str, ports_of: Callable[[NetworkSpec], Sequence[PublishedPort]]
    ) -> tuple[Change, ...]:
        """Publish ports of a container.

        Args:
            network: the network's name.
            ports_of: gives the ports for the network as it is.

        Raises:
            Conflict: a port is published already.
            InvalidInput: from ``ports_of``, or the network cannot publish the port.
            NotFound: there is no such network.
            NetfilterError: what the engine raises; nothing was changed.
        """
        with self._transaction() as (transaction, driver, states):
            state = _network_named(network, states)
            wanted = [resolve_port(state.spec, port) for port in ports_of(state.spec)]
            new = [port for port in wanted if port not in state.ports]
            taken = [(other.spec, port) for other in states for port in other.ports]
            check_ports([*taken, *((state.spec, port) for port in new)])
            for port in wanted:
                driver.publish(transaction, state.spec, port)
            return transaction.changes()

    def release(
        self, network: str, ports_of: Callable[[NetworkSpec], Sequence[PublishedPort]]
    ) -> tuple[Change, ...]:
        """Take published ports back.

        Arguments are those of `publish`.

        Raises:
            NotFound: there is no such network, or a port is not published.
            NetfilterError: what the engine raises; nothing was changed.
        """
        with self._transaction() as (transaction, driver, states):
            state = _network_named(network, states)
            gone = [resolve_port(state.spec, port) for port in ports_of(state.spec)]
            for port in gone:
                if port not in state.ports:
                    raise NotFound(f"{port} is not published on network {network}")
            sparing = driver.port_rules(state.spec, [p for p in state.ports if p not in gone])
            for port in gone:
                driver.release(
                    transaction, state.spec, port, sparing=sparing, hairpin=state.hairpin
                )
            return transaction.changes()

    # The pieces.

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Transaction, Driver, tuple[NetworkState, ...]]]:
        transaction = self._engine.begin()
        try:
            states = recognize(transaction)
            yield transaction, Driver(config=self._config(states)), states
        except BaseException:
            transaction.abandon()
            raise
        if self._dry_run:
            transaction.abandon()
        else:
            transaction.commit()

    def _config(self, states: Sequence[NetworkState]) -> DriverConfig:
        proxy = self._userland_proxy
        if proxy is None:
            proxy = not any(state.hairpin for state in states)
        return DriverConfig(enable_userland_proxy=proxy)

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()


def _network_named(name: str, states: Sequence[NetworkState]) -> NetworkState:
    for state in states:
        if state.spec.name == name:
            return state
    known = ", ".join(state.spec.name for state in states)
    raise NotFound(f"there is no network {name!r}; there are: {known or 'none'}")


def _check_new_network(spec: NetworkSpec, states: Sequence[NetworkState]) -> None:
    if any(state.spec.name == spec.name for state in states):
        raise Conflict(f"network {spec.name} exists already: nfcore network rm {spec.name}")
    check_networks([*(known for state in states for known in _checkable(state)), spec])


def _checkable(state: NetworkState) -> Iterator[NetworkSpec]:
    """The network with its known subnets only; nothing where none is known."""
    spec = state.spec
    subnets = {
        f"subnet_v{version.value}": None
        for version in IPVersion
        if spec.subnet(version) in UNKNOWN_SUBNETS
    }
    if len(subnets) < len([v for v in IPVersion if spec.subnet(v) is not None]):
        yield replace(spec, **subnets)  # type: ignore[arg-type]  # the keys are subnet fields
