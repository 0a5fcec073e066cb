"""The driver over sets."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import ClassVar, Final

from nfcore.bridge import (
    ISOLATION_CHAIN_1,
    Driver,
    Link,
    MadeBy,
    NetworkParts,
    NetworkSpec,
    NetworkState,
    PlacedNetwork,
    PublishedPort,
    WantedNetwork,
    check_port_fits,
    recognize,
    resolve_port,
)
from nfcore.engine import IptRule, Ruleset, Transaction
from nfcore.layout._base import Layout, View
from nfcore.layout.sets._creation import Creation
from nfcore.layout.sets._expand import expand
from nfcore.layout.sets._jumps import Jumps
from nfcore.layout.sets._leaking import elements_of
from nfcore.layout.sets._lengths import add_usual_lengths
from nfcore.layout.sets._names import Names, names_of
from nfcore.layout.sets._recognize import networks_in_sets
from nfcore.layout.sets._removal import Removal
from nfcore.layout.sets._rules import checksum_rule, open_rule
from nfcore.layout.sets._start import start, stop
from translate import IPVersion, Jump, Verdict

__all__ = ["SetsLayout"]


class SetsLayout(Layout):
    """Networks, ports and links as elements of sets, looked up by as many rules as for none.

    A network that was programmed as rules, such as Docker's own, is left so and handled so.
    """

    name: ClassVar[str] = "sets"

    def __init__(self, driver: Driver | None = None) -> None:
        super().__init__(driver)
        self._versions = self.config.versions
        self._names = tuple(names_of(version) for version in self._versions)
        self._jumps = Jumps(self.config)

    def ensure_started(self, transaction: Transaction) -> None:
        """Set up what is missing of the driver's chains, the sets and the rules that look them up.

        Raises:
            DriverError: the IPv4 chains could not be set up.
        """
        self.driver.ensure_started(transaction)
        isolating = self._isolating(transaction) if start(transaction, self._names) else ()
        add_usual_lengths(transaction, self._names)
        self._jumps.on_top(transaction, isolating)

    def stop(self, transaction: Transaction) -> None:
        """Take the sets and the rules that look them up out of the driver's chains."""
        stop(transaction, self._names)

    # Networks.

    def create_network(
        self, transaction: Transaction, spec: NetworkSpec, *, made_by: MadeBy = MadeBy.HAND
    ) -> None:
        """Put a network's elements in; where it is there already, those that are missing.

        Raises:
            Conflict: its bridge or its subnet is another network's.
            DriverError: a step failed.
            InvalidInput: the network's name is too long to be noted with its elements.
        """
        self.create_networks(transaction, [NetworkParts(spec)], made_by=made_by)

    def create_networks(
        self,
        transaction: Transaction,
        networks: Iterable[WantedNetwork],
        *,
        made_by: MadeBy = MadeBy.HAND,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Put the elements of networks, their ports and links in, those that are missing.

        Raises:
            Conflict: a bridge, a subnet or a host port is another network's.
            DriverError: a step failed.
            InvalidInput: a network's name is too long to be noted with its elements, or a port
                does not fit its network.
        """
        with transaction.savepoint():
            if not all(transaction.named_set(names.same).exists for names in self._names):
                self.ensure_started(transaction)
            as_rules = self._bridges_of_rules(transaction)
            creation = self._creation(transaction)
            networks = tuple(networks)
            specs = [network.spec for network in networks]
            are_new = len(specs) > 1 and creation.has_none_of(specs)
            jumps: dict[_Kind, None] = {}
            for count, network in enumerate(networks, 1):
                spec = network.spec
                note = None if are_new else creation.note(spec)
                if note is None and spec.bridge in as_rules:
                    self.driver.create_networks(transaction, [network], made_by=made_by)
                else:
                    creation.network(spec, made_by, note)
                    hairpin = self.config.hairpin if note is None else note.hairpin
                    for port in network.ports:
                        self._publish(transaction, creation, spec, port, hairpin=hairpin)
                    for link in network.links:
                        self._link(creation, spec, link)
                    jumps[spec.subnet_v4 is None, spec.subnet_v6 is None, spec.internal] = None
                if progress is not None:
                    progress(count)
            creation.finish()
            for kind in jumps:
                self._ensure_jumps(transaction, *kind)

    def _creation(self, transaction: Transaction) -> Creation:
        return Creation(transaction, self._names, hairpin=self.config.hairpin)

    def _ensure_jumps(
        self, transaction: Transaction, no_v4: bool, no_v6: bool, internal: bool
    ) -> None:
        without = {IPVersion.V4: no_v4, IPVersion.V6: no_v6}
        versions = tuple(version for version in self._versions if not without[version])
        self._jumps.ensure(transaction, versions, internal=internal)

    def delete_network(
        self,
        transaction: Transaction,
        spec: NetworkSpec,
        *,
        ports: Iterable[PublishedPort] = (),
        links: Iterable[Link] = (),
        hairpin: bool | None = None,
    ) -> None:
        """Take a network's elements out, with those of what is published and linked on it.

        Raises:
            DriverError: a step failed.
        """
        self.delete_networks(transaction, [NetworkParts(spec, tuple(ports), tuple(links), hairpin)])

    def delete_networks(self, transaction: Transaction, networks: Iterable[PlacedNetwork]) -> None:
        """Take the elements of networks, and of what is published and linked on them, out.

        Raises:
            DriverError: a step failed.
        """
        with transaction.savepoint():
            removal = Removal(transaction, self._names)
            for network in networks:
                spec = network.spec
                if not self._is_there(transaction, spec):
                    self.driver.delete_networks(transaction, [network])
                    continue
                for link in network.links:
                    self._unlink(removal, spec, link)
                for port in network.ports:
                    self._release(transaction, removal, spec, port, frozenset())
                hairpin = network.hairpin
                removal.network(spec, hairpin=self.config.hairpin if hairpin is None else hairpin)
            removal.finish()

    # Ports.

    def publish(self, transaction: Transaction, spec: NetworkSpec, *ports: PublishedPort) -> None:
        """Put published ports' elements in.

        Raises:
            Conflict: the host port leads elsewhere already.
            DriverError: a step failed.
            InvalidInput: the network is internal, or has no subnet that holds the address.
        """
        with transaction.savepoint():
            creation = self._creation(transaction)
            note = creation.note(spec)
            if note is None:
                self.driver.publish(transaction, spec, *ports)
                return
            for port in ports:
                self._publish(transaction, creation, spec, port, hairpin=note.hairpin)
            creation.finish()

    def _publish(
        self,
        transaction: Transaction,
        creation: Creation,
        spec: NetworkSpec,
        port: PublishedPort,
        *,
        hairpin: bool,
    ) -> None:
        check_port_fits(spec, port)
        names = self._names_for(port.version)
        if names is None:
            return
        resolved = resolve_port(spec, port)
        creation.port(names, spec, resolved, hairpin=hairpin)
        if port.protocol == "sctp" and self.config.sctp_checksum:
            checksum_rule(resolved).append(transaction)

    def release(
        self,
        transaction: Transaction,
        spec: NetworkSpec,
        *ports: PublishedPort,
        sparing: Container[IptRule] = frozenset(),
        hairpin: bool | None = None,
    ) -> None:
        """Take published ports' elements out.

        Raises:
            DriverError: a step failed.
        """
        if not self._is_there(transaction, spec):
            self.driver.release(transaction, spec, *ports, sparing=sparing, hairpin=hairpin)
            return
        removal = Removal(transaction, self._names)
        for port in ports:
            self._release(transaction, removal, spec, port, sparing)
        removal.finish()

    def _release(
        self,
        transaction: Transaction,
        removal: Removal,
        spec: NetworkSpec,
        port: PublishedPort,
        sparing: Container[IptRule],
    ) -> None:
        names = self._names_for(port.version)
        if names is None:
            return
        resolved = resolve_port(spec, port)
        shared = not sparing or open_rule(spec, resolved) not in sparing
        removal.port(names, spec, resolved, shared=shared)
        if port.protocol == "sctp" and self.config.sctp_checksum:
            rule = checksum_rule(resolved)
            if rule not in sparing:
                rule.delete(transaction)

    # Links.

    def link(self, transaction: Transaction, spec: NetworkSpec, link: Link) -> None:
        """Put a link's elements in.

        Raises:
            DriverError: a step failed.
        """
        creation = self._creation(transaction)
        if creation.note(spec) is None:
            self.driver.link(transaction, spec, link)
            return
        self._link(creation, spec, link)
        creation.finish()

    def _link(self, creation: Creation, spec: NetworkSpec, link: Link) -> None:
        names = self._names_for(IPVersion(link.parent.version))
        if names is not None:
            creation.link(names, spec, link)

    def unlink(self, transaction: Transaction, spec: NetworkSpec, link: Link) -> None:
        """Take a link's elements out.

        Raises:
            DriverError: a step failed.
        """
        if not self._is_there(transaction, spec):
            self.driver.unlink(transaction, spec, link)
            return
        removal = Removal(transaction, self._names)
        self._unlink(removal, spec, link)
        removal.finish()

    def _unlink(self, removal: Removal, spec: NetworkSpec, link: Link) -> None:
        names = self._names_for(IPVersion(link.parent.version))
        if names is not None:
            removal.link(names, spec, link)

    def remove_rules(self, transaction: Transaction, rules: Iterable[IptRule]) -> None:
        """Take the elements out that stand for these rules; with any of its own rules, a network.

        Raises:
            DriverError: a step failed.
        """
        states = {state.spec.bridge: state for state in networks_in_sets(transaction)}
        for rule in rules:
            if transaction.exists(rule):
                transaction.delete(rule)
                continue
            gone = elements_of(rule)
            transaction.delete_elements(gone.keys)
            state = states.pop(gone.network or "", None)
            if state is not None:
                self.delete_networks(transaction, [state])

    # Reading.

    def networks(self, view: View) -> tuple[NetworkState, ...]:
        """Every network in the sets, and behind them those that are there as rules."""
        return (*networks_in_sets(view), *recognize(view))

    def expand(self, ruleset: Ruleset) -> Ruleset:
        """The rules that the layout of rules would have after the same history."""
        return expand(ruleset, self.driver)

    # The pieces.

    def _isolating(self, transaction: Transaction) -> tuple[IPVersion, ...]:
        """The IP versions whose FORWARD leads to the isolation's chains."""
        jump = Jump(chain=ISOLATION_CHAIN_1)
        return tuple(
            version
            for version in self.config.versions
            if any(
                rule.body.target == jump for rule in transaction.rules(version, "filter", "FORWARD")
            )
        )

    def _names_for(self, version: IPVersion) -> Names | None:
        return next((names for names in self._names if names.version is version), None)

    def _is_there(self, transaction: Transaction, spec: NetworkSpec) -> bool:
        pair = (spec.bridge, spec.bridge)
        return any(pair in transaction.named_set(names.same) for names in self._names)

    def _bridges_of_rules(self, transaction: Transaction) -> Container[str]:
        """The bridges of networks that others, such as Docker, have rules for."""
        key = (SetsLayout._bridges_of_rules, self._versions)
        if not transaction.found(key, lambda: self._are_others(transaction)):
            return ()
        return {state.spec.bridge for state in recognize(transaction)}

    def _are_others(self, transaction: Transaction) -> bool:
        """Whether there are networks that were programmed as rules by others."""
        return any(
            rule.tag is None and rule.body.target != _RETURN
            for version in self._versions
            for rule in transaction.rules(version, "filter", ISOLATION_CHAIN_1)
        )


_RETURN: Final = Verdict(verdict="RETURN")

_Kind = tuple[bool, bool, bool]
"""Whether a network has no IPv4, no IPv6, and whether it is internal: on it its jumps depend."""
