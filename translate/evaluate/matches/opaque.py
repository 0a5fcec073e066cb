"""nft statements that iptables has no words for."""

from __future__ import annotations

from typing import Final

from translate.evaluate.decision import Decision, Undecidable
from translate.evaluate.situation import Situation
from translate.opaque import Opaque

__all__ = ["opaque"]

_HARMLESS: Final = frozenset({"counter", "log"})
_CONDITIONS: Final = frozenset({"match", "limit", "quota", "ct count"})


def opaque(match: Opaque, situation: Situation) -> Decision:
    """A condition can't be decided; of anything else (``vmap``, ``mangle``) no effect is known."""
    del situation
    (key,) = match.statement
    if key in _HARMLESS:
        return True
    return Undecidable(
        f"the nft statement {match.json} has no iptables form",
        about="match" if key in _CONDITIONS else "effect",
    )
