"""Matches on the headers of IP and Ethernet: addresses, length, hops, type of service, frames."""

from __future__ import annotations

from translate.evaluate.decision import Decision, negate
from translate.evaluate.environment import LOOPBACK
from translate.evaluate.matches.fields import all_of, in_range, unknown
from translate.evaluate.situation import Situation
from translate.matches._hops import HopsMatch
from translate.matches.dscp import Dscp
from translate.matches.ecn import Ecn
from translate.matches.iprange import AddressRange, Iprange
from translate.matches.length import Length
from translate.matches.mac import Mac
from translate.matches.pkttype import Pkttype
from translate.matches.tos import Tos
from translate.types import IPAddress, Negatable

__all__ = ["dscp", "ecn", "hops", "iprange", "length", "mac", "pkttype", "tos"]

_ECE = 0x40
_CWR = 0x80


def iprange(match: Iprange, situation: Situation) -> Decision:
    """xt_iprange.c."""
    packet = situation.packet
    return _within(match.source, packet.source) and _within(match.destination, packet.destination)


def _within(asked: Negatable[AddressRange] | None, address: IPAddress) -> bool:
    if asked is None:
        return True
    return (int(asked.value.first) <= int(address) <= int(asked.value.last)) != asked.negated


def length(match: Length, situation: Situation) -> Decision:
    """xt_length.c."""
    asked = match.length
    found = in_range(situation.packet.length, asked.value.first, asked.value.last, "length")
    return negate(found, asked.negated)


def hops(match: HopsMatch, situation: Situation) -> Decision:
    """xt_hl.c."""
    ttl = situation.packet.ttl
    if ttl is None:
        return unknown("time to live")
    if match.comparison == "eq":
        return (ttl == match.hops) != match.negated
    return ttl > match.hops if match.comparison == "gt" else ttl < match.hops


def tos(match: Tos, situation: Situation) -> Decision:
    """xt_dscp.c's tos."""
    found = situation.packet.tos
    if found is None:
        return unknown("type of service")
    return (found & match.mask == match.tos) != match.negated


def dscp(match: Dscp, situation: Situation) -> Decision:
    """xt_dscp.c: the upper six bits."""
    found = situation.packet.tos
    if found is None:
        return unknown("type of service")
    return (found >> 2 == match.dscp) != match.negated


def ecn(match: Ecn, situation: Situation) -> Decision:
    """xt_ecn.c: the lower two bits, and two of TCP's flags."""
    packet = situation.packet
    by_ip: Decision = True
    if match.ect is not None:
        bits = None if packet.tos is None else packet.tos & 3
        found = in_range(bits, match.ect.value, match.ect.value, "type of service")
        by_ip = negate(found, match.ect.negated)
    return all_of(
        by_ip,
        _flag(match.ece, _ECE, packet.tcp_flags),
        _flag(match.cwr, _CWR, packet.tcp_flags),
    )


def _flag(asked: bool | None, bit: int, flags: int | None) -> Decision:
    if asked is None:
        return True
    return unknown("TCP flags") if flags is None else bool(flags & bit) == asked


def mac(match: Mac, situation: Situation) -> Decision:
    """xt_mac.c: only what came in by Ethernet has such an address."""
    if situation.in_interface in {"", LOOPBACK}:
        return False
    source = situation.packet.mac_source
    if source is None:
        return unknown("Ethernet address")
    return (source == match.source) != match.negated


def pkttype(match: Pkttype, situation: Situation) -> Decision:
    """xt_pkttype.c; what the host sends itself counts as unicast."""
    found = "unicast"
    if situation.in_interface:
        found = situation.environment.link_type(situation.original)
    return (found == match.type) != match.negated
