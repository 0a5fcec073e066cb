"""What the kernel holds, in the form that `translate.evaluate` walks through. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_interface
from typing import Final, Literal

from nfcore.bridge import NetworkState
from nfcore.engine import Ruleset
from nfcore.executor import ForeignChain, ForeignTable
from nfcore.explain._resolve import network_of
from nfcore.operations import TABLES, BaseChain, TableRef, base_chain_of
from nfcore.operations import ChainRef as Ref
from nfcore.system import HostView
from translate import IPVersion
from translate.evaluate import Chain, Environment, Packet, Policy, Route
from translate.evaluate import Ruleset as Rules
from translate.evaluate.environment import IPInterface

__all__ = ["Held", "environment_of", "foreign_chains", "iptables_rules", "lone_chain"]

Kind = Literal["nf_tables", "iptables-legacy"]
_POLICIES: Final[dict[str, Policy]] = {"accept": "ACCEPT", "drop": "DROP"}
_HOME: Final = {
    "prerouting": "mangle",
    "input": "filter",
    "forward": "filter",
    "output": "filter",
    "postrouting": "mangle",
}
"""The table of iptables in which a foreign chain is walked through at each hook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Every rule that packets meet on a host.

    Attributes:
        kind: which tables hold nfcore's chains.
        rules: iptables' tables of that kind, in the form of rules.
        other: those of the other kind; None where there are none.
        foreign: nf_tables' other tables, as packets of an IP version meet them.
    """

    kind: Kind = "nf_tables"
    rules: Ruleset
    other: Ruleset | None = None
    foreign: Mapping[IPVersion, Sequence[ForeignTable]] = field(default_factory=dict)

    @property
    def other_kind(self) -> Kind:
        """The name of the other kind."""
        return "iptables-legacy" if self.kind == "nf_tables" else "nf_tables"


def iptables_rules(ruleset: Ruleset, version: IPVersion, *, without: Sequence[str] = ()) -> Rules:
    """Those chains of one IP version that are iptables' own.

    Args:
        ruleset: what the kernel holds, in the form of rules.
        version: the IP version.
        without: tables to leave out.
    """
    tables: dict[str, dict[str, Chain]] = {}
    for name in TABLES:
        table = TableRef(version=version, name=name)
        if name in without:
            continue
        for chain_name, chain in ruleset.chains(table).items():
            built_in = base_chain_of(Ref(table=table, name=chain_name)) is not None
            if built_in is (chain.base is not None):
                tables.setdefault(name, {})[chain_name] = Chain(
                    rules=tuple(held.body for held in chain),
                    policy=None if chain.base is None else _POLICIES[chain.base.policy],
                )
    return Rules(version=version, tables=tables)


def foreign_chains(
    held: Held, version: IPVersion
) -> Iterator[tuple[ForeignTable, str, ForeignChain, BaseChain]]:
    """Every base chain that is none of iptables', in the order of the kernel's priorities."""
    found = []
    for table in (*held.foreign.get(version, ()), *_within_iptables(held.rules, version)):
        for name, chain in table.chains.items():
            if chain.base is not None:
                found.append((table, name, chain, chain.base))
    yield from sorted(found, key=lambda item: item[3].priority)


def _within_iptables(ruleset: Ruleset, version: IPVersion) -> Iterator[ForeignTable]:
    """Base chains that others put into iptables' tables, such as a second one at a hook."""
    for name in TABLES:
        table = TableRef(version=version, name=name)
        chains = {
            chain_name: ForeignChain(base=chain.base, rules=tuple(held.body for held in chain))
            for chain_name, chain in ruleset.chains(table).items()
            if base_chain_of(Ref(table=table, name=chain_name)) is None
        }
        if any(chain.base is not None for chain in chains.values()):
            yield ForeignTable(family=version.family, name=name, chains=chains)


def lone_chain(table: ForeignTable, name: str, base: BaseChain, version: IPVersion) -> Rules:
    """A ruleset of nothing but one foreign base chain, and the chains that it leads to."""
    home = "nat" if base.type == "nat" else _HOME[base.hook]
    chains = {
        other: Chain(rules=tuple(replace(r, table=home, chain=other) for r in chain.rules))
        for other, chain in table.chains.items()
        if chain.base is None
    }
    built_in = base.hook.upper()
    chains[built_in] = Chain(
        rules=tuple(replace(r, table=home, chain=built_in) for r in table.chains[name].rules),
        policy=_POLICIES[base.policy],
    )
    return Rules(version=version, tables={home: chains})


def environment_of(host: HostView, networks: Sequence[NetworkState]) -> Environment:
    """The host's addresses and routes, as if the bridges of all networks were there and up.

    That one is missing or down is told apart, and what the rules say of it is asked all the same.
    """
    addresses: dict[str, tuple[IPInterface, ...]] = {
        name: device.addresses for name, device in host.devices.items()
    }
    for state in networks:
        if state.spec.bridge not in addresses:
            addresses[state.spec.bridge] = tuple(_gateways(state))

    def route(packet: Packet) -> Route | None:
        network = network_of(packet.destination, networks)
        if network is not None:
            device = host.devices.get(network.spec.bridge)
            if device is None or not device.up:
                return Route(interface=network.spec.bridge)
        return host.route(packet)

    return Environment(addresses=addresses, route=route, local_routes=host.local_routes)


def _gateways(state: NetworkState) -> Iterator[IPInterface]:
    for version in IPVersion:
        spec, subnet = state.spec, state.subnet(version)
        gateway = spec.gateway_v4 if version is IPVersion.V4 else spec.gateway_v6
        if gateway is not None and subnet is not None:
            yield ip_interface(f"{gateway}/{subnet.prefixlen}")
