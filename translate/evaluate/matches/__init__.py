"""What each match comes to: one function for each value class, and the list of them.

A match without a line here cannot be decided, which is right for those that ask for what no packet
carries: time, chance, rates, other packets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from translate.evaluate.decision import Decision, Undecidable
from translate.evaluate.matches.addrtype import addrtype
from translate.evaluate.matches.conntrack import conntrack, state
from translate.evaluate.matches.headers import (
    dscp,
    ecn,
    hops,
    iprange,
    length,
    mac,
    pkttype,
    tos,
)
from translate.evaluate.matches.icmp import icmp
from translate.evaluate.matches.marks import connmark, mark
from translate.evaluate.matches.multiport import multiport
from translate.evaluate.matches.opaque import opaque
from translate.evaluate.matches.ports import dccp, sctp, tcp, udp
from translate.evaluate.situation import Situation
from translate.matches.addrtype import Addrtype
from translate.matches.comment import Comment
from translate.matches.connmark import Connmark
from translate.matches.conntrack import Conntrack
from translate.matches.dccp import Dccp
from translate.matches.dscp import Dscp
from translate.matches.ecn import Ecn
from translate.matches.hl import Hl
from translate.matches.icmp import Icmp
from translate.matches.icmp6 import Icmp6
from translate.matches.iprange import Iprange
from translate.matches.length import Length
from translate.matches.mac import Mac
from translate.matches.mark import Mark
from translate.matches.multiport import Multiport
from translate.matches.pkttype import Pkttype
from translate.matches.sctp import Sctp
from translate.matches.state import State
from translate.matches.tcp import Tcp
from translate.matches.tos import Tos
from translate.matches.ttl import Ttl
from translate.matches.udp import Udp
from translate.opaque import Opaque
from translate.rule import Match

__all__ = ["EVALUATORS", "evaluate_match"]

Evaluator: TypeAlias = Callable[[Any, Situation], Decision]


def _always(_: Match, __: Situation) -> Decision:
    return True


EVALUATORS: Final[Mapping[type[Match], Evaluator]] = MappingProxyType(
    {
        Addrtype: addrtype,
        Comment: _always,
        Connmark: connmark,
        Conntrack: conntrack,
        Dccp: dccp,
        Dscp: dscp,
        Ecn: ecn,
        Hl: hops,
        Icmp: icmp,
        Icmp6: icmp,
        Iprange: iprange,
        Length: length,
        Mac: mac,
        Mark: mark,
        Multiport: multiport,
        Opaque: opaque,
        Pkttype: pkttype,
        Sctp: sctp,
        State: state,
        Tcp: tcp,
        Tos: tos,
        Ttl: hops,
        Udp: udp,
    }
)


def evaluate_match(match: Match, situation: Situation) -> Decision:
    """Whether a match holds for a packet."""
    evaluator = EVALUATORS.get(type(match))
    if evaluator is None:
        return Undecidable(f"-m {match.name} asks for more than a packet shows")
    return evaluator(match, situation)
