"""``-j MARK`` and ``-j CONNMARK``."""

from __future__ import annotations

from dataclasses import replace

from translate.evaluate.effect import NOTHING, Effect
from translate.evaluate.situation import Situation
from translate.targets.connmark import Connmark
from translate.targets.mark import Mark
from translate.values.marks import ALL_BITS

__all__ = ["connmark", "mark"]


def mark(target: Mark, situation: Situation) -> Effect:
    """xt_mark.c."""
    packet = situation.packet
    value = packet.mark & ~target.mask ^ target.value
    return Effect(packet=replace(packet, mark=value & ALL_BITS))


def connmark(target: Connmark, situation: Situation) -> Effect:
    """xt_connmark.c's connmark_tg_shift; without a flow there is nothing to mark."""
    packet = situation.packet
    if not packet.is_tracked:
        return NOTHING
    if target.operation == "set":
        value = _shift(packet.connmark & ~target.ctmask ^ target.value, target.left_shift)
        return Effect(packet=replace(packet, connmark=value))
    if target.operation == "save":
        copied = _shift(packet.mark & target.nfmask, target.left_shift)
        return Effect(packet=replace(packet, connmark=packet.connmark & ~target.ctmask ^ copied))
    copied = _shift(packet.connmark & target.ctmask, target.left_shift)
    return Effect(packet=replace(packet, mark=packet.mark & ~target.nfmask ^ copied))


def _shift(value: int, left: int) -> int:
    value &= ALL_BITS
    return (value << left) & ALL_BITS if left >= 0 else value >> -left
