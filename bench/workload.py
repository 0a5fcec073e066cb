"""The networks that every peer programs, as Docker would make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Final, Literal, Protocol, TypeVar

from nfcore.bridge import (
    Driver,
    DriverConfig,
    Link,
    NetworkParts,
    NetworkSpec,
    PublishedPort,
)
from nfcore.engine import Engine
from nfcore.executor import FakeExecutor

__all__ = [
    "KEPT",
    "STACKS",
    "WIDE",
    "Action",
    "Network",
    "Stack",
    "carry_out",
    "driver_of",
    "make_network",
    "rules_of",
]

Stack = Literal["ipv4", "dual"]
Action = Literal["create", "delete", "publish", "release"]
STACKS: Final[tuple[Stack, ...]] = ("ipv4", "dual")

KEPT: Final = 65_535
"""A network for those that need one to stay."""
WIDE: Final = 100_000
"""From this number on, all are one network, and each publishes another container's port on it."""

F = TypeVar("F")
F_contra = TypeVar("F_contra", contravariant=True)

_V4_BASE: Final = 10 << 24
_V6_BASE: Final = 0xFD << 120
_WIDE_SUBNETS: Final = (IPv4Network("172.16.0.0/16"), IPv6Network("fdff:0:0:1::/64"))
_FIRST_HOST_PORT: Final = 1024
_HOST_PORTS: Final = 64_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network, and what a container of it publishes.

    Args:
        spec: the network.
        ports: one container port behind one host port, for each IP version.
        links: none.
        bare: the network without its ports, which are published by themselves.
    """

    spec: NetworkSpec
    ports: tuple[PublishedPort, ...]
    links: tuple[Link, ...] = ()
    bare: NetworkParts


def make_network(number: int, stack: Stack) -> Network:
    """The network of a number: a bridge named as Docker names it, a /24 and, dual stack, a /64.

    Args:
        number: 0 to 65535; or `WIDE` and more for the network with room for that many containers.
        stack: the IP versions.
    """
    if number >= WIDE:
        return _made(WIDE, number - WIDE, *_WIDE_SUBNETS, stack)
    v4 = IPv4Network((_V4_BASE + (number << 8), 24))
    v6 = IPv6Network((_V6_BASE + (number << 64), 64))
    return _made(number, 0, v4, v6, stack, first_port=number)


def _made(
    number: int, container: int, v4: IPv4Network, v6: IPv6Network, stack: Stack, first_port: int = 0
) -> Network:
    spec = NetworkSpec(
        name=f"network-{number}",
        bridge=f"br-{number:012x}",
        subnet_v4=v4,
        subnet_v6=v6 if stack == "dual" else None,
    )
    host_port = _FIRST_HOST_PORT + (first_port + container) % _HOST_PORTS
    ports = tuple(
        PublishedPort(address=subnet[2 + container], port=80, host_port=host_port)
        for subnet in (v4, v6)
        if isinstance(subnet, IPv4Network) or stack == "dual"
    )
    return Network(spec=spec, ports=ports, bare=NetworkParts(spec))


def driver_of(stack: Stack) -> Driver:
    """Docker's driver, with IPv6 on or off."""
    return Driver(config=DriverConfig(enable_ip6tables=stack == "dual"))


class Programs(Protocol[F_contra]):
    """What programs networks into a kind of firewall: the driver, or a layout of nfcore's."""

    def create_networks(self, firewall: F_contra, networks: Sequence[NetworkParts], /) -> None:
        """Program networks."""

    def delete_networks(self, firewall: F_contra, networks: Sequence[NetworkParts], /) -> None:
        """Take them out."""

    def publish(self, firewall: F_contra, spec: NetworkSpec, /, *ports: PublishedPort) -> None:
        """Publish ports."""

    def release(self, firewall: F_contra, spec: NetworkSpec, /, *ports: PublishedPort) -> None:
        """Take them back."""


def carry_out(
    firewall: F, driver: Programs[F], action: Action, networks: Sequence[Network]
) -> None:
    """Do the same to each network, as the driver does it."""
    match action:
        case "create":
            driver.create_networks(firewall, [network.bare for network in networks])
        case "delete":
            driver.delete_networks(firewall, [network.bare for network in networks])
        case "publish":
            for network in networks:
                driver.publish(firewall, network.spec, *network.ports)
        case "release":
            for network in networks:
                driver.release(firewall, network.spec, *network.ports)


def rules_of(action: Action, stack: Stack) -> int:
    """How many rules of iptables' there are for each network, or for each published port."""
    driver = driver_of(stack)
    with Engine(FakeExecutor()) as engine:

        def size_after(what: Action, number: int) -> int:
            with engine.transaction() as transaction:
                driver.ensure_started(transaction)
                carry_out(transaction, driver, what, [make_network(number, stack)])
            tables = engine.ruleset.snapshot().tables.values()
            return sum(len(chain.rules) for table in tables for chain in table.chains.values())

        first, second = (size_after("create", number) for number in range(2))
        if action in {"create", "delete"}:
            return second - first
        return size_after("publish", 1) - second
