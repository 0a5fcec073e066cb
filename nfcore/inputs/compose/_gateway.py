"""Which of a container's networks its ports are published on.

That is the network which has its default gateway (libnetwork's ``selectGatewayEndpoint``): of those
that are not internal, the first dual-stack one, or else the first of each IP version; ordered by
``gw_priority``, highest first, and then by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nfcore.inputs.compose._networks import BridgeNetwork, OtherNetwork
from nfcore.inputs.compose._services import Attachment
from translate import IPVersion

__all__ = ["Gateway", "select_gateways"]


@dataclass(frozen=True, slots=True)
class Gateway:
    """A container's default gateway of one IP version.

    Args:
        attachment: its place on the network.
        network: the network.
    """

    attachment: Attachment
    network: BridgeNetwork


def select_gateways(
    attachments: Sequence[Attachment], networks: Mapping[str, BridgeNetwork | OtherNetwork]
) -> dict[IPVersion, Gateway] | OtherNetwork:
    """The network of a container's default gateway, for each IP version.

    Args:
        attachments: the container's networks.
        networks: all networks by key.

    Returns:
        The gateways; none where all networks are internal. Where the first in order is a network
        that the bridge driver doesn't make, that network.
    """
    found: dict[IPVersion, Gateway] = {}
    ordered = sorted(attachments, key=lambda item: (-item.priority, _name(networks[item.network])))
    for attachment in ordered:
        network = networks[attachment.network]
        if isinstance(network, OtherNetwork):
            if not found:
                return network
            continue
        if network.spec.internal:
            continue
        gateway = Gateway(attachment, network)
        versions = [version for version in IPVersion if network.spec.subnet(version) is not None]
        if len(versions) == len(IPVersion):
            return dict.fromkeys(versions, gateway)
        for version in versions:
            found.setdefault(version, gateway)
    return found


def _name(network: BridgeNetwork | OtherNetwork) -> str:
    return network.spec.name if isinstance(network, BridgeNetwork) else network.key
