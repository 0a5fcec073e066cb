"""Targets that rewrite headers: TTL and HL, TOS, DSCP, ECN, TCPOPTSTRIP."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from translate.evaluate.effect import Effect
from translate.evaluate.situation import Situation
from translate.targets._hops import HopsTarget
from translate.targets.dscp import Dscp
from translate.targets.ecn import Ecn
from translate.targets.tcpoptstrip import Tcpoptstrip
from translate.targets.tos import Tos

__all__ = ["dscp", "ecn", "hops", "tcpoptstrip", "tos"]

_ALL: Final = 0xFF
_DSCP: Final = 0xFC
_ECT: Final = 0x03
_ECE: Final = 0x40
_CWR: Final = 0x80
_NOP: Final = 1


def hops(target: HopsTarget, situation: Situation) -> Effect:
    """xt_HL.c: between 0 and 255."""
    packet = situation.packet
    if target.operation == "set":
        return Effect(packet=replace(packet, ttl=target.hops))
    if packet.ttl is None:
        return Effect()
    step = target.hops if target.operation == "inc" else -target.hops
    return Effect(packet=replace(packet, ttl=max(0, min(packet.ttl + step, _ALL))))


def tos(target: Tos, situation: Situation) -> Effect:
    """xt_DSCP.c's TOS."""
    return _set_tos(situation, mask=target.mask, flip=target.value)


def dscp(target: Dscp, situation: Situation) -> Effect:
    """xt_DSCP.c: the upper six bits."""
    return _set_tos(situation, mask=_DSCP, flip=target.dscp << 2)


def ecn(target: Ecn, situation: Situation) -> Effect:
    """ipt_ECN.c: the lower two bits, and two of TCP's flags."""
    packet = situation.packet
    if target.ip_ect is not None:
        packet = _set_tos(situation, mask=_ECT, flip=target.ip_ect).packet or packet
    if packet.tcp_flags is not None:
        flags = packet.tcp_flags
        for bit, wanted in ((_ECE, target.tcp_ece), (_CWR, target.tcp_cwr)):
            if wanted is not None:
                flags = flags | bit if wanted else flags & ~bit
        packet = replace(packet, tcp_flags=flags)
    return Effect(packet=packet)


def tcpoptstrip(target: Tcpoptstrip, situation: Situation) -> Effect:
    """xt_TCPOPTSTRIP.c: what is stripped is overwritten with no-ops."""
    packet = situation.packet
    stripped = {*target.kinds} & (packet.tcp_options or set())
    if packet.tcp_options is None or not stripped:
        return Effect()
    return Effect(packet=replace(packet, tcp_options=packet.tcp_options - stripped | {_NOP}))


def _set_tos(situation: Situation, *, mask: int, flip: int) -> Effect:
    packet = situation.packet
    if packet.tos is None and mask != _ALL:
        return Effect()
    return Effect(packet=replace(packet, tos=(packet.tos or 0) & ~mask & _ALL ^ flip))
