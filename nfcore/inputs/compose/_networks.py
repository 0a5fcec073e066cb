"""The ``networks`` of a Compose file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address, IPv6Network
from typing import Final

from nfcore.bridge import NetworkSpec
from nfcore.exceptions import InvalidInput
from nfcore.inputs._document import Node
from nfcore.inputs._driver_options import BRIDGE_NAME_OPTION, DriverSettings, driver_setting
from nfcore.inputs._network import Pool, build_network, pools_by_version
from nfcore.inputs._suggestions import did_you_mean
from nfcore.inputs._values import check_key, check_network_name
from nfcore.inputs.compose._ipam import read_pools
from nfcore.inputs.compose._pools import free_pools
from translate import IPAddress, IPVersion

__all__ = ["BridgeNetwork", "Declaration", "OtherNetwork", "build_bridges", "read_network"]

_FIELDS: Final = (
    "attachable",
    "driver",
    "driver_opts",
    "enable_ipv4",
    "enable_ipv6",
    "external",
    "internal",
    "ipam",
    "labels",
    "name",
)
_OTHER_DRIVERS: Final = ("host", "ipvlan", "macvlan", "none", "null", "overlay")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherNetwork:
    """A network that the bridge driver doesn't make: external, or another driver's.

    Args:
        key: its key in the file.
        reason: why it is not programmed.
        node: where it stands.
    """

    key: str
    reason: str
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What the file says of one bridge network.

    Args:
        key: its key in the file.
        node: where it stands.
        name: its name.
        pools: the subnets that it gives.
        versions: the IP versions that are on.
        internal: no way out of the network.
        settings: what its driver options set.
        bridge_node: where the bridge's name stands, or None.
    """

    key: str
    node: Node
    name: str
    pools: dict[IPVersion, Pool] = field(default_factory=dict)
    versions: tuple[IPVersion, ...] = (IPVersion.V4,)
    internal: bool = False
    settings: DriverSettings = field(default_factory=DriverSettings)
    bridge_node: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeNetwork:
    """A bridge network with all that services need to know.

    Args:
        key: its key in the file.
        node: where it stands.
        spec: the network.
        given: the IP versions whose subnet the file gives; only there may a container ask for an
            address.
        reserved: addresses that no container may take.
    """

    key: str
    node: Node
    spec: NetworkSpec
    given: frozenset[IPVersion]
    reserved: frozenset[IPAddress]


def read_network(key: str, node: Node) -> Declaration | OtherNetwork:
    """Read one entry of ``networks``.

    Raises:
        InvalidInput: for what a bridge network cannot be.
    """
    with node.here():
        check_key(key)
    fields = node.fields(_FIELDS)
    if _is_external(fields):
        return OtherNetwork(key=key, reason="external", node=node)
    driver = _driver(fields)
    if driver != "bridge":
        return OtherNetwork(key=key, reason=f"of driver {driver!r}", node=node)
    name = key
    if "name" in fields:
        name = fields["name"].text()
    with fields.get("name", node).here():
        check_network_name(name)
    options = fields["driver_opts"].entries() if "driver_opts" in fields else {}
    pools = read_pools(fields["ipam"]) if "ipam" in fields else ()
    with node.here():
        by_version = pools_by_version(pool for _, pool in pools)
    declaration = Declaration(
        key=key,
        node=node,
        name=name,
        pools=by_version,
        versions=_versions(node, fields),
        internal="internal" in fields and fields["internal"].boolean(),
        settings=_settings(options),
        bridge_node=options.get(BRIDGE_NAME_OPTION),
    )
    for subnet_node, pool in pools:
        if pool.version not in declaration.versions:
            raise subnet_node.fail(
                f"{pool.subnet} needs IPv{pool.version}, which is off: add "
                f"enable_ipv{pool.version}: true to the network"
            )
    return declaration


def build_bridges(declarations: Sequence[Declaration]) -> list[BridgeNetwork]:
    """Give subnets to the networks that have none, and build all.

    Raises:
        InvalidInput: for an IPv6 network without a subnet, and for what `NetworkSpec` refuses.
    """
    free = free_pools(pool.subnet for network in declarations for pool in network.pools.values())
    bridges = []
    for network in declarations:
        pools = dict(network.pools)
        with network.node.here():
            if IPVersion.V4 in network.versions and IPVersion.V4 not in pools:
                pools[IPVersion.V4] = Pool(subnet=next(free))
            if IPVersion.V6 in network.versions and IPVersion.V6 not in pools:
                raise InvalidInput(
                    "IPv6 is on without an IPv6 subnet (Docker would pick one at random): add to "
                    f"ipam.config, for instance, - subnet: {_unique_local_subnet(network.name)}"
                )
        with (network.bridge_node or network.node).here():
            spec = build_network(
                name=network.name,
                pools=pools,
                internal=network.internal,
                settings=network.settings,
            )
        bridges.append(
            BridgeNetwork(
                key=network.key,
                node=network.node,
                spec=spec,
                given=frozenset(network.pools),
                reserved=frozenset().union(*(pool.reserved for pool in pools.values())),
            )
        )
    return bridges


def _is_external(fields: dict[str, Node]) -> bool:
    external = fields.get("external")
    if external is None:
        return False
    return external.is_mapping or external.boolean()


def _driver(fields: dict[str, Node]) -> str:
    if "driver" not in fields or fields["driver"].is_null:
        return "bridge"
    driver = fields["driver"].text()
    if driver in {"bridge", "default", ""}:
        return "bridge"
    if driver in _OTHER_DRIVERS:
        return driver
    raise fields["driver"].fail(
        f"unknown driver {driver!r}; {did_you_mean(driver, ('bridge', *_OTHER_DRIVERS))}"
    )


def _versions(node: Node, fields: dict[str, Node]) -> tuple[IPVersion, ...]:
    v4 = "enable_ipv4" not in fields or fields["enable_ipv4"].boolean()
    v6 = "enable_ipv6" in fields and fields["enable_ipv6"].boolean()
    if not v4 and not v6:
        raise node.fail("neither IPv4 nor IPv6 is on: add enable_ipv6: true and an IPv6 subnet")
    return tuple(version for version, on in ((IPVersion.V4, v4), (IPVersion.V6, v6)) if on)


def _settings(options: dict[str, Node]) -> DriverSettings:
    settings: DriverSettings = {}
    for name, node in options.items():
        with node.here():
            settings |= driver_setting(name, node.plain())
    return settings


def _unique_local_subnet(name: str) -> IPv6Network:
    """A subnet out of fd00::/8 (RFC 4193) that two networks hardly share."""
    digits = hashlib.sha256(name.encode()).digest()[:7]
    return IPv6Network((IPv6Address(b"\xfd" + digits + bytes(8)), 64))
