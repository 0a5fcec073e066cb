"""``-m multiport``."""

from __future__ import annotations

from translate.evaluate.decision import Decision, negate
from translate.evaluate.matches.fields import any_of, in_range
from translate.evaluate.situation import Situation
from translate.matches.multiport import Multiport

__all__ = ["multiport"]


def multiport(match: Multiport, situation: Situation) -> Decision:
    """xt_multiport.c: a later fragment never matches."""
    packet = situation.packet
    if not packet.has_ports:
        return False
    fields = []
    if match.which in {"sports", "ports"}:
        fields.append((packet.sport, "source port"))
    if match.which in {"dports", "ports"}:
        fields.append((packet.dport, "destination port"))
    found = any_of(
        *(in_range(port, r.first, r.last, what) for port, what in fields for r in match.covered)
    )
    return negate(found, match.negated)
