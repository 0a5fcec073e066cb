"""DNAT, SNAT, MASQUERADE, REDIRECT and NETMAP.

Each ends the nat table's walk with ACCEPT. Where the kernel picks among several addresses or ports,
the first is shown and the effect says that it may be another.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType
from typing import Final

from translate.evaluate.effect import Effect, Outcome
from translate.evaluate.environment import Route
from translate.evaluate.hooks import Hook
from translate.evaluate.packet import Packet
from translate.evaluate.selection import masquerade_address, redirect_address
from translate.evaluate.situation import Situation
from translate.evaluate.targets.pick import Picked, pick_port
from translate.targets._nat import NatRange
from translate.targets.dnat import Dnat
from translate.targets.masquerade import Masquerade
from translate.targets.netmap import Netmap
from translate.targets.redirect import Redirect
from translate.targets.snat import Snat
from translate.types import IPAddress, IPVersion

__all__ = ["dnat", "masquerade", "netmap", "redirect", "snat"]

_DROP: Final = Effect(outcome=Outcome.DROP)
_LOOPBACK: Final[Mapping[IPVersion, IPAddress]] = MappingProxyType(
    {IPVersion.V4: IPv4Address("127.0.0.1"), IPVersion.V6: IPv6Address("::1")}
)


def dnat(target: Dnat, situation: Situation) -> Effect:
    """xt_nat.c's DNAT."""
    packet, flags = situation.packet, target.flags
    port = pick_port(
        packet.dport,
        target.to.ports,
        base=target.to.base_port,
        by_chance=flags.random or flags.fully_random,
    )
    return _destination(packet, target.to.first, port, _choice(target.to))


def redirect(target: Redirect, situation: Situation) -> Effect:
    """nf_nat_redirect.c: to the loopback address where the host sends, else to where it came in."""
    packet = situation.packet
    address: IPAddress | None
    if situation.hook is Hook.OUTPUT:
        address = _LOOPBACK[packet.version]
    else:
        address = redirect_address(
            situation.environment, situation.in_interface, packet.destination
        )
    if address is None:
        return _DROP
    port = pick_port(packet.dport, target.ports, by_chance=target.random)
    return _destination(packet, address, port)


def snat(target: Snat, situation: Situation) -> Effect:
    """xt_nat.c's SNAT."""
    packet, flags = situation.packet, target.flags
    port = pick_port(
        packet.sport,
        target.to.ports,
        by_chance=flags.random or flags.fully_random,
        source=True,
    )
    return _source(packet, target.to.first, port, _choice(target.to))


def masquerade(target: Masquerade, situation: Situation) -> Effect:
    """nf_nat_masquerade.c: to the address of where it leaves; without one it is dropped."""
    packet, flags = situation.packet, target.flags
    if packet.version is IPVersion.V4 and packet.source.is_unspecified:
        return Effect(outcome=Outcome.ACCEPT)
    route = Route(interface=situation.out_interface, gateway=situation.gateway)
    address = masquerade_address(situation.environment, route, packet.destination)
    if address is None:
        return _DROP
    by_chance = flags.random or flags.fully_random
    port = pick_port(packet.sport, target.ports, by_chance=by_chance, source=True)
    return _source(packet, address, port)


def netmap(target: Netmap, situation: Situation) -> Effect:
    """xt_NETMAP.c: what the mask covers comes from the target, the rest stays."""
    packet, to = situation.packet, target.to
    side = situation.hook.translates_destination
    old = packet.destination if side else packet.source
    number = int(old) & ~int(to.mask) | int(to.address)
    new = IPv4Address(number) if packet.version is IPVersion.V4 else IPv6Address(number)
    return _destination(packet, new) if side else _source(packet, new)


def _choice(to: NatRange) -> str | None:
    if to.first == to.last:
        return None
    return f"the kernel picks one of {to.first} to {to.last}; the first is shown"


def _destination(
    packet: Packet,
    address: IPAddress | None,
    port: Picked | None = None,
    choice: str | None = None,
) -> Effect:
    picked = port if port is not None and packet.has_ports else Picked()
    return Effect(
        outcome=Outcome.ACCEPT,
        packet=packet.with_destination(address, picked.port),
        doubt=choice or picked.doubt,
    )


def _source(
    packet: Packet,
    address: IPAddress | None,
    port: Picked | None = None,
    choice: str | None = None,
) -> Effect:
    picked = port if port is not None and packet.has_ports else Picked()
    return Effect(
        outcome=Outcome.ACCEPT,
        packet=packet.with_source(address, picked.port),
        doubt=choice or picked.doubt,
    )
