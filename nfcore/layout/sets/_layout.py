"""The driver over sets."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import ClassVar, Final

from nfcore.bridge import (
    ISOLATION_CHAIN_1,
    Driver,
    Link,
    MadeBy,
    NetworkSpec,
    NetworkState,
    PublishedPort,
    address_text,
    check_port_fits,
    network_tags,
    port_tag,
    recognize,
    resolve_port,
)
from nfcore.engine import IptRule, Ruleset, SetView, Transaction
from nfcore.exceptions import Conflict
from nfcore.layout._base import Layout, View
from nfcore.layout.sets._comments import NetworkNote, next_number, note_of
from nfcore.layout.sets._expand import expand
from nfcore.layout.sets._jumps import Jumps
from nfcore.layout.sets._leaking import elements_of
from nfcore.layout.sets._lengths import add_lengths, add_usual_lengths, drop_lengths
from nfcore.layout.sets._links import link_elements
from nfcore.layout.sets._names import Names, names_of
from nfcore.layout.sets._network import network_elements, translates
from nfcore.layout.sets._older import newer_elements, older_elements
from nfcore.layout.sets._ports import hairpin_key, open_key, port_elements, shared_elements
from nfcore.layout.sets._recognize import networks_in_sets
from nfcore.layout.sets._rules import checksum_rule, open_rule
from nfcore.layout.sets._start import start, stop
from nfcore.operations import AddElement, DeleteElement, SetElement, SetRef
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
        self._same = _Sets(names.same for names in self._names)
        self._numbered = _Sets(ref for names in self._names for ref in names.numbered)

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
        if not self._is_there(transaction, spec) and self._rules_tell_of(transaction, spec):
            self.driver.create_network(transaction, spec, made_by=made_by)
            return
        with transaction.savepoint():
            if not self._same.of(transaction)[-1].exists:
                self.ensure_started(transaction)
            hairpin = self.config.hairpin
            tag, rest = network_tags(spec, made_by)
            note = self._note(transaction, spec, tag or "", hairpin)
            elements = [
                element
                for names in self._names
                for element in network_elements(
                    names, spec, hairpin=hairpin, comment=note.comment(), rest=rest
                )
            ]
            add_lengths(transaction, self._names, spec)
            self._check_free(transaction, spec, note.number)
            if note.hairpin:
                elements += [
                    element
                    for names in self._names
                    for element in newer_elements(transaction, names, spec, number=note.number)
                ]
            transaction.add_elements(elements)
            self._jumps.ensure(transaction, self._versions_of(spec), internal=spec.internal)

    def _note(
        self, transaction: Transaction, spec: NetworkSpec, tag: str, hairpin: bool
    ) -> NetworkNote:
        held = self._held(transaction, spec)
        if held is None:
            return NetworkNote(self._next_number(transaction), hairpin, tag)
        known = note_of(held.comment)
        if known is None:
            raise Conflict(f"network {spec.name}: bridge {spec.bridge} is in use by another")
        return known

    def _held(self, transaction: Transaction, spec: NetworkSpec) -> SetElement | None:
        """The element that tells of a network; each IP version has it."""
        pair = (spec.bridge, spec.bridge)
        found = (same.get(pair) for same in self._same.of(transaction))
        return next((element for element in found if element is not None), None)

    def _check_free(self, transaction: Transaction, spec: NetworkSpec, number: str) -> None:
        """Refuse a subnet that another network translates from."""
        for names in self._names:
            subnet = spec.subnet(names.version)
            if subnet is None or spec.internal:
                continue
            if not self.config.hairpin and not translates(spec, names.version):
                continue
            address, length = address_text(subnet.network_address), subnet.prefixlen
            if (address, spec.bridge) in transaction.named_set(names.own(length)):
                continue
            for ref in (names.masquerade(length), names.snat(length)):
                held = transaction.named_set(ref).get((address,))
                if held is not None and held.comment != number:
                    raise Conflict(f"network {spec.name}: subnet {subnet} is another network's")

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
        if not self._is_there(transaction, spec):
            self.driver.delete_network(transaction, spec, ports=ports, links=links, hairpin=hairpin)
            return
        own_hairpin = self.config.hairpin if hairpin is None else hairpin
        with transaction.savepoint():
            for link in links:
                self.unlink(transaction, spec, link)
            for port in ports:
                self.release(transaction, spec, port, hairpin=hairpin)
            gone: list[AddElement | DeleteElement] = []
            for names in self._names:
                gone += network_elements(names, spec, hairpin=own_hairpin, comment="", rest=None)
                gone += older_elements(transaction, names, spec)
            _take_out(transaction, gone)
            drop_lengths(transaction, self._names, spec)

    # Ports.

    def publish(self, transaction: Transaction, spec: NetworkSpec, port: PublishedPort) -> None:
        """Put a published port's elements in.

        Raises:
            Conflict: the host port leads elsewhere already.
            DriverError: a step failed.
            InvalidInput: the network is internal, or has no subnet that holds the address.
        """
        if not self._is_there(transaction, spec):
            self.driver.publish(transaction, spec, port)
            return
        check_port_fits(spec, port)
        names = self._names_for(port.version)
        if names is None:
            return
        resolved = resolve_port(spec, port)
        number = self._next_number(transaction)
        routed = spec.gateway_mode(port.version).nat_disabled
        hairpin = self._made_with_hairpin(transaction, spec)
        note = f"{number} {port_tag(resolved)}" if routed else number
        elements = [
            *port_elements(names, spec, resolved, hairpin=hairpin, number=number),
            *shared_elements(names, spec, resolved, hairpin=hairpin, note=note),
        ]
        transaction.add_elements(elements)
        if port.protocol == "sctp" and self.config.sctp_checksum:
            checksum_rule(resolved).append(transaction)

    def release(
        self,
        transaction: Transaction,
        spec: NetworkSpec,
        port: PublishedPort,
        *,
        sparing: Container[IptRule] = frozenset(),
        hairpin: bool | None = None,
    ) -> None:
        """Take a published port's elements out.

        Raises:
            DriverError: a step failed.
        """
        if not self._is_there(transaction, spec):
            self.driver.release(transaction, spec, port, sparing=sparing, hairpin=hairpin)
            return
        names = self._names_for(port.version)
        if names is None:
            return
        resolved = resolve_port(spec, port)
        gone: list[AddElement | DeleteElement] = [
            *port_elements(names, spec, resolved, hairpin=False, number="")
        ]
        if not sparing or open_rule(spec, resolved) not in sparing:
            gone += [
                DeleteElement(set=names.published, key=open_key(spec, resolved)),
                DeleteElement(set=names.hairpin, key=hairpin_key(resolved)),
            ]
        _take_out(transaction, gone)
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
        if not self._is_there(transaction, spec):
            self.driver.link(transaction, spec, link)
            return
        names = self._names_for(IPVersion(link.parent.version))
        if names is not None:
            number = self._next_number(transaction)
            transaction.add_elements([*link_elements(names, spec, link, number=number)])

    def unlink(self, transaction: Transaction, spec: NetworkSpec, link: Link) -> None:
        """Take a link's elements out.

        Raises:
            DriverError: a step failed.
        """
        if not self._is_there(transaction, spec):
            self.driver.unlink(transaction, spec, link)
            return
        names = self._names_for(IPVersion(link.parent.version))
        if names is not None:
            _take_out(transaction, link_elements(names, spec, link, number=""))

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
            _take_out(transaction, gone.elements)
            state = states.pop(gone.network or "", None)
            if state is not None:
                self.delete_network(
                    transaction,
                    state.spec,
                    ports=state.ports,
                    links=state.links,
                    hairpin=state.hairpin,
                )

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

    def _versions_of(self, spec: NetworkSpec) -> tuple[IPVersion, ...]:
        return tuple(v for v in self._versions if spec.subnet(v) is not None)

    def _names_for(self, version: IPVersion) -> Names | None:
        return next((names for names in self._names if names.version is version), None)

    def _is_there(self, transaction: Transaction, spec: NetworkSpec) -> bool:
        pair = (spec.bridge, spec.bridge)
        return any(pair in same for same in self._same.of(transaction))

    def _rules_tell_of(self, transaction: Transaction, spec: NetworkSpec) -> bool:
        """Whether others, such as Docker, have rules for the network's bridge."""
        key = (SetsLayout._rules_tell_of, self._versions)
        if not transaction.found(key, lambda: self._are_others(transaction)):
            return False
        return any(state.spec.bridge == spec.bridge for state in recognize(transaction))

    def _are_others(self, transaction: Transaction) -> bool:
        """Whether there are networks that were programmed as rules by others."""
        return any(
            rule.tag is None and rule.body.target != _RETURN
            for version in self._versions
            for rule in transaction.rules(version, "filter", ISOLATION_CHAIN_1)
        )

    def _made_with_hairpin(self, transaction: Transaction, spec: NetworkSpec) -> bool:
        held = self._held(transaction, spec)
        note = None if held is None else note_of(held.comment)
        return self.config.hairpin if note is None else note.hairpin

    def _next_number(self, transaction: Transaction) -> str:
        return next_number(self._numbered.of(transaction))


class _Sets:
    """Sets of all IP versions that are looked into for every network.

    Args:
        refs: which.
    """

    __slots__ = ("_refs",)

    def __init__(self, refs: Iterable[SetRef]) -> None:
        self._refs = tuple(refs)

    def of(self, transaction: Transaction) -> tuple[SetView, ...]:
        """As the transaction leaves them."""

        def find() -> tuple[SetView, ...]:
            return tuple(map(transaction.named_set, self._refs))

        return transaction.found(self, find, lasting=False)


_RETURN: Final = Verdict(verdict="RETURN")


def _take_out(transaction: Transaction, gone: Iterable[AddElement | DeleteElement]) -> None:
    transaction.delete_elements([DeleteElement(element.set, element.key) for element in gone])
