"""A network's address pools, and how a `NetworkSpec` is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeVar

from nfcore.bridge import NetworkSpec
from nfcore.exceptions import InvalidInput
from nfcore.inputs._driver_options import DriverSettings
from nfcore.inputs._values import check_usable, default_bridge_name
from translate import IPAddress, IPNetwork, IPVersion

__all__ = ["Pool", "build_network", "pools_by_version"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One entry of a network's ``ipam.config``.

    Args:
        subnet: the subnet.
        gateway: the bridge's address; None is the first of the subnet that a host can have.
        reserved: addresses that no container may take (``aux_addresses``).
    """

    subnet: IPNetwork
    gateway: IPAddress | None = None
    reserved: frozenset[IPAddress] = frozenset()

    def __post_init__(self) -> None:
        for address in self.reserved | {self.bridge_address}:
            check_usable(address, self.subnet)

    @property
    def version(self) -> IPVersion:
        """The subnet's IP version."""
        return IPVersion(self.subnet.version)

    @property
    def bridge_address(self) -> IPAddress:
        """The gateway as given, or the one that Docker would take."""
        if self.gateway is not None:
            return self.gateway
        free = (address for address in self.subnet.hosts() if address not in self.reserved)
        try:
            return next(free)
        except StopIteration:
            raise InvalidInput(
                f"every address of {self.subnet} is reserved: leave one for the gateway"
            ) from None


def pools_by_version(pools: Iterable[Pool]) -> dict[IPVersion, Pool]:
    """The pools of one network, which has at most one of each IP version.

    Raises:
        InvalidInput: where it has more, as the bridge driver says too.
    """
    found: dict[IPVersion, Pool] = {}
    for pool in pools:
        if pool.version in found:
            raise InvalidInput(
                f"a bridge network has one IPv{pool.version} subnet, but "
                f"{found[pool.version].subnet} and {pool.subnet} are given: remove one"
            )
        found[pool.version] = pool
    return found


def build_network(
    *,
    name: str,
    pools: Mapping[IPVersion, Pool],
    internal: bool = False,
    settings: DriverSettings,
    bridge: str | None = None,
) -> NetworkSpec:
    """Put a network together.

    Args:
        name: its name.
        pools: its subnets.
        internal: no way out of the network.
        settings: what its driver options set.
        bridge: the bridge's name where the options give none; None makes one of the name.

    Raises:
        InvalidInput: where `NetworkSpec` refuses.
    """
    v4, v6 = pools.get(IPVersion.V4), pools.get(IPVersion.V6)
    named: DriverSettings = {"bridge": bridge or default_bridge_name(name)}
    return NetworkSpec(
        name=name,
        subnet_v4=_only(IPv4Network, v4 and v4.subnet),
        subnet_v6=_only(IPv6Network, v6 and v6.subnet),
        gateway_v4=_only(IPv4Address, v4 and v4.bridge_address),
        gateway_v6=_only(IPv6Address, v6 and v6.bridge_address),
        internal=internal,
        **(named | settings),
    )


def _only(kind: type[T], value: object) -> T | None:
    return value if isinstance(value, kind) else None
