"""The tests that a rule makes without an extension: interfaces, addresses, protocol, fragment."""

from __future__ import annotations

from translate.evaluate.situation import Situation
from translate.rule import Rule
from translate.types import Interface, IPAddress, MaskedAddress, Negatable

__all__ = ["header_matches"]


def header_matches(rule: Rule, situation: Situation) -> bool:
    """Whether ``-i``, ``-o``, ``-s``, ``-d``, ``-p`` and ``-f`` all hold (ip_packet_match)."""
    packet = situation.packet
    protocol, fragment = rule.protocol, rule.fragment
    return (
        (protocol is None or (protocol.value == packet.protocol) != protocol.negated)
        and _interface_matches(rule.in_interface, situation.in_interface)
        and _interface_matches(rule.out_interface, situation.out_interface)
        and _address_matches(rule.destination, packet.destination)
        and _address_matches(rule.source, packet.source)
        and (fragment is None or (fragment.value == packet.fragment) != fragment.negated)
    )


def _interface_matches(asked: Negatable[Interface] | None, name: str) -> bool:
    """A hook without an interface has the name '', as the kernel's nulldevname."""
    if asked is None:
        return True
    wanted = asked.value.name
    same = name.startswith(wanted[:-1]) if wanted[-1] == "+" else name == wanted
    return same != asked.negated


def _address_matches(asked: Negatable[MaskedAddress] | None, address: IPAddress) -> bool:
    if asked is None:
        return True
    masked = asked.value
    return (int(address) & int(masked.mask) == int(masked.address)) != asked.negated
