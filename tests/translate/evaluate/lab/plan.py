"""Who is where: the router's links, the hosts behind them, their addresses."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface
from typing import NamedTuple

from translate import IPAddress

__all__ = ["BROADCAST", "LINKS", "PORTS", "ROUTER", "Link", "addresses_of"]

PORTS = (1001, 1002, 1003, 1004)
ROUTER = "router"


class Link(NamedTuple):
    """A link between the router and a host of the same name.

    Attributes:
        name: the router's interface, and the host.
        router: the router's addresses on it.
        host: the host's addresses.
    """

    name: str
    router: tuple[IPv4Interface | IPv6Interface, ...]
    host: tuple[IPv4Interface | IPv6Interface, ...]


def _link(name: str, router: str, host: str) -> Link:
    return Link(
        name,
        tuple(ip_interface(text) for text in router.split()),
        tuple(ip_interface(text) for text in host.split()),
    )


LINKS = (
    _link(
        "net0",
        "10.0.0.1/24 fd00:0:0:a::1/64",
        "10.0.0.2/24 10.0.0.3/24 fd00:0:0:a::2/64 fd00:0:0:a::3/64",
    ),
    _link(
        "net1",
        "10.0.1.1/24 fd00:0:0:b::1/64",
        "10.0.1.2/24 10.0.1.3/24 fd00:0:0:b::2/64 fd00:0:0:b::3/64",
    ),
    _link(
        "up0",
        "192.0.2.1/28 192.0.2.17/28 2001:db8::1/64",
        "192.0.2.2/28 192.0.2.18/28 2001:db8::2/64",
    ),
)


BROADCAST = ip_address("10.0.1.255")
"""Of net1; the router takes for itself what others send there."""


@cache
def addresses_of(owner: str, version: int) -> tuple[IPAddress, ...]:
    """The addresses of a host, or of the router on all its links."""
    found = (
        link.router if owner == ROUTER else link.host
        for link in LINKS
        if owner in {ROUTER, link.name}
    )
    return tuple(a.ip for addresses in found for a in addresses if a.version == version)
