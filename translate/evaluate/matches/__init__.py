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
from translate.evaluate.matches.icmp import icmp
from translate.evaluate.matches.multiport import multiport
from translate.evaluate.matches.opaque import opaque
from translate.evaluate.matches.ports import dccp, sctp, tcp, udp
from translate.evaluate.situation import Situation
from translate.matches.addrtype import Addrtype
from translate.matches.comment import Comment
from translate.matches.conntrack import Conntrack
from translate.matches.dccp import Dccp
from translate.matches.icmp import Icmp
from translate.matches.icmp6 import Icmp6
from translate.matches.multiport import Multiport
from translate.matches.sctp import Sctp
from translate.matches.state import State
from translate.matches.tcp import Tcp
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
        Conntrack: conntrack,
        Dccp: dccp,
        Icmp: icmp,
        Icmp6: icmp,
        Multiport: multiport,
        Opaque: opaque,
        Sctp: sctp,
        State: state,
        Tcp: tcp,
        Udp: udp,
    }
)


def evaluate_match(match: Match, situation: Situation) -> Decision:
    """Whether a match holds for a packet."""
    evaluator = EVALUATORS.get(type(match))
    if evaluator is None:
        return Undecidable(f"-m {match.name} asks for more than a packet shows")
    return evaluator(match, situation)
