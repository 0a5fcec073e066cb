"""The fixed addresses of services, checked against their networks and each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nfcore.inputs._document import Node
from nfcore.inputs._publishing import check_container_address
from nfcore.inputs._suggestions import did_you_mean
from nfcore.inputs.compose._networks import BridgeNetwork, OtherNetwork
from nfcore.inputs.compose._services import Attachment, Service
from translate import IPAddress

__all__ = ["check_addresses"]


def check_addresses(
    services: Sequence[Service], networks: Mapping[str, BridgeNetwork | OtherNetwork]
) -> None:
    """Refuse services on networks that are not there, and addresses that they cannot have.

    Raises:
        InvalidInput: at the network or address of the service.
    """
    taken: dict[tuple[str, IPAddress], tuple[str, Node]] = {}
    for service in services:
        for attachment in service.attachments:
            if attachment.network not in networks:
                raise attachment.node.fail(
                    f"service {service.name} is on network {attachment.network!r}, which networks "
                    f"doesn't have; {did_you_mean(attachment.network, list(networks))}"
                )
            network = networks[attachment.network]
            if isinstance(network, OtherNetwork):
                continue
            _check_against_network(attachment, network)
            for address, node in attachment.addresses.values():
                owner, place = taken.setdefault((attachment.network, address), (service.name, node))
                if place is not node:
                    raise node.fail(
                        f"{address} is the address of service {owner} (line {place.line}) already: "
                        "take another"
                    )


def _check_against_network(attachment: Attachment, network: BridgeNetwork) -> None:
    for version, (address, node) in attachment.addresses.items():
        with node.here():
            check_container_address(address, network.spec)
        if version not in network.given:
            raise node.fail(
                f"network {network.key} must give its subnet before a service can have an address: "
                f"networks.{network.key}.ipam.config, - subnet: {network.spec.subnet(version)}"
            )
        if address in network.reserved:
            raise node.fail(
                f"{address} is reserved by aux_addresses of network {network.key}: take another"
            )
