"""Rules that nobody needs: left behind by what crashed, or by others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import translate
from nfcore.bridge._driver import resolve_port
from nfcore.bridge._facts import Fact, OpenPort, PortMasqueraded, Published
from nfcore.bridge._reading import DRIVER_CHAINS, read_fact
from nfcore.bridge._spec import NetworkSpec, PublishedPort
from nfcore.bridge._state import RulesView
from nfcore.engine import IptRule
from translate import IPAddress, IPVersion, Rule

__all__ = ["Inhabited", "Leak", "find_leaks"]


class Inhabited(Protocol):
    """A network as a file describes it, with the addresses of its containers."""

    @property
    def spec(self) -> NetworkSpec:
        """The network."""

    @property
    def ports(self) -> Sequence[PublishedPort]:
        """What is published on it."""

    @property
    def addresses(self) -> frozenset[IPAddress] | None:
        """Its containers' addresses, or None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """One rule that nobody needs.

    Attributes:
        rule: the rule.
        reason: why nobody needs it.
    """

    rule: Rule
    reason: str

    @property
    def ipt_rule(self) -> IptRule:
        """The rule in the driver's form, to be deleted."""
        rule = self.rule
        return IptRule(rule.version, rule.table, rule.chain, tuple(translate.format(rule)))

    def __str__(self) -> str:
        return f"{self.ipt_rule}: {self.reason}"


def find_leaks(view: RulesView, networks: Sequence[Inhabited]) -> tuple[Leak, ...]:
    """The rules in the driver's chains that none of these networks needs.

    They belong to a bridge of no network; or they send a host port to a second place; or they send
    it, or open the way, to an address that no container has. An address counts as nobody's where
    its network's addresses are all known and it is none of them, or where it is in no subnet.

    Args:
        view: where to look.
        networks: all networks that there should be.
    """
    return tuple(_Finder(networks).leaks(view))


class _Finder:
    def __init__(self, networks: Sequence[Inhabited]) -> None:
        self._networks = {network.spec.bridge: network for network in networks}
        self._wanted = {
            resolve_port(network.spec, port) for network in networks for port in network.ports
        }

    def leaks(self, view: RulesView) -> Iterator[Leak]:
        for version in IPVersion:
            for table, chain in DRIVER_CHAINS:
                facts = [
                    (placed.body, fact)
                    for placed in view.rules(version, table, chain)
                    if (fact := read_fact(placed.body)) is not None
                ]
                first = self._first_places(facts)
                for rule, fact in facts:
                    reason = self._reason(fact, first)
                    if reason is not None:
                        yield Leak(rule=rule, reason=reason)

    def _first_places(
        self, facts: Sequence[tuple[Rule, Fact]]
    ) -> Mapping[tuple[object, ...], PublishedPort]:
        """Which port has a place on the host: a wanted one, or else the first that matches."""
        places: dict[tuple[object, ...], PublishedPort] = {}
        for _, fact in facts:
            if isinstance(fact, Published):
                place = _place(fact.port)
                if place not in places or (
                    fact.port in self._wanted and places[place] not in self._wanted
                ):
                    places[place] = fact.port
        return places

    def _reason(self, fact: Fact, first: Mapping[tuple[object, ...], PublishedPort]) -> str | None:
        bridge = getattr(fact, "bridge", None)
        if bridge is not None and bridge not in self._networks:
            return f"bridge {bridge} belongs to no network"
        if isinstance(fact, Published):
            other = first[_place(fact.port)]
            if other != fact.port:
                return f"the host's port goes to two places, {other} is the other"
            return self._reason_for(fact.port.address)
        if isinstance(fact, OpenPort | PortMasqueraded):
            return self._reason_for(fact.address)
        return None

    def _reason_for(self, address: IPAddress) -> str | None:
        for network in self._networks.values():
            subnet = network.spec.subnet(IPVersion(address.version))
            if subnet is not None and address in subnet:
                if network.addresses is None or address in network.addresses:
                    return None
                return f"no container on network {network.spec.name} has {address}"
        return f"{address} is in no network"


def _place(port: PublishedPort) -> tuple[object, ...]:
    return port.version, port.protocol, port.host_address, port.host_port
