"""``-m addrtype``."""

from __future__ import annotations

from ipaddress import IPv6Address

from translate.evaluate.decision import Decision, Undecidable, negate
from translate.evaluate.matches.fields import all_of
from translate.evaluate.situation import Situation
from translate.matches.addrtype import Addrtype
from translate.types import IPAddress, Negatable

__all__ = ["addrtype"]


def addrtype(match: Addrtype, situation: Situation) -> Decision:
    """xt_addrtype.c."""
    interface = {
        "in": situation.in_interface or None,
        "out": situation.out_interface or None,
        None: None,
    }[match.limit_interface]
    packet = situation.packet
    return all_of(
        _is_of(match.source, packet.source, interface, situation),
        _is_of(match.destination, packet.destination, interface, situation),
    )


def _is_of(
    asked: Negatable[tuple[str, ...]] | None,
    address: IPAddress,
    interface: str | None,
    situation: Situation,
) -> Decision:
    if asked is None:
        return True
    types = frozenset(asked.value)
    if isinstance(address, IPv6Address):
        return negate(_is_of_v6(types, address, interface, situation), asked.negated)
    return (situation.environment.address_type(address, interface) in types) != asked.negated


def _is_of_v6(
    types: frozenset[str], address: IPv6Address, interface: str | None, situation: Situation
) -> Decision:
    """match_type6: some types are classes of addresses, which must all hold, others are looked up.

    So a local address is also of type UNICAST, unlike with IPv4.
    """
    classes = {
        "MULTICAST": address.is_multicast,
        "UNICAST": not (address.is_multicast or address.is_unspecified),
        "UNSPEC": address.is_unspecified,
    }
    if not all(holds for name, holds in classes.items() if name in types):
        return False
    looked_up = types & {"LOCAL", "ANYCAST", "UNREACHABLE"}
    if not looked_up:
        return True
    if situation.environment.address_type(address, interface) in looked_up:
        return True
    if "UNREACHABLE" in looked_up:
        return Undecidable("type UNREACHABLE asks the routing tables")
    return False
