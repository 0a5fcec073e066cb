"""The matrix of everything that a network can be asked to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import product

from nfcore.bridge import (
    Driver,
    DriverConfig,
    GatewayMode,
    Link,
    NetworkSpec,
    PublishedPort,
    Wsl2Host,
)
from nfcore.engine import Firewall
from translate import IPAddress

__all__ = ["COMBINATIONS", "Combination", "driver_for"]

V4, V6 = IPv4Network("172.30.0.0/24"), IPv6Network("fd00:30::/64")


def driver_for(*, hairpin: bool) -> Driver:
    """A driver that takes no look at the host it runs on."""
    return Driver(
        config=DriverConfig(enable_userland_proxy=not hairpin),
        host=Wsl2Host(has_link=lambda _: False),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """One network with its ports, and a link where containers may not talk otherwise."""

    name: str
    hairpin: bool
    spec: NetworkSpec
    ports: tuple[PublishedPort, ...]
    links: tuple[Link, ...]

    def create(self, firewall: Firewall) -> None:
        driver = driver_for(hairpin=self.hairpin)
        driver.create_network(firewall, self.spec)
        for port in self.ports:
            driver.publish(firewall, self.spec, port)
        for link in self.links:
            driver.link(firewall, self.spec, link)

    def delete(self, firewall: Firewall) -> None:
        driver = driver_for(hairpin=self.hairpin)
        driver.delete_network(firewall, self.spec, ports=self.ports, links=self.links)


def _ports(spec: NetworkSpec) -> Iterator[PublishedPort]:
    """Each protocol, on every address and on one, in each IP version."""
    hosts: tuple[IPAddress, ...] = (IPv4Address("198.51.100.7"), IPv6Address("2001:db8:7::7"))
    for subnet, host in zip((spec.subnet_v4, spec.subnet_v6), hosts, strict=True):
        if subnet is not None:
            container = subnet[2]
            yield PublishedPort(address=container, port=80, host_port=8080)
            yield PublishedPort(
                address=container, port=53, protocol="udp", host_address=host, host_port=5300
            )
            yield PublishedPort(address=container, port=38412, protocol="sctp", host_port=38412)


def _links(spec: NetworkSpec) -> Iterator[Link]:
    for subnet in (spec.subnet_v4, spec.subnet_v6):
        if subnet is not None and not spec.icc:
            yield Link(parent=subnet[3], child=subnet[2], port=5432)
            yield Link(parent=subnet[3], child=subnet[2], port=53, protocol="udp")


def _internal() -> Iterator[Combination]:
    for versions, icc, hairpin in product(("v4", "v6", "dual"), (True, False), (False, True)):
        words = ["internal", versions, "icc" if icc else "noicc", "hairpin" if hairpin else "proxy"]
        spec = NetworkSpec(
            name="inner",
            bridge="br-inner",
            subnet_v4=V4 if versions != "v6" else None,
            subnet_v6=V6 if versions != "v4" else None,
            internal=True,
            icc=icc,
        )
        links = tuple(_links(spec))
        yield Combination(name="-".join(words), hairpin=hairpin, spec=spec, ports=(), links=links)


def _external() -> Iterator[Combination]:
    flags = (True, False)
    for versions, icc, hairpin, routed, masquerade, host in product(
        ("v4", "v6", "dual"), flags, flags, flags, flags, flags
    ):
        words = [
            versions,
            "icc" if icc else "noicc",
            "hairpin" if hairpin else "proxy",
            "routed" if routed else "nat",
            "masq" if masquerade else "nomasq",
            *(["hostip"] if host else []),
        ]
        mode = GatewayMode.ROUTED if routed else GatewayMode.NAT
        spec = NetworkSpec(
            name="outer",
            bridge="br-outer",
            subnet_v4=V4 if versions != "v6" else None,
            subnet_v6=V6 if versions != "v4" else None,
            icc=icc,
            masquerade=masquerade,
            gateway_mode_v4=mode,
            gateway_mode_v6=mode,
            host_ipv4=IPv4Address("198.51.100.8") if host else None,
            host_ipv6=IPv6Address("2001:db8:7::8") if host else None,
        )
        yield Combination(
            name="-".join(words),
            hairpin=hairpin,
            spec=spec,
            ports=tuple(_ports(spec)),
            links=tuple(_links(spec)),
        )


COMBINATIONS = (*_internal(), *_external())
