"""The ``services`` of a Compose file, as far as the firewall goes: networks and ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from nfcore.inputs._document import Node
from nfcore.inputs._notation import Publish
from nfcore.inputs._values import check_key, parse_address_of
from nfcore.inputs.compose._ports import read_port
from translate import IPAddress, IPVersion

__all__ = ["DEFAULT_NETWORK", "Attachment", "Service", "read_services"]

DEFAULT_NETWORK: Final = "default"

_READ: Final = ("deploy", "extends", "network_mode", "networks", "ports", "profiles", "scale")
_SLIP: Final = 0.85
"""How near to a key that is read an unknown one must be to be a slip of the pen."""
_ATTACHMENT_FIELDS: Final = (
    "aliases",
    "driver_opts",
    "gw_priority",
    "interface_name",
    "ipv4_address",
    "ipv6_address",
    "link_local_ips",
    "mac_address",
    "priority",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A service on a network.

    Args:
        network: the network's key.
        node: where that is said.
        addresses: the container's addresses with their places, by IP version.
        priority: ``gw_priority``.
    """

    network: str
    node: Node
    addresses: Mapping[IPVersion, tuple[IPAddress, Node]]
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that runs.

    Args:
        name: its key.
        node: where it stands.
        attachments: its networks; none where ``network_mode`` is given.
        network_mode: where its network is another's, or None.
        ports: what it publishes, each with its place.
        replicas: how many containers it has.
    """

    name: str
    node: Node
    attachments: tuple[Attachment, ...]
    network_mode: str | None
    ports: tuple[tuple[Publish, Node], ...]
    replicas: int


def read_services(node: Node, *, profiles: frozenset[str], notes: list[str]) -> list[Service]:
    """Read ``services``; those whose profile is off are noted and left out.

    Args:
        node: the value of ``services``.
        profiles: the profiles that are on (``COMPOSE_PROFILES``); ``*`` is every one.
        notes: remarks are added here.

    Raises:
        InvalidInput: for what a service's networks and ports cannot be.
    """
    services = []
    for name, service in node.entries().items():
        if name.startswith("x-"):
            continue
        with service.here():
            check_key(name)
        fields = service.entries()
        _refuse_slips(fields)
        own = [entry.text() for entry in fields["profiles"].items()] if "profiles" in fields else []
        if own and "*" not in profiles and profiles.isdisjoint(own):
            notes.append(service.note(f"left out: no profile of {own} is on"))
        else:
            services.append(_service(name, service, fields))
    return services


def _service(name: str, node: Node, fields: dict[str, Node]) -> Service:
    if "extends" in fields:
        raise fields["extends"].fail(
            "what it extends is not read: give the output of `docker compose config`"
        )
    mode = fields.get("network_mode")
    attachments = _attachments(node, fields.get("networks"), declared=mode is None)
    replicas = _replicas(fields)
    if replicas > 1:
        for attachment in attachments:
            for address, place in attachment.addresses.values():
                raise place.fail(
                    f"service {name} has {replicas} containers, but one can have {address}: "
                    "remove the address, or the replicas"
                )
    ports = fields["ports"].items() if "ports" in fields else ()
    return Service(
        name=name,
        node=node,
        attachments=attachments,
        network_mode=None if mode is None else mode.text(),
        ports=tuple((read_port(port), port) for port in ports),
        replicas=replicas,
    )


def _refuse_slips(fields: dict[str, Node]) -> None:
    for key, node in fields.items():
        if key in _READ:
            continue
        meant = get_close_matches(key, _READ, n=1, cutoff=_SLIP)
        if meant:
            raise node.fail(f"unknown key {key!r}; did you mean {meant[0]!r}?")


def _replicas(fields: dict[str, Node]) -> int:
    deploy = fields["deploy"].entries() if "deploy" in fields else {}
    replicas = fields.get("scale", deploy.get("replicas"))
    if replicas is None or replicas.is_null:
        return 1
    count = replicas.integer()
    if count < 0:
        raise replicas.fail(f"must be 0 or more containers, not {count}")
    return count


def _attachments(node: Node, networks: Node | None, *, declared: bool) -> tuple[Attachment, ...]:
    found: dict[str, Attachment] = {}
    if networks is not None and networks.is_sequence:
        for item in networks.items():
            key = item.text()
            if key in found:
                raise item.fail(f"network {key!r} stands here twice: remove one")
            found[key] = Attachment(network=key, node=item, addresses={})
    elif networks is not None:
        for key, entry in networks.entries().items():
            found[key] = _attachment(key, entry)
    if found and not declared:
        raise node.fail("has both networks and network_mode: remove one")
    if not found and declared:
        found[DEFAULT_NETWORK] = Attachment(network=DEFAULT_NETWORK, node=node, addresses={})
    return tuple(found.values())


def _attachment(key: str, node: Node) -> Attachment:
    fields = node.fields(_ATTACHMENT_FIELDS)
    addresses: dict[IPVersion, tuple[IPAddress, Node]] = {}
    for version in IPVersion:
        place = fields.get(f"ipv{version}_address")
        if place is not None and not place.is_null:
            with place.here():
                addresses[version] = (parse_address_of(place.text(), version), place)
    priority = fields["gw_priority"].integer() if "gw_priority" in fields else 0
    return Attachment(network=key, node=node, addresses=addresses, priority=priority)
