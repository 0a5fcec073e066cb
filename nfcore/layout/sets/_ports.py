"""A published port's elements. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from nfcore.bridge import (
    NetworkSpec,
    Protocol,
    PublishedPort,
    address_text,
)
from nfcore.layout.sets._names import Names
from nfcore.operations import AddElement, ElementKey
from translate.protocols import SCTP, TCP, UDP

__all__ = ["NUMBERS", "hairpin_key", "open_key", "port_elements", "shared_elements"]

NUMBERS: Final[Mapping[Protocol, int]] = MappingProxyType({"tcp": TCP, "udp": UDP, "sctp": SCTP})
"""The protocols that ports are published for."""


def port_elements(
    names: Names, spec: NetworkSpec, port: PublishedPort, *, hairpin: bool, number: str
) -> Iterator[AddElement]:
    """The elements that send a host port to a container; none in routed mode.

    Args:
        names: the sets of the port's IP version.
        spec: its network.
        port: the port, resolved.
        hairpin: whether containers reach published ports through the bridge.
        number: the port's place in the order of creation.
    """
    if spec.gateway_mode(names.version).nat_disabled:
        return
    host = port.host_address
    key: ElementKey = (NUMBERS[port.protocol], port.host_port)
    addresses, ports, own = names.any_address, names.any_port, names.own_any
    if host is not None:
        key = (address_text(host), *key)
        addresses, ports, own = names.one_address, names.one_port, names.own_one
    note = f"{number} {spec.bridge}"
    yield AddElement(set=addresses, key=key, data=address_text(port.address), comment=note)
    yield AddElement(set=ports, key=key, data=port.port)
    if not hairpin and not spec.masquerade:
        yield AddElement(set=own, key=(spec.bridge, *key))


def shared_elements(
    names: Names, spec: NetworkSpec, port: PublishedPort, *, hairpin: bool, note: str
) -> Iterator[AddElement]:
    """The elements of a container's port, which all its host ports share.

    Args:
        names: the sets of the port's IP version.
        spec: its network.
        port: the port.
        hairpin: whether containers reach published ports through the bridge.
        note: the number, and in routed mode where the host's side is.
    """
    yield AddElement(set=names.published, key=open_key(spec, port), comment=note)
    if hairpin and not spec.gateway_mode(names.version).nat_disabled:
        yield AddElement(set=names.hairpin, key=hairpin_key(port), comment=note)


def open_key(spec: NetworkSpec, port: PublishedPort) -> ElementKey:
    """A container's port in ``published``."""
    return spec.bridge, address_text(port.address), NUMBERS[port.protocol], port.port


def hairpin_key(port: PublishedPort) -> ElementKey:
    """A container's port in ``hairpin``."""
    own = address_text(port.address)
    return own, own, NUMBERS[port.protocol], port.port
