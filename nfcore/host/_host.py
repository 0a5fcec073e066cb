"""A host's networks and ports, by hand and by file, on the kernel as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nfcore.bridge import (
    AppliedNetworks,
    Inhabited,
    Leak,
    MadeBy,
    NetworkSpec,
    NetworkState,
    PublishedPort,
    WantedNetwork,
    check_ports,
    find_leaks,
    plan_apply,
    resolve_port,
)
from nfcore.engine import Engine, Ruleset
from nfcore.events import Observer
from nfcore.exceptions import NotFound
from nfcore.firewalld import Firewalld
from nfcore.host._networks import check_new_network, network_named
from nfcore.host._restore import restore_file
from nfcore.host._save import save_text
from nfcore.host._work import Outcome
from nfcore.host._worker import Worker
from nfcore.layout import layout_of
from nfcore.operations import Operation
from nfcore.system import System
from translate import IPVersion
from translate.files import errors_name, read_save

__all__ = ["Applied", "Host"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied(Outcome):
    """What `Host.apply` did: an outcome that tells of networks too.

    Attributes:
        networks: which networks were created, changed, deleted and kept.
    """

    networks: AppliedNetworks


class Host:
    """What nfcore does to a host's firewall.

    Every method that changes something is one transaction, and returns what it changed. With
    ``dry_run`` nothing is sent.

    Args:
        engine: the engine; closed with the host.
        system: the host around the rules, in the engine's network namespace; with None, nothing but
            rules is touched.
        firewalld: the firewalld that may run there, closed with the host; with None it is left
            alone.
        userland_proxy: whether docker-proxy runs (hairpin mode is off then); None is as the
            networks on the host were made, and on where there are none.
        dry_run: whether to plan only.
        observer: told of networks, besides the log.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        system: System | None = None,
        firewalld: Firewalld | None = None,
        userland_proxy: bool | None = None,
        dry_run: bool = False,
        observer: Observer | None = None,
    ) -> None:
        self._engine = engine
        self._firewalld = None if dry_run else firewalld
        self._worker = Worker(
            engine,
            system=system,
            firewalld=self._firewalld,
            userland_proxy=userland_proxy,
            dry_run=dry_run,
            observer=observer,
        )

    # Reading.

    def networks(self) -> tuple[NetworkState, ...]:
        """Every network that the kernel's rules tell of, in the order of creation.

        Raises:
            ListingFailed: the ruleset could not be read.
        """
        return self._worker.networks()

    def save(self, version: IPVersion, *, counters: bool = False) -> str:
        """The ruleset of one IP version as iptables-save prints it.

        Raises:
            ListingFailed: the ruleset could not be read.
        """
        return save_text(self._as_rules(self._engine.ruleset), version, counters=counters)

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
            ParseError: a line is wrong; it is named, with the file.
            NetfilterError: what the engine raises; nothing was changed.
        """
        with errors_name(file):
            saved = read_save(text, version=version)
            return restore_file(self._engine, saved, file=file, flush=flush, check_only=test)

    # By file.

    def apply(
        self,
        wanted: Sequence[WantedNetwork],
        *,
        layout: str | None = None,
        with_bridges: bool = False,
        ip_forward: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> Applied:
        """Bring the firewall to the state that a file describes.

        Networks that an earlier file made and this one lacks are removed, along with bridges that
        nfcore made for them; those made by hand or by others are left alone.

        Args:
            wanted: the networks, in the order of their creation.
            layout: the layout that the host is to have (``rules`` or ``sets``); every network of
                nfcore's is taken over into it. None is as the host has it; one without any of the
                driver's chains has sets, unless its backend cannot hold them.
            with_bridges: whether to make their bridges too.
            ip_forward: whether to turn IP forwarding on; where it was off, what no rule accepts is
                no longer forwarded (FORWARD's policy becomes DROP).
            progress: told after each wanted network how many are planned.

        Raises:
            Conflict: a network, port or bridge excludes what is there; nothing was changed.
            InvalidInput: no such layout; or more than rules is asked for, and the host has no
                ``system``.
            NetfilterError: what the engine raises; nothing was changed.
            SetupFailed: a bridge or sysctl could not be set up; nothing was changed.
        """
        with self._worker.in_firewalld(), self._worker.begin("apply", layout) as work:
            networks = plan_apply(work.transaction, work.driver, wanted, progress=progress)
            bridges = {network.spec.bridge for network in wanted}
            work.gone = [
                state.spec.bridge
                for state in work.states
                if state.made_by is MadeBy.APPLY and state.spec.bridge not in bridges
            ]
            work.wanted = tuple(bridges)
            work.ports = (*networks.released, *networks.published)
            if with_bridges:
                work.bridges = [network.spec for network in wanted]
            if ip_forward:
                self._worker.turn_forwarding_on(work)
        done = work.outcome
        return Applied(
            networks=networks,
            changes=done.changes,
            system=done.system,
            flows_cleared=done.flows_cleared,
        )

    def leaks(self, networks: Sequence[Inhabited]) -> tuple[Leak, ...]:
        """The rules that none of these networks needs (see `find_leaks`).

        Raises:
            ListingFailed: the ruleset could not be read.
        """
        return find_leaks(self._as_rules(self._engine.ruleset), networks)

    def fix_leaks(self, networks: Sequence[Inhabited]) -> tuple[Leak, ...]:
        """Remove them, in one transaction.

        Returns:
            What was removed.

        Raises:
            NetfilterError: what the engine raises; nothing was changed.
        """
        with self._worker.begin("remove leaks") as work:
            leaks = find_leaks(self._as_rules(self._engine.ruleset), networks)
            work.driver.remove_rules(work.transaction, [leak.ipt_rule for leak in leaks])
        return leaks

    # Networks.

    def create_network(
        self,
        spec: NetworkSpec,
        *,
        layout: str | None = None,
        with_bridge: bool = False,
        ip_forward: bool = False,
    ) -> Outcome:
        """Program one network.

        Args:
            spec: the network.
            layout: see `apply`.
            with_bridge: whether to make its bridge too.
            ip_forward: see `apply`.

        Raises:
            Conflict: another network has its name, its bridge or part of its subnet, or a device
                that it cannot use has its bridge's name.
            InvalidInput: more than rules is asked for, and the host has no ``system``.
            NetfilterError: what the engine raises; nothing was changed.
            SetupFailed: the bridge or a sysctl could not be set up; nothing was changed.
        """
        with self._worker.in_firewalld(), self._worker.begin("create network", layout) as work:
            check_new_network(spec, work.states)
            work.driver.ensure_started(work.transaction)
            work.driver.create_network(work.transaction, spec, made_by=MadeBy.HAND)
            work.wanted = (spec.bridge,)
            if with_bridge:
                work.bridges = (spec,)
            if ip_forward:
                self._worker.turn_forwarding_on(work)
        return work.outcome

    def remove_network(self, name: str) -> Outcome:
        """Take one network out, with its ports and links, and the bridge if nfcore made it.

        Args:
            name: the network's name.

        Raises:
            NotFound: there is no such network.
            NetfilterError: what the engine raises; nothing was changed.
            SetupFailed: the bridge could not be removed; the rules are gone.
        """
        with self._worker.begin("remove network") as work:
            state = network_named(name, work.states)
            work.driver.delete_networks(work.transaction, [state])
            work.gone = (state.spec.bridge,)
            work.ports = state.ports
        return work.outcome

    # Ports.

    def publish(
        self, network: str, ports_of: Callable[[NetworkSpec], Sequence[PublishedPort]]
    ) -> Outcome:
        """Publish ports of a container, and forget what is tracked of it.

        Args:
            network: the network's name.
            ports_of: gives the ports for the network as it is.

        Raises:
            Conflict: a port is published already.
            InvalidInput: from ``ports_of``, or the network cannot publish the port.
            NotFound: there is no such network.
            NetfilterError: what the engine raises; nothing was changed.
        """
        with self._worker.begin("publish ports") as work:
            state = network_named(network, work.states)
            wanted = [resolve_port(state.spec, port) for port in ports_of(state.spec)]
            new = [port for port in wanted if port not in state.ports]
            taken = [(other.spec, port) for other in work.states for port in other.ports]
            check_ports([*taken, *((state.spec, port) for port in new)])
            work.driver.publish(work.transaction, state.spec, *wanted)
            work.ports = new
        return work.outcome

    def release(
        self, network: str, ports_of: Callable[[NetworkSpec], Sequence[PublishedPort]]
    ) -> Outcome:
        """Take published ports back, and forget what is tracked of their container.

        Arguments are those of `publish`.

        Raises:
            NotFound: there is no such network, or a port is not published.
            NetfilterError: what the engine raises; nothing was changed.
        """
        with self._worker.begin("release ports") as work:
            state = network_named(network, work.states)
            gone = [resolve_port(state.spec, port) for port in ports_of(state.spec)]
            for port in gone:
                if port not in state.ports:
                    raise NotFound(f"{port} is not published on network {network}")
            sparing = work.driver.port_rules(state.spec, [p for p in state.ports if p not in gone])
            work.driver.release(
                work.transaction, state.spec, *gone, sparing=sparing, hairpin=state.hairpin
            )
            work.ports = gone
        return work.outcome

    @staticmethod
    def _as_rules(ruleset: Ruleset) -> Ruleset:
        """The ruleset in the form of rules, whatever its layout."""
        return layout_of(ruleset).expand(ruleset)

    def close(self) -> None:
        """Close the engine and the connection to firewalld."""
        self._engine.close()
        if self._firewalld is not None:
            self._firewalld.close()
