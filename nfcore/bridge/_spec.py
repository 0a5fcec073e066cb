"""What a network, a published port, a link and the driver are: the bridge layer's own words.

Every value validates itself, so what reaches the rule builders cannot be wrong.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal

from nfcore.exceptions import InvalidInput
from translate import Interface, InvalidRule, IPVersion

__all__ = [
    "DriverConfig",
    "GatewayMode",
    "Link",
    "NetworkSpec",
    "Protocol",
    "PublishedPort",
]

Protocol = Literal["tcp", "udp", "sctp"]


class GatewayMode(enum.Enum):
    """``com.docker.network.bridge.gateway_mode_ipv4`` and ``…_ipv6``."""

    NAT = "nat"
    ROUTED = "routed"

    @property
    def nat_disabled(self) -> bool:
        """The driver's ``gwMode.natDisabled()``."""
        return self is GatewayMode.ROUTED


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverConfig:
    """The bridge driver's own configuration (the seed's ``configuration``).

    Args:
        enable_iptables: program IPv4.
        enable_ip6tables: program IPv6.
        enable_userland_proxy: docker-proxy listens on the host; without it hairpin mode is on.
        userland_proxy_path: where docker-proxy is; empty when there is none.
        sctp_checksum: ``DOCKER_IPTABLES_SCTP_CHECKSUM=1`` is in the environment.
    """

    enable_iptables: bool = True
    enable_ip6tables: bool = True
    enable_userland_proxy: bool = True
    userland_proxy_path: str = "/usr/bin/docker-proxy"
    sctp_checksum: bool = False

    @property
    def hairpin(self) -> bool:
        """Whether containers reach each other's published ports through the bridge."""
        return not self.enable_userland_proxy

    @property
    def versions(self) -> tuple[IPVersion, ...]:
        """The IP versions that the driver programs."""
        enabled = ((IPVersion.V4, self.enable_iptables), (IPVersion.V6, self.enable_ip6tables))
        return tuple(version for version, on in enabled if on)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSpec:
    """One bridge network (the seed's ``networkConfiguration`` and ``bridgeInterface``).

    Args:
        name: the network's name, as in ``docker network ls``.
        bridge: the bridge's interface name, at most 15 bytes.
        subnet_v4: its IPv4 subnet, or None where IPv4 is off.
        subnet_v6: its IPv6 subnet, or None where IPv6 is off.
        gateway_v4: the bridge's own IPv4 address, or None.
        gateway_v6: the bridge's own IPv6 address, or None.
        internal: no way out of the network.
        icc: containers may talk to each other (``enable_icc``).
        masquerade: rewrite outgoing packets' source (``enable_ip_masquerade``).
        gateway_mode_v4: nat or routed.
        gateway_mode_v6: nat or routed.
        host_ipv4: SNAT to this address instead of masquerading (``host_ipv4``).
        host_ipv6: the same for IPv6.
        host_binding_ipv4: where ports without a host address are published
            (``host_binding_ipv4``); None is every address.
    """

    name: str
    bridge: str
    subnet_v4: IPv4Network | None = None
    subnet_v6: IPv6Network | None = None
    gateway_v4: IPv4Address | None = None
    gateway_v6: IPv6Address | None = None
    internal: bool = False
    icc: bool = True
    masquerade: bool = True
    gateway_mode_v4: GatewayMode = GatewayMode.NAT
    gateway_mode_v6: GatewayMode = GatewayMode.NAT
    host_ipv4: IPv4Address | None = None
    host_ipv6: IPv6Address | None = None
    host_binding_ipv4: IPv4Address | None = None

    def __post_init__(self) -> None:
        if not self.name:
            raise InvalidInput("a network needs a name")
        try:
            interface = Interface(self.bridge)
        except InvalidRule as error:
            raise InvalidInput(f"network {self.name}: bridge name: {error}") from error
        if interface.is_wildcard or self.bridge in {".", ".."} or ":" in self.bridge:
            raise InvalidInput(
                f"network {self.name}: bridge name {self.bridge!r}: the kernel allows no '.', '..' "
                "or ':', and iptables would read a '+' at its end as a wildcard"
            )
        if self.subnet_v4 is None and self.subnet_v6 is None:
            raise InvalidInput(f"network {self.name}: neither an IPv4 nor an IPv6 subnet")
        for gateway, subnet in (
            (self.gateway_v4, self.subnet_v4),
            (self.gateway_v6, self.subnet_v6),
        ):
            if gateway is not None and (subnet is None or gateway not in subnet):
                raise InvalidInput(
                    f"network {self.name}: gateway {gateway} is not in its subnet {subnet}"
                )

    def subnet(self, version: IPVersion) -> IPv4Network | IPv6Network | None:
        """The subnet of one IP version, or None where the network has none."""
        return self.subnet_v4 if version is IPVersion.V4 else self.subnet_v6

    def gateway_mode(self, version: IPVersion) -> GatewayMode:
        """The gateway mode of one IP version."""
        return self.gateway_mode_v4 if version is IPVersion.V4 else self.gateway_mode_v6

    def host_ip(self, version: IPVersion) -> IPv4Address | IPv6Address | None:
        """The SNAT address of one IP version, or None to masquerade."""
        return self.host_ipv4 if version is IPVersion.V4 else self.host_ipv6


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPort:
    """One container port behind one host port (libnetwork's ``PortBinding``).

    Args:
        address: the container's address.
        port: its port, 1 to 65535.
        protocol: tcp, udp or sctp.
        host_address: the host address it is published on; None is every address of that version.
        host_port: the host's port, 1 to 65535.
    """

    address: IPv4Address | IPv6Address
    port: int
    protocol: Protocol = "tcp"
    host_address: IPv4Address | IPv6Address | None = None
    host_port: int

    def __post_init__(self) -> None:
        for name in ("port", "host_port"):
            value = getattr(self, name)
            if not 1 <= value <= 65535:
                raise InvalidInput(f"{name} must be 1 to 65535, not {value}")
        if self.protocol not in {"tcp", "udp", "sctp"}:
            raise InvalidInput(f"protocol must be tcp, udp or sctp, not {self.protocol!r}")
        if self.host_address is not None and self.host_address.version != self.address.version:
            raise InvalidInput(
                f"host address {self.host_address} and container address {self.address} "
                "differ in IP version"
            )

    @property
    def version(self) -> IPVersion:
        """The IP version of both addresses."""
        return IPVersion(self.address.version)

    def __str__(self) -> str:
        """``HOSTIP:HOSTPORT->IP:PORT/PROTO``, as ``docker ps`` writes it."""
        brackets = "[{}]:{}" if self.version is IPVersion.V6 else "{}:{}"
        unspecified = "::" if self.version is IPVersion.V6 else "0.0.0.0"  # noqa: S104 - a label
        host = brackets.format(self.host_address or unspecified, self.host_port)
        return f"{host}->{brackets.format(self.address, self.port)}/{self.protocol}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two containers that may talk on one port where ICC is off (``ChainInfo.Link``).

    Args:
        parent: the address of the container that connects.
        child: the address of the container that serves.
        port: the served port, 1 to 65535.
        protocol: tcp, udp or sctp.
    """

    parent: IPv4Address | IPv6Address
    child: IPv4Address | IPv6Address
    port: int
    protocol: Protocol = "tcp"

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65535:
            raise InvalidInput(f"port must be 1 to 65535, not {self.port}")
        if self.protocol not in {"tcp", "udp", "sctp"}:
            raise InvalidInput(f"protocol must be tcp, udp or sctp, not {self.protocol!r}")
        if self.parent.version != self.child.version:
            raise InvalidInput(f"{self.parent} and {self.child} differ in IP version")
