"""A published port's elements. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from nfcore.bridge import NetworkSpec, Protocol, PublishedPort, address_text, port_tag
from nfcore.layout.sets._elements import Elements
from nfcore.layout.sets._names import Names
from nfcore.operations import ElementKey, SetElement, SetRef
from translate.protocols import SCTP, TCP, UDP

__all__ = [
    "NUMBERS",
    "HostPort",
    "collect_port",
    "collect_released_port",
    "hairpin_key",
    "host_port",
    "open_key",
]

NUMBERS: Final[Mapping[Protocol, int]] = MappingProxyType({"tcp": TCP, "udp": UDP, "sctp": SCTP})
"""The protocols that ports are published for."""


class HostPort(NamedTuple):
    """Where a published port of the host lies in the sets.

    Attributes:
        addresses: the map to containers' addresses.
        ports: the map to their ports.
        own: the set of the networks that it is none for.
        key: its key in the two maps.
    """

    addresses: SetRef
    ports: SetRef
    own: SetRef
    key: ElementKey


def host_port(names: Names, port: PublishedPort) -> HostPort:
    """Where a port lies, on every address of the host or on one.

    Args:
        names: the sets of the port's IP version.
        port: the port, resolved.
    """
    key: ElementKey = (NUMBERS[port.protocol], port.host_port)
    host = port.host_address
    if host is None:
        return HostPort(names.any_address, names.any_port, names.own_any, key)
    own = (address_text(host), *key)
    return HostPort(names.one_address, names.one_port, names.own_one, own)


def collect_port(
    elements: Elements,
    names: Names,
    spec: NetworkSpec,
    port: PublishedPort,
    *,
    hairpin: bool,
    number: str,
) -> None:
    """Collect a published port's elements.

    Args:
        elements: where to.
        names: the sets of the port's IP version.
        spec: its network.
        port: the port, resolved.
        hairpin: whether containers reach published ports through the bridge.
        number: the port's place in the order of creation.

    Raises:
        Conflict: the host port leads elsewhere.
    """
    if spec.gateway_mode(names.version).nat_disabled:
        note = SetElement(comment=f"{number} {port_tag(port)}")
        elements.put(names.published, open_key(spec, port), note)
        return
    _collect_host_port(elements, names, spec, port, hairpin=hairpin, number=number)
    note = SetElement(comment=number)
    elements.put(names.published, open_key(spec, port), note)
    if hairpin:
        elements.put(names.hairpin, hairpin_key(port), note)


def _collect_host_port(
    elements: Elements,
    names: Names,
    spec: NetworkSpec,
    port: PublishedPort,
    *,
    hairpin: bool,
    number: str,
) -> None:
    """What sends a host port to a container."""
    to = host_port(names, port)
    note = f"{number} {spec.bridge}"
    elements.put(to.addresses, to.key, SetElement(address_text(port.address), note))
    elements.put(to.ports, to.key, SetElement(port.port))
    if not hairpin and not spec.masquerade:
        elements.put(to.own, (spec.bridge, *to.key))


def collect_released_port(
    elements: Elements,
    names: Names,
    spec: NetworkSpec,
    port: PublishedPort,
    *,
    mapped: bool,
    shared: bool,
) -> None:
    """Collect what goes with a published port; what is not there does no harm.

    Args:
        elements: where to.
        names: the sets of the port's IP version.
        spec: its network.
        port: the port, resolved.
        mapped: whether the host port leads to it, and not to another container.
        shared: whether the container's port, which all its host ports share, goes too.
    """
    if mapped and not spec.gateway_mode(names.version).nat_disabled:
        _collect_host_port(elements, names, spec, port, hairpin=False, number="")
    if shared:
        elements.put(names.published, open_key(spec, port))
        elements.put(names.hairpin, hairpin_key(port))


def open_key(spec: NetworkSpec, port: PublishedPort) -> ElementKey:
    """A container's port in ``published``."""
    return spec.bridge, address_text(port.address), NUMBERS[port.protocol], port.port


def hairpin_key(port: PublishedPort) -> ElementKey:
    """A container's port in ``hairpin``."""
    own = address_text(port.address)
    return own, own, NUMBERS[port.protocol], port.port
