"""A Compose file as a topology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from nfcore.inputs._document import Node
from nfcore.inputs._topology import PlannedNetwork, Topology
from nfcore.inputs.compose._addresses import check_addresses
from nfcore.inputs.compose._interpolation import expand
from nfcore.inputs.compose._networks import (
    BridgeNetwork,
    Declaration,
    OtherNetwork,
    build_bridges,
    read_network,
)
from nfcore.inputs.compose._publishing import PortsByNetwork, publish_services
from nfcore.inputs.compose._services import DEFAULT_NETWORK, Service, read_services
from translate import IPAddress, IPVersion

__all__ = ["read_compose"]

_FIELDS: Final = (
    "configs",
    "include",
    "models",
    "name",
    "networks",
    "secrets",
    "services",
    "version",
    "volumes",
)


def read_compose(root: Node, *, environment: Mapping[str, str]) -> Topology:
    """Read a Compose file.

    Every network of the file is there, whether a service uses it or not, under its ``name`` or else
    its key: the project's name is not put before it. Only text that says something about networks
    and ports is interpolated.

    Args:
        root: the document.
        environment: the variables for interpolation; ``COMPOSE_PROFILES`` says which profiles are
            on.

    Raises:
        InvalidInput: at the place of what cannot be right.
    """
    root = replace(root, expand=lambda text: expand(text, environment))
    fields = root.fields(_FIELDS)
    if "include" in fields:
        raise fields["include"].fail(
            "what it includes is not read: give the output of `docker compose config`"
        )
    notes: list[str] = []
    profiles = frozenset(environment.get("COMPOSE_PROFILES", "").split(",")) - {""}
    services = (
        read_services(fields["services"], profiles=profiles, notes=notes)
        if "services" in fields
        else []
    )
    networks = _networks(fields.get("networks"), services)
    check_addresses(services, networks)
    notes.extend(
        network.node.note(f"network {network.key} is {network.reason}, not programmed")
        for network in networks.values()
        if isinstance(network, OtherNetwork)
    )
    published = publish_services(services, networks, notes)
    planned = tuple(
        _planned(network, published, services)
        for network in networks.values()
        if isinstance(network, BridgeNetwork)
    )
    return Topology(networks=planned, notes=tuple(notes))


def _networks(
    node: Node | None, services: Sequence[Service]
) -> dict[str, BridgeNetwork | OtherNetwork]:
    """All networks in the file's order; an implicit ``default`` comes last."""
    entries = node.entries() if node is not None else {}
    read = {
        key: read_network(key, entry) for key, entry in entries.items() if not key.startswith("x-")
    }
    implicit = (
        attachment.node
        for service in services
        for attachment in service.attachments
        if attachment.network == DEFAULT_NETWORK
    )
    first = next(implicit, None)
    if first is not None and DEFAULT_NETWORK not in read:
        read[DEFAULT_NETWORK] = Declaration(key=DEFAULT_NETWORK, node=first, name=DEFAULT_NETWORK)
    bridges = build_bridges([item for item in read.values() if isinstance(item, Declaration)])
    by_key = {bridge.key: bridge for bridge in bridges}
    return {
        key: item if isinstance(item, OtherNetwork) else by_key[key] for key, item in read.items()
    }


def _planned(
    network: BridgeNetwork, published: PortsByNetwork, services: Sequence[Service]
) -> PlannedNetwork:
    ports = published.get(network.key, [])
    return PlannedNetwork(
        spec=network.spec,
        ports=tuple(port for port, _ in ports),
        addresses=_addresses_on(network, services),
        origin=network.node.origin,
        port_origins=tuple(origin for _, origin in ports),
    )


def _addresses_on(
    network: BridgeNetwork, services: Sequence[Service]
) -> frozenset[IPAddress] | None:
    """Every container's address on a network, or None where Docker chooses one of them."""
    versions = {v for v in IPVersion if network.spec.subnet(v) is not None}
    found: set[IPAddress] = set()
    for service in services:
        for attachment in service.attachments if service.replicas else ():
            if attachment.network != network.key:
                continue
            if not versions <= attachment.addresses.keys():
                return None
            found.update(address for address, _ in attachment.addresses.values())
    return frozenset(found)
