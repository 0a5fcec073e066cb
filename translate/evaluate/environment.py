"""What a host knows beside its rules: its addresses, and where packets go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface, ip_interface
from types import MappingProxyType
from typing import Final, TypeAlias

from translate.evaluate.packet import LinkType, Packet
from translate.exceptions import InvalidEnvironment
from translate.types import IPAddress, IPNetwork

__all__ = ["LOOPBACK", "Environment", "IPInterface", "LocalRoute", "Route", "Routing"]

IPInterface: TypeAlias = IPv4Interface | IPv6Interface
LOOPBACK: Final = "lo"
_TYPES: Final = frozenset({"LOCAL", "BROADCAST", "ANYCAST"})
_LINK_TYPES: Final[Mapping[str, LinkType]] = MappingProxyType(
    {"BROADCAST": "broadcast", "MULTICAST": "multicast"}
)
_THIS_NETWORK: Final = IPv4Network("0.0.0.0/8")
_ALL_HOSTS: Final = IPv4Address("255.255.255.255")
_LOOPBACK_ADDRESSES: Final = ("127.0.0.1/8", "::1/128")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRoute:
    """One line of ``ip route show table local``: addresses that the host takes for its own.

    Args:
        network: the addresses.
        interface: the interface that they are on.
        type: ``LOCAL``, ``BROADCAST`` or ``ANYCAST``.
    """

    network: IPNetwork
    interface: str
    type: str = "LOCAL"

    def __post_init__(self) -> None:
        if self.type not in _TYPES:
            raise InvalidEnvironment(
                f"local route {self.network}: type must be {', '.join(sorted(_TYPES))}, "
                f"not {self.type!r}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a packet goes.

    Args:
        interface: the interface that it leaves by.
        gateway: the router that it is handed to; None where the destination is on the link.
    """

    interface: str
    gateway: IPAddress | None = None


Routing: TypeAlias = Callable[[Packet], Route | None]
"""The route of a packet with this destination, source, mark and in_interface; None for none."""


def _no_routes(_: Packet) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A host's addresses and routes.

    Args:
        addresses: per interface its addresses with their prefix lengths, in the order of
            ``ip addr``. Without ``lo`` that one gets 127.0.0.1/8 and ::1/128.
        route: finds the route of a packet that is not for the host itself.
        local_routes: more of the kernel's local table than follows from the addresses.

    Raises:
        InvalidEnvironment: an address or network is none.
    """

    addresses: Mapping[str, tuple[IPInterface, ...]] = field(default_factory=dict)
    route: Routing = _no_routes
    local_routes: tuple[LocalRoute, ...] = ()
    _table: Mapping[tuple[int, int], Mapping[int, LocalRoute]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        addresses = dict(self.addresses)
        addresses.setdefault(LOOPBACK, tuple(ip_interface(text) for text in _LOOPBACK_ADDRESSES))
        routes = [route for name in addresses for route in _routes_of(name, addresses[name])]
        object.__setattr__(self, "addresses", MappingProxyType(addresses))
        object.__setattr__(self, "_table", _table_of([*routes, *self.local_routes]))

    @classmethod
    def of(cls, addresses: Mapping[str, Iterable[str]], route: Routing = _no_routes) -> Environment:
        """An environment from addresses as ``ip addr`` prints them.

        Args:
            addresses: per interface, ``{"eth0": ["192.0.2.1/24", "2001:db8::1/64"]}``.
            route: as above.

        Raises:
            InvalidEnvironment: one of them is no address with a prefix length.
        """
        read: dict[str, tuple[IPInterface, ...]] = {}
        for name, texts in addresses.items():
            try:
                read[name] = tuple(ip_interface(text) for text in texts)
            except ValueError as error:
                raise InvalidEnvironment(f"interface {name}: {error}") from error
        return cls(addresses=read, route=route)

    def local_route(self, address: IPAddress) -> LocalRoute | None:
        """The line of the kernel's local table that an address falls under, or None."""
        number, bits = int(address), address.max_prefixlen
        for (version, length), networks in self._table.items():
            if version == address.version:
                found = networks.get(number >> (bits - length))
                if found is not None:
                    return found
        return None

    def address_type(self, address: IPAddress, interface: str | None = None) -> str:
        """The type of an address by the local table, as the kernel's __inet_dev_addr_type says.

        Args:
            address: the address.
            interface: count an address as LOCAL or BROADCAST on this interface only.

        Returns:
            ``LOCAL``, ``BROADCAST``, ``ANYCAST``, ``MULTICAST`` or else ``UNICAST``.
        """
        if address == _ALL_HOSTS or (address.version == 4 and address in _THIS_NETWORK):
            return "BROADCAST"
        if address.is_multicast:
            return "MULTICAST"
        found = self.local_route(address)
        if found is None or interface not in {None, found.interface}:
            return "UNICAST"
        return found.type

    def delivers(self, address: IPAddress) -> bool:
        """Whether a received packet with this destination stays in the host."""
        return self.address_type(address) != "UNICAST"

    def link_type(self, packet: Packet) -> LinkType:
        """Who the frame that brought a packet was for: as given, else as its destination says.

        The broadcast address of another interface's network comes in an ordinary frame.
        """
        if packet.link_type is not None:
            return packet.link_type
        kind = self.address_type(packet.destination, packet.in_interface)
        return _LINK_TYPES.get(kind, "unicast")


def _routes_of(interface: str, addresses: Iterable[IPInterface]) -> Iterable[LocalRoute]:
    """As the kernel's fib_add_ifaddr and addrconf fill the local table."""
    for address in addresses:
        is_v4 = isinstance(address, IPv4Interface)
        whole = is_v4 and interface == LOOPBACK
        network = address.network if whole else type(address)(address.ip).network
        yield LocalRoute(network=network, interface=interface)
        if is_v4 and address.network.prefixlen < 31:
            broadcast = IPv4Network(address.network.broadcast_address)
            yield LocalRoute(network=broadcast, interface=interface, type="BROADCAST")


def _table_of(
    routes: Iterable[LocalRoute],
) -> Mapping[tuple[int, int], Mapping[int, LocalRoute]]:
    """Routes by version and prefix length, the longest first, and the bits before it."""
    table: dict[tuple[int, int], dict[int, LocalRoute]] = {}
    for route in routes:
        network = route.network
        bits = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
        same_length = table.setdefault((network.version, network.prefixlen), {})
        # The kernel keeps the first of two equal routes in front.
        same_length.setdefault(bits, route)
    return MappingProxyType(dict(sorted(table.items(), reverse=True)))
