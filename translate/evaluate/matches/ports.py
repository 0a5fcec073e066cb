"""``-m tcp``, ``-m udp`` and other matches on the ports of their protocol."""

from __future__ import annotations

from translate.evaluate.decision import Decision, Undecidable, negate
from translate.evaluate.matches.fields import all_of, port_in, unknown
from translate.evaluate.packet import Packet
from translate.evaluate.situation import Situation
from translate.matches._ports import PortsMatch
from translate.matches.dccp import Dccp
from translate.matches.sctp import Sctp
from translate.matches.tcp import Tcp, TcpFlags
from translate.matches.udp import Udp
from translate.protocols import DCCP, SCTP, TCP, UDP
from translate.types import Negatable

__all__ = ["dccp", "sctp", "tcp", "udp"]


def udp(match: Udp, situation: Situation) -> Decision:
    """xt_tcpudp.c: a later fragment never matches."""
    return _ports(match, situation.packet, UDP)


def tcp(match: Tcp, situation: Situation) -> Decision:
    """xt_tcpudp.c, with flags and options."""
    packet = situation.packet
    return all_of(
        _ports(match, packet, TCP),
        True if match.flags is None else _flags(match.flags, packet),
        True if match.option is None else _option(match.option, packet),
    )


def sctp(match: Sctp, situation: Situation) -> Decision:
    """xt_sctp.c; a packet here has no chunks to look at."""
    chunks = Undecidable("--chunk-types asks for what a packet holds")
    return all_of(_ports(match, situation.packet, SCTP), True if match.chunks is None else chunks)


def dccp(match: Dccp, situation: Situation) -> Decision:
    """xt_dccp.c; a packet here has no type and no options."""
    ports_only = match.types is None and match.option is None
    more = Undecidable("--dccp-types and --dccp-option ask for what a packet holds")
    return all_of(_ports(match, situation.packet, DCCP), True if ports_only else more)


def _ports(match: PortsMatch, packet: Packet, protocol: int) -> Decision:
    if packet.protocol != protocol or packet.fragment:
        return False
    return all_of(
        port_in(packet.sport, match.sport, "source port"),
        port_in(packet.dport, match.dport, "destination port"),
    )


def _flags(asked: Negatable[TcpFlags], packet: Packet) -> Decision:
    if packet.tcp_flags is None:
        return unknown("TCP flags")
    wanted = asked.value
    return negate(packet.tcp_flags & wanted.mask == wanted.compare, asked.negated)


def _option(asked: Negatable[int], packet: Packet) -> Decision:
    if packet.tcp_options is None:
        return unknown("TCP options")
    return negate(asked.value in packet.tcp_options, asked.negated)
