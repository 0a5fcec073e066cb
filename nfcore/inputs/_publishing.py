"""Published ports of a container: which host addresses stand before which of its addresses."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv6Address

from nfcore.bridge import NetworkSpec, PublishedPort
from nfcore.exceptions import InvalidInput
from nfcore.inputs._notation import Publish
from nfcore.inputs._values import check_usable
from translate import IPAddress, IPVersion

__all__ = ["bindings", "check_container_address", "published_ports"]


def check_container_address(address: IPAddress, network: NetworkSpec) -> None:
    """Refuse an address that no container on the network can have.

    Raises:
        InvalidInput: where the network has no such IP version, or the address is outside its
            subnet, or is the subnet's, the broadcast's or the gateway's.
    """
    version = IPVersion(address.version)
    subnet = network.subnet(version)
    if subnet is None:
        raise InvalidInput(
            f"network {network.name} has no IPv{version}, so none can have {address}"
        )
    check_usable(address, subnet)
    if address in (network.gateway_v4, network.gateway_v6):
        raise InvalidInput(
            f"{address} is the gateway of network {network.name}: take another in {subnet}"
        )


def bindings(
    publish: Publish, *, network: NetworkSpec, address: IPAddress
) -> tuple[PublishedPort, ...]:
    """What Docker binds for one of a container's addresses (``configurePortBindingIPv4``, ``…6``).

    Without a host address the network's ``host_binding_ipv4`` is taken for IPv4; where it is set,
    nothing is published on IPv6, since the user asked for one IPv4 address.

    Returns:
        A port for each of the range; none where host and container address differ in version.
    """
    host_address = publish.host_address
    if host_address is None:
        if network.host_binding_ipv4 is not None and isinstance(address, IPv6Address):
            return ()
        host_address = network.host_binding_ipv4
    elif host_address.version != address.version:
        return ()
    if host_address is not None and host_address.is_unspecified:
        host_address = None
    return tuple(
        PublishedPort(
            address=address,
            port=port,
            protocol=publish.protocol,
            host_address=host_address,
            host_port=host_port,
        )
        for host_port, port in zip(publish.host_ports, publish.ports, strict=True)
    )


def published_ports(
    publish: Publish, *, network: NetworkSpec, addresses: Collection[IPAddress]
) -> tuple[PublishedPort, ...]:
    """The published ports of one container on one network.

    Args:
        publish: what is published.
        network: the network that has the container's default gateway.
        addresses: the container's addresses on it, at most one of each IP version.

    Raises:
        InvalidInput: for an internal network, an address that the network cannot have, and where
            no address is of the host address's version.
    """
    if network.internal:
        raise InvalidInput(
            f"network {network.name} is internal: Docker publishes no ports of its containers"
        )
    for address in addresses:
        check_container_address(address, network)
    ports = tuple(
        port
        for address in addresses
        for port in bindings(publish, network=network, address=address)
    )
    if not ports:
        host = publish.host_address or network.host_binding_ipv4
        raise InvalidInput(
            f"host address {host} and container address {', '.join(map(str, addresses))} differ in "
            "IP version: publish on an address of the container's version"
        )
    return ports
