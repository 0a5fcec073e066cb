"""Three networks that between them have most of what a network can, and how any are programmed."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from nfcore.bridge import GatewayMode, Link, NetworkSpec, PublishedPort, WantedNetwork
from nfcore.engine import Engine, Transaction
from nfcore.layout import Layout
from nfcore.operations import Policy
from tests.bridge.strategies import Wanted
from translate import IPVersion

__all__ = ["BACK", "FIXED", "FRONT", "LINK", "WEB", "WEB_6", "fill", "program_networks"]

FRONT = NetworkSpec(
    name="front",
    bridge="br-front",
    subnet_v4=IPv4Network("10.1.0.0/16"),
    subnet_v6=IPv6Network("fd00:1::/64"),
)
BACK = NetworkSpec(
    name="back",
    bridge="br-back",
    subnet_v4=IPv4Network("10.2.0.0/24"),
    subnet_v6=IPv6Network("fd00:2::/64"),
    internal=True,
    icc=False,
)
FIXED = NetworkSpec(
    name="fixed",
    bridge="br-fixed",
    subnet_v4=IPv4Network("10.3.0.0/24"),
    subnet_v6=IPv6Network("fd00:3::/64"),
    host_ipv4=IPv4Address("192.0.2.9"),
    host_ipv6=IPv6Address("2001:db8::9"),
    gateway_mode_v6=GatewayMode.ROUTED,
)
WEB = PublishedPort(address=IPv4Address("10.1.0.2"), port=80, host_port=8080)
WEB_6 = PublishedPort(
    address=IPv6Address("fd00:1::2"),
    port=80,
    host_address=IPv6Address("2001:db8::1"),
    host_port=8080,
)
LINK = Link(parent=IPv4Address("10.1.0.2"), child=IPv4Address("10.1.0.3"), port=5432)


def program_networks(
    transaction: Transaction,
    layout: Layout,
    networks: Iterable[WantedNetwork],
    *,
    policy: Policy | None = None,
) -> None:
    """Program networks with their ports and links, the networks first.

    Args:
        transaction: where.
        layout: how they lie there.
        networks: which.
        policy: FORWARD's; None leaves it.
    """
    wanted = tuple(networks)
    layout.ensure_started(transaction)
    for network in wanted:
        layout.create_network(transaction, network.spec)
    for network in wanted:
        for port in network.ports:
            layout.publish(transaction, network.spec, port)
        for link in network.links:
            layout.link(transaction, network.spec, link)
    if policy is not None:
        for version in IPVersion:
            transaction.set_policy(version, "filter", "FORWARD", policy)


def fill(engine: Engine, layout: Layout) -> None:
    """Program the three, with what is published and linked."""
    front = Wanted(FRONT, ports=(WEB, WEB_6), links=(LINK,))
    with engine.transaction() as transaction:
        program_networks(transaction, layout, [front, Wanted(BACK), Wanted(FIXED)])
