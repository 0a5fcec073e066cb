"""The networks that every peer programs, as Docker would make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Final, Literal, Protocol, TypeVar

from nfcore.bridge import Driver, DriverConfig, Link, NetworkSpec, PublishedPort

__all__ = ["STACKS", "Action", "Network", "Stack", "carry_out", "driver_of", "make_network"]

Stack = Literal["ipv4", "dual"]
Action = Literal["create", "delete", "publish", "release"]
STACKS: Final[tuple[Stack, ...]] = ("ipv4", "dual")

F = TypeVar("F")
F_contra = TypeVar("F_contra", contravariant=True)

_V4_BASE: Final = 10 << 24
_V6_BASE: Final = 0xFD << 120
_FIRST_HOST_PORT: Final = 1024
_HOST_PORTS: Final = 64_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network, and what a container of it publishes.

    Args:
        spec: the network.
        ports: one container port behind one host port, for each IP version.
        links: none.
    """

    spec: NetworkSpec
    ports: tuple[PublishedPort, ...]
    links: tuple[Link, ...] = ()


def make_network(number: int, stack: Stack) -> Network:
    """The network of a number: a bridge named as Docker names it, a /24 and, dual stack, a /64.

    Args:
        number: 0 to 65535.
        stack: the IP versions.
    """
    v4 = IPv4Network((_V4_BASE + (number << 8), 24))
    v6 = IPv6Network((_V6_BASE + (number << 64), 64)) if stack == "dual" else None
    spec = NetworkSpec(
        name=f"network-{number}", bridge=f"br-{number:012x}", subnet_v4=v4, subnet_v6=v6
    )
    ports = tuple(
        PublishedPort(address=subnet[2], port=80, host_port=_FIRST_HOST_PORT + number % _HOST_PORTS)
        for subnet in (v4, v6)
        if subnet is not None
    )
    return Network(spec=spec, ports=ports)


def driver_of(stack: Stack) -> Driver:
    """Docker's driver, with IPv6 on or off."""
    return Driver(config=DriverConfig(enable_ip6tables=stack == "dual"))


class Programs(Protocol[F_contra]):
    """What programs networks into a kind of firewall: the driver, or a layout of nfcore's."""

    def create_network(self, firewall: F_contra, spec: NetworkSpec, /) -> None:
        """Program a network."""

    def delete_network(self, firewall: F_contra, spec: NetworkSpec, /) -> None:
        """Take it out."""

    def publish(self, firewall: F_contra, spec: NetworkSpec, port: PublishedPort, /) -> None:
        """Publish a port."""

    def release(self, firewall: F_contra, spec: NetworkSpec, port: PublishedPort, /) -> None:
        """Take it back."""


def carry_out(
    firewall: F, driver: Programs[F], action: Action, networks: Sequence[Network]
) -> None:
    """Do the same to each network, as the driver does it."""
    for network in networks:
        match action:
            case "create":
                driver.create_network(firewall, network.spec)
            case "delete":
                driver.delete_network(firewall, network.spec)
            case "publish":
                for port in network.ports:
                    driver.publish(firewall, network.spec, port)
            case "release":
                for port in network.ports:
                    driver.release(firewall, network.spec, port)
