"""Making the router, the hosts and the links, and asking the router what it knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import IPv4Interface, ip_interface

from tests.translate.evaluate.lab.namespaces import run
from tests.translate.evaluate.lab.plan import LINKS, ROUTER, Link
from translate.evaluate import Environment, Packet, Route

__all__ = ["Namespaces", "build", "environment_of"]

Namespaces = Mapping[str, str]
"""The namespaces' names by their parts in the plan."""

_ROUTER_SYSCTLS = (
    "ipv4.ip_forward=1",
    "ipv4.conf.all.rp_filter=0",
    "ipv4.conf.all.send_redirects=0",
    "ipv6.conf.all.forwarding=1",
)
_HOST_SYSCTLS = (
    "ipv4.conf.all.accept_local=1",
    "ipv4.conf.all.rp_filter=0",
    "ipv6.conf.all.accept_redirects=0",
)
_DEFAULT_SYSCTLS = (
    "ipv4.conf.default.rp_filter=0",
    "ipv4.conf.default.send_redirects=0",
    "ipv6.conf.default.accept_redirects=0",
)


def build(namespaces: Namespaces) -> None:
    """Make links, addresses, routes and neighbours in empty namespaces."""
    router = namespaces[ROUTER]
    _set(router, (*_DEFAULT_SYSCTLS, *_ROUTER_SYSCTLS))
    run(router, ["ip", "link", "set", "lo", "up"])
    for link in LINKS:
        host = namespaces[link.name]
        _set(host, (*_DEFAULT_SYSCTLS, *_HOST_SYSCTLS))
        run(host, ["ip", "link", "set", "lo", "up"])
        run(
            router,
            ["ip", "link", "add", link.name, "type", "veth", "peer", "eth0", "netns", host],
        )
        _address(router, link.name, link.router)
        _address(host, "eth0", link.host)
        _introduce(router, link, host)


def environment_of(router: str) -> Environment:
    """What the evaluator has to know of the router, read from it."""
    listed = json.loads(run(router, ["ip", "-json", "address"]))
    addresses = {
        link["ifname"]: tuple(
            ip_interface(f"{info['local']}/{info['prefixlen']}") for info in link["addr_info"]
        )
        for link in listed
    }
    networks = [
        (address.network, name)
        for name, own in addresses.items()
        for address in own
        if not address.ip.is_link_local
    ]

    def route(packet: Packet) -> Route | None:
        return next(
            (Route(interface=name) for net, name in networks if packet.destination in net), None
        )

    return Environment(addresses=addresses, route=route)


def _set(namespace: str, settings: tuple[str, ...]) -> None:
    run(namespace, ["sysctl", "-q", *(f"net.{setting}" for setting in settings)])


def _address(namespace: str, interface: str, addresses: tuple[IPv4Interface | object, ...]) -> None:
    for address in addresses:
        extra = [] if isinstance(address, IPv4Interface) else ["nodad"]
        run(namespace, ["ip", "address", "add", str(address), "dev", interface, *extra])
    run(namespace, ["ip", "link", "set", interface, "up"])


def _introduce(router: str, link: Link, host: str) -> None:
    """Tell each side the other's Ethernet address, so that no packet has to wait for it."""
    for here, interface, there, far, addresses in (
        (router, link.name, host, "eth0", link.host),
        (host, "eth0", router, link.name, link.router),
    ):
        (listed,) = json.loads(run(there, ["ip", "-json", "link", "show", far]))
        for address in addresses:
            words = [str(address.ip), "lladdr", listed["address"], "dev", interface]
            run(here, ["ip", "neighbour", "replace", *words, "nud", "permanent"])
    gateways = {address.version: address for address in reversed(link.router)}
    for version, gateway in gateways.items():
        run(host, ["ip", f"-{version}", "route", "add", "default", "via", str(gateway.ip)])
