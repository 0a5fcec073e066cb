"""The output of ``docker network inspect``: networks as the daemon has them.

Its containers have addresses but no ports, so nothing is published.
"""

from __future__ import annotations

import re
from typing import Final

from nfcore.bridge import NetworkSpec
from nfcore.inputs._document import Node
from nfcore.inputs._driver_options import DriverSettings, driver_setting
from nfcore.inputs._network import Pool, build_network, pools_by_version
from nfcore.inputs._topology import PlannedNetwork, Topology
from nfcore.inputs._values import check_network_name, parse_address, parse_subnet
from translate import IPAddress, IPVersion

__all__ = ["looks_like_network", "read_inspect"]

_ID: Final = re.compile(r"[0-9a-f]{12,64}")


def looks_like_network(node: Node) -> bool:
    """Whether a mapping is one network as ``docker network inspect`` prints it."""
    return node.is_mapping and {"Name", "Id", "Driver"} <= node.entries().keys()


def read_inspect(networks: tuple[Node, ...]) -> Topology:
    """Take the bridge networks, in their order; others are noted.

    Raises:
        InvalidInput: for what no bridge network can be, or no networks.
    """
    planned, notes = [], []
    for node in networks:
        fields = node.entries()
        name, driver = (_required(node, fields, key).text() for key in ("Name", "Driver"))
        if driver != "bridge":
            notes.append(node.note(f"network {name!r} is of driver {driver!r}, not programmed"))
        elif "ConfigOnly" in fields and fields["ConfigOnly"].boolean():
            notes.append(node.note(f"network {name!r} is only a configuration, not programmed"))
        else:
            planned.append(
                PlannedNetwork(
                    spec=_network(node, fields), addresses=_containers(fields), origin=node.origin
                )
            )
    return Topology(networks=tuple(planned), notes=tuple(notes))


def _network(node: Node, fields: dict[str, Node]) -> NetworkSpec:
    name, identity = (_required(node, fields, key) for key in ("Name", "Id"))
    with name.here():
        check_network_name(name.text())
    if not _ID.fullmatch(identity.text()):
        raise identity.fail(f"must be a network's id in hexadecimal, not {identity.text()!r}")
    enabled = {
        IPVersion.V4: "EnableIPv4" not in fields or fields["EnableIPv4"].boolean(),
        IPVersion.V6: "EnableIPv6" in fields and fields["EnableIPv6"].boolean(),
    }
    with node.here():
        pools = pools_by_version(pool for pool in _pools(fields) if enabled[pool.version])
        return build_network(
            name=name.text(),
            pools=pools,
            internal="Internal" in fields and fields["Internal"].boolean(),
            settings=_settings(fields),
            bridge=f"br-{identity.text()[:12]}",
        )


def _containers(fields: dict[str, Node]) -> frozenset[IPAddress]:
    """The addresses of the containers, which are written with their prefix lengths."""
    containers = fields["Containers"].entries() if "Containers" in fields else {}
    found = set()
    for container in containers.values():
        entries = container.entries()
        for key in ("IPv4Address", "IPv6Address"):
            if key in entries and (text := entries[key].text()):
                with entries[key].here():
                    found.add(parse_address(text.partition("/")[0]))
    return frozenset(found)


def _settings(fields: dict[str, Node]) -> DriverSettings:
    settings: DriverSettings = {}
    for name, node in fields["Options"].entries().items() if "Options" in fields else ():
        with node.here():
            settings |= driver_setting(name, node.plain())
    return settings


def _pools(fields: dict[str, Node]) -> list[Pool]:
    ipam = fields["IPAM"].entries() if "IPAM" in fields else {}
    return [_pool(entry) for entry in (ipam["Config"].items() if "Config" in ipam else ())]


def _pool(node: Node) -> Pool:
    fields = node.entries()
    subnet = _required(node, fields, "Subnet")
    with subnet.here():
        network = parse_subnet(subnet.text())
    gateway = fields.get("Gateway")
    if gateway is None or not gateway.text():
        return Pool(subnet=network)
    with gateway.here():
        return Pool(subnet=network, gateway=parse_address(gateway.text()))


def _required(node: Node, fields: dict[str, Node], key: str) -> Node:
    if key not in fields:
        raise node.fail(f"has no {key!r}: it must be what `docker network inspect` prints")
    return fields[key]
