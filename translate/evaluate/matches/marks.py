"""``-m mark`` and ``-m connmark``."""

from __future__ import annotations

from translate.evaluate.decision import Decision
from translate.evaluate.situation import Situation
from translate.matches._marks import MarkMatch
from translate.matches.connmark import Connmark
from translate.matches.mark import Mark

__all__ = ["connmark", "mark"]


def mark(match: Mark, situation: Situation) -> Decision:
    """xt_mark.c."""
    return _found(match, situation.packet.mark)


def connmark(match: Connmark, situation: Situation) -> Decision:
    """xt_connmark.c: without a flow it never matches."""
    packet = situation.packet
    return packet.is_tracked and _found(match, packet.connmark)


def _found(match: MarkMatch, mark: int) -> bool:
    asked = match.mark
    return (mark & asked.value.mask == asked.value.value) != asked.negated
