"""What each target does: one function for each value class, and the list of them.

Jumps, gotos and RETURN are not here: they lead the traversal itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from translate.evaluate.effect import NOTHING, Effect, Outcome
from translate.evaluate.situation import Situation
from translate.evaluate.targets.headers import dscp, ecn, hops, tcpoptstrip, tos
from translate.evaluate.targets.marks import connmark, mark
from translate.evaluate.targets.nat import dnat, masquerade, netmap, redirect, snat
from translate.evaluate.targets.tracking import ct, notrack
from translate.rule import Target, Verdict
from translate.targets.audit import Audit
from translate.targets.checksum import Checksum
from translate.targets.classify import Classify
from translate.targets.connmark import Connmark
from translate.targets.connsecmark import Connsecmark
from translate.targets.ct import Ct
from translate.targets.dnat import Dnat
from translate.targets.dscp import Dscp
from translate.targets.ecn import Ecn
from translate.targets.hl import Hl
from translate.targets.idletimer import Idletimer
from translate.targets.led import Led
from translate.targets.log import Log
from translate.targets.mark import Mark
from translate.targets.masquerade import Masquerade
from translate.targets.netmap import Netmap
from translate.targets.nflog import Nflog
from translate.targets.nfqueue import Nfqueue
from translate.targets.notrack import Notrack
from translate.targets.rateest import Rateest
from translate.targets.redirect import Redirect
from translate.targets.reject import Reject
from translate.targets.reject6 import Reject6
from translate.targets.secmark import Secmark
from translate.targets.set import SetTarget
from translate.targets.snat import Snat
from translate.targets.tcpmss import Tcpmss
from translate.targets.tcpoptstrip import Tcpoptstrip
from translate.targets.tee import Tee
from translate.targets.tos import Tos
from translate.targets.trace import Trace
from translate.targets.ttl import Ttl
from translate.targets.ulog import Ulog

__all__ = ["APPLIERS", "WITHOUT_EFFECT", "apply_target", "has_effect"]

Applier: TypeAlias = Callable[[Any, Situation], Effect]


def _verdict(target: Verdict, _: Situation) -> Effect:
    return Effect(outcome=Outcome(target.verdict))


def _reject(_: Target, __: Situation) -> Effect:
    return Effect(outcome=Outcome.REJECT)


def _queue(_: Nfqueue, __: Situation) -> Effect:
    return Effect(outcome=Outcome.QUEUE)


def _set(target: SetTarget, _: Situation) -> Effect:
    """Adding to a set changes nothing here; what a set maps to isn't known."""
    return NOTHING if target.map is None else Effect(doubt="what the set maps to is not known")


APPLIERS: Final[Mapping[type[Target], Applier]] = MappingProxyType(
    {
        Connmark: connmark,
        Ct: ct,
        Dnat: dnat,
        Dscp: dscp,
        Ecn: ecn,
        Hl: hops,
        Mark: mark,
        Masquerade: masquerade,
        Netmap: netmap,
        Nfqueue: _queue,
        Notrack: notrack,
        Redirect: redirect,
        Reject: _reject,
        Reject6: _reject,
        SetTarget: _set,
        Snat: snat,
        Tcpoptstrip: tcpoptstrip,
        Tos: tos,
        Ttl: hops,
        Verdict: _verdict,
    }
)
WITHOUT_EFFECT: Final[frozenset[type[Target]]] = frozenset(
    {
        Audit,
        Checksum,
        Classify,
        Connsecmark,
        Idletimer,
        Led,
        Log,
        Nflog,
        Rateest,
        Secmark,
        Tcpmss,
        Tee,
        Trace,
        Ulog,
    }
)
"""Targets that change neither a packet's way nor anything that a rule can ask for."""


def has_effect(target: Target | None) -> bool:
    """Whether a packet's way may depend on this target."""
    return target is not None and type(target) not in WITHOUT_EFFECT


def apply_target(target: Target | None, situation: Situation) -> Effect:
    """What a target does to a packet that its rule matches."""
    if target is None or not has_effect(target):
        return NOTHING
    applier = APPLIERS.get(type(target))
    if applier is None:
        return Effect(doubt=f"what -j {target.name} does is not known; the next rule is shown")
    return applier(target, situation)
