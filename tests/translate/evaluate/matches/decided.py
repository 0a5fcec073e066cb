"""Asks a match, as a rule would."""

from __future__ import annotations

from typing import Any

from tests.translate.evaluate.scenario import HOST, packet
from translate import IPVersion, parse
from translate.evaluate import Hook, Undecidable
from translate.evaluate.situation import Situation
from translate.evaluate.traversal import rule_matches

__all__ = ["decided"]


def decided(
    words: str, *, source: str = "10.0.1.2", destination: str = "10.0.2.2", **fields: Any
) -> bool | None:
    """Whether a rule with these words matches a packet in mangle FORWARD; None is undecidable."""
    made = packet(source, destination, in_interface="br1", **fields)
    rule = parse(words.split(), version=IPVersion(made.version), table="mangle", chain="FORWARD")
    situation = Situation(
        packet=made,
        original=made,
        hook=Hook.FORWARD,
        table="mangle",
        in_interface="br1",
        out_interface="br2",
        environment=HOST,
    )
    decision = rule_matches(rule, situation)
    return None if isinstance(decision, Undecidable) else decision
