"""What each target does: one function for each value class, and the list of them.

Jumps, gotos and RETURN are not here: they lead the traversal itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from translate.evaluate.effect import NOTHING, Effect, Outcome
from translate.evaluate.situation import Situation
from translate.evaluate.targets.marks import connmark, mark
from translate.evaluate.targets.nat import dnat, masquerade, netmap, redirect, snat
from translate.rule import Target, Verdict
from translate.targets.connmark import Connmark
from translate.targets.dnat import Dnat
from translate.targets.log import Log
from translate.targets.mark import Mark
from translate.targets.masquerade import Masquerade
from translate.targets.netmap import Netmap
from translate.targets.redirect import Redirect
from translate.targets.reject import Reject
from translate.targets.reject6 import Reject6
from translate.targets.snat import Snat

__all__ = ["APPLIERS", "WITHOUT_EFFECT", "apply_target", "has_effect"]

Applier: TypeAlias = Callable[[Any, Situation], Effect]


def _verdict(target: Verdict, _: Situation) -> Effect:
    return Effect(outcome=Outcome(target.verdict))


def _reject(_: Target, __: Situation) -> Effect:
    return Effect(outcome=Outcome.REJECT)


APPLIERS: Final[Mapping[type[Target], Applier]] = MappingProxyType(
    {
        Connmark: connmark,
        Dnat: dnat,
        Mark: mark,
        Masquerade: masquerade,
        Netmap: netmap,
        Redirect: redirect,
        Reject: _reject,
        Reject6: _reject,
        Snat: snat,
        Verdict: _verdict,
    }
)
WITHOUT_EFFECT: Final[frozenset[type[Target]]] = frozenset({Log})
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
