"""The published ports of all services, each on its network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from nfcore.bridge import PublishedPort
from nfcore.inputs._document import Node
from nfcore.inputs._notation import Publish
from nfcore.inputs._publishing import bindings
from nfcore.inputs._suggestions import did_you_mean
from nfcore.inputs._topology import Origin
from nfcore.inputs.compose._gateway import Gateway, select_gateways
from nfcore.inputs.compose._networks import BridgeNetwork, OtherNetwork
from nfcore.inputs.compose._services import Service
from translate import IPVersion

__all__ = ["PortsByNetwork", "publish_services"]

PortsByNetwork: TypeAlias = dict[str, list[tuple[PublishedPort, Origin]]]

_MODES: Final = ("bridge", "container:NAME", "host", "none", "service:NAME")


def publish_services(
    services: Sequence[Service],
    networks: Mapping[str, BridgeNetwork | OtherNetwork],
    notes: list[str],
) -> PortsByNetwork:
    """The published ports by the key of their network, in the file's order.

    Args:
        services: the services.
        networks: all networks by key.
        notes: remarks are added here.

    Raises:
        InvalidInput: for ports that cannot be published.
    """
    published: PortsByNetwork = {}
    for service in services:
        gateways = _gateways(service, networks, notes) if service.ports else {}
        if gateways:
            _check_addresses(service, gateways, notes)
        for publish, node in service.ports if gateways else ():
            for key, port in _bind(publish, node, gateways):
                published.setdefault(key, []).append((port, node.origin))
    return published


def _gateways(
    service: Service, networks: Mapping[str, BridgeNetwork | OtherNetwork], notes: list[str]
) -> dict[IPVersion, Gateway]:
    """The service's gateways; none, and a note, where Docker or nfcore publishes nothing."""
    if service.network_mode is not None:
        _refuse_mode(service.network_mode, service.node)
        reason = f"network_mode is {service.network_mode!r}"
    elif service.replicas == 0:
        reason = "the service has no containers"
    else:
        gateways = select_gateways(service.attachments, networks)
        if isinstance(gateways, OtherNetwork):
            reason = f"its gateway is network {gateways.key}, which is {gateways.reason}"
        elif gateways:
            return gateways
        else:
            reason = "all its networks are internal"
    notes.append(service.node.note(f"its ports are not published: {reason}"))
    return {}


def _refuse_mode(mode: str, node: Node) -> None:
    if mode in {"none", "bridge"}:
        return
    if mode == "host":
        raise node.fail("network_mode host leaves nothing to publish: remove ports")
    if mode.startswith(("container:", "service:")):
        raise node.fail(
            f"network_mode is {mode!r}: move the ports to the container that has the network"
        )
    raise node.fail(f"unknown network_mode {mode!r}; {did_you_mean(mode, _MODES)}")


def _check_addresses(
    service: Service, gateways: Mapping[IPVersion, Gateway], notes: list[str]
) -> None:
    missing = {
        version: gateway
        for version, gateway in gateways.items()
        if version not in gateway.attachment.addresses
    }
    if len(missing) == len(gateways):
        version, gateway = next(iter(missing.items()))
        raise service.ports[0][1].fail(_wanted_address(service, version, gateway))
    for version, gateway in missing.items():
        host_binding = gateway.network.spec.host_binding_ipv4
        if version is IPVersion.V4 or host_binding is None:
            notes.append(
                gateway.attachment.node.note(
                    f"its ports are not published on IPv{version}, for want of ipv{version}_address"
                )
            )


def _wanted_address(service: Service, version: IPVersion, gateway: Gateway) -> str:
    network = gateway.network
    subnet = network.spec.subnet(version)
    advice = (
        f"under services.{service.name}.networks.{network.key} write ipv{version}_address, an "
        f"address in {subnet}"
    )
    if version not in network.given:
        advice += (
            f", and give the network that subnet: networks.{network.key}.ipam.config, "
            f"- subnet: {subnet}"
        )
    return (
        f"service {service.name} publishes ports on network {network.key} but has no address "
        f"there: {advice}"
    )


def _bind(
    publish: Publish, node: Node, gateways: Mapping[IPVersion, Gateway]
) -> list[tuple[str, PublishedPort]]:
    bound = [
        (gateway.network.key, port)
        for version, gateway in sorted(gateways.items())
        if version in gateway.attachment.addresses
        for port in bindings(
            publish,
            network=gateway.network.spec,
            address=gateway.attachment.addresses[version][0],
        )
    ]
    if not bound:
        addresses = ", ".join(
            str(gateway.attachment.addresses[version][0])
            for version, gateway in sorted(gateways.items())
            if version in gateway.attachment.addresses
        )
        raise node.fail(
            f"host and container address ({addresses}) differ in IP version, so nothing would be "
            "published: give the container an address of the host address's version"
        )
    return bound
