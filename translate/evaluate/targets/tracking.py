"""``-j CT`` and ``-j NOTRACK``, which come before connection tracking."""

from __future__ import annotations

from dataclasses import replace

from translate.evaluate.effect import NOTHING, Effect
from translate.evaluate.packet import State
from translate.evaluate.situation import Situation
from translate.targets.ct import Ct
from translate.targets.notrack import Notrack

__all__ = ["ct", "notrack"]


def notrack(target: Notrack | Ct, situation: Situation) -> Effect:
    """xt_CT.c's notrack_tg, which passes over what is tracked already."""
    del target
    packet = situation.packet
    if packet.state is not State.INVALID:
        return NOTHING
    return Effect(packet=replace(packet, state=State.UNTRACKED))


def ct(target: Ct, situation: Situation) -> Effect:
    """xt_CT.c's xt_ct_target: the rest of raw sees a template, which counts as NEW."""
    if target.notrack:
        return notrack(target, situation)
    packet = situation.packet
    if packet.state is not State.INVALID:
        return NOTHING
    return Effect(packet=replace(packet, state=State.NEW))
