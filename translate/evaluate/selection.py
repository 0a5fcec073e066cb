"""Which of a host's addresses the kernel takes where a rule doesn't say."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Address, IPv6Interface
from typing import Final

from translate.evaluate.environment import Environment, Route
from translate.types import IPAddress

__all__ = ["masquerade_address", "redirect_address"]

_SCOPES: Final = 128
"""More than there are."""


def masquerade_address(
    environment: Environment, route: Route, destination: IPAddress
) -> IPAddress | None:
    """The source that MASQUERADE gives a packet.

    IPv4 as inet_select_addr: the address in the next hop's network, else the interface's first,
    else another interface's. IPv6 as ipv6_dev_get_saddr, by RFC 6724's rules 1, 2, 5 and 8 (an
    environment knows nothing of deprecated, home and temporary addresses, nor of policy labels).

    Returns:
        The address, or None where the host has none to give; the kernel drops the packet.
    """
    if isinstance(destination, IPv6Address):
        return _select_v6(environment, route.interface, destination)
    next_hop = destination if route.gateway is None else route.gateway
    own = [a for a in environment.addresses.get(route.interface, ()) if _is_global_v4(a)]
    for address in own:
        if next_hop in address.network:
            return address.ip
    others = (
        a for addresses in environment.addresses.values() for a in addresses if _is_global_v4(a)
    )
    chosen = own[0] if own else next(others, None)
    return None if chosen is None else chosen.ip


def redirect_address(
    environment: Environment, interface: str, destination: IPAddress
) -> IPAddress | None:
    """The destination that REDIRECT gives a received packet: the interface's own first address.

    As nf_nat_redirect.c: for an IPv6 destination of a smaller scope the first address of that.

    Returns:
        The address, or None where the interface has none; the kernel drops the packet.
    """
    own = environment.addresses.get(interface, ())
    if not isinstance(destination, IPv6Address):
        return next((a.ip for a in own if isinstance(a, IPv4Interface)), None)
    mine = sorted((a.ip for a in _v6(own)), key=lambda address: address.is_link_local)
    if destination.is_link_local:
        mine = [address for address in mine if address.is_link_local]
    return next(iter(mine), None)


def _is_global_v4(address: IPv4Interface | IPv6Interface) -> bool:
    return isinstance(address, IPv4Interface) and not address.is_loopback


def _v6(addresses: tuple[IPv4Interface | IPv6Interface, ...]) -> Iterator[IPv6Interface]:
    return (address for address in addresses if isinstance(address, IPv6Interface))


def _select_v6(
    environment: Environment, interface: str, destination: IPv6Address
) -> IPv6Address | None:
    candidates = [
        (address.ip, name == interface)
        for name, addresses in environment.addresses.items()
        # A link's own address is reached from that link.
        if name == interface or not destination.is_link_local
        for address in _v6(addresses)
    ]
    wanted = _scope(destination)

    def preference(candidate: tuple[IPv6Address, bool]) -> tuple[bool, int, bool, int]:
        address, is_own = candidate
        scope = _scope(address)
        # The smallest scope that is large enough; else the largest.
        by_scope = -scope if scope >= wanted else scope - _SCOPES
        common = 128 - (int(address) ^ int(destination)).bit_length()
        return address == destination, by_scope, is_own, common

    # max() keeps the first of equals, as the kernel does.
    best = max(candidates, key=preference, default=None)
    return None if best is None else best[0]


def _scope(address: IPv6Address) -> int:
    """RFC 4291's scopes by their numbers: 2 is the link's, as which the loopback counts too."""
    return 2 if address.is_link_local or address.is_loopback else 14
