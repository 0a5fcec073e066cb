"""The ``ipam`` of a network in a Compose file."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Final

from nfcore.inputs._document import Node
from nfcore.inputs._network import Pool
from nfcore.inputs._values import check_usable, parse_address, parse_subnet
from translate import IPAddress, IPNetwork

__all__ = ["read_pools"]

_FIELDS: Final = ("config", "driver", "options")
_CONFIG_FIELDS: Final = ("aux_addresses", "gateway", "ip_range", "subnet")


def read_pools(node: Node) -> tuple[tuple[Node, Pool], ...]:
    """Read ``ipam``: each pool with the place of its subnet.

    Raises:
        InvalidInput: for an IPAM driver other than Docker's default one, and for entries that
            cannot be right.
    """
    fields = node.fields(_FIELDS)
    driver = fields.get("driver")
    if driver is not None and not driver.is_null and driver.text() != "default":
        raise driver.fail(
            f"IPAM driver {driver.text()!r} gives addresses that only it knows: write default"
        )
    return tuple(_pool(entry) for entry in (fields["config"].items() if "config" in fields else ()))


def _pool(node: Node) -> tuple[Node, Pool]:
    fields = node.fields(_CONFIG_FIELDS)
    if "subnet" not in fields:
        raise node.fail("has no subnet: write one like - subnet: 172.20.0.0/16")
    with fields["subnet"].here():
        subnet = parse_subnet(fields["subnet"].text())
    if "ip_range" in fields:
        _check_range(fields["ip_range"], subnet)
    auxiliary = fields["aux_addresses"].entries() if "aux_addresses" in fields else {}
    reserved = frozenset(_address(entry, subnet) for entry in auxiliary.values())
    gateway = fields.get("gateway")
    with node.here():
        return fields["subnet"], Pool(
            subnet=subnet,
            gateway=None if gateway is None else _address(gateway, subnet),
            reserved=reserved,
        )


def _address(node: Node, subnet: IPNetwork) -> IPAddress:
    with node.here():
        address = parse_address(node.text())
        check_usable(address, subnet)
        return address


def _check_range(node: Node, subnet: IPNetwork) -> None:
    """``ip_range`` only says where Docker takes addresses from, so it need only make sense."""
    try:
        inner = ip_network(node.text())
    except ValueError:
        inside = False
    else:
        inside = (
            inner.version == subnet.version
            and inner.network_address in subnet
            and inner.broadcast_address in subnet
        )
    if not inside:
        raise node.fail(f"must be a part of {subnet} in CIDR notation, not {node.text()!r}")
