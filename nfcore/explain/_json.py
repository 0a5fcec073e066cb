"""An explanation for programs; docs/explain.md describes the shape. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nfcore.explain._elsewhere import Elsewhere
from nfcore.explain._explanation import Explanation
from nfcore.explain._finding import Finding
from translate import save_line
from translate.evaluate import Doubt, Packet, Step, Walk
from translate.protocols import protocol_name

__all__ = ["as_json"]


def as_json(explanation: Explanation) -> dict[str, Any]:
    """One JSON object; new keys may come, none of these will go or change its meaning."""
    way = explanation.way
    return {
        "packet": _packet(way.original),
        "hooks": _hooks(way),
        "verdict": explanation.outcomes[0].value,
        "possible_verdicts": [outcome.value for outcome in explanation.outcomes],
        "decided_by": None if way.decided_by is None else _step(way.decided_by),
        "result": _packet(way.packet),
        "uncertain": [_doubt(doubt) for doubt in way.uncertain],
        "elsewhere": [_elsewhere(place) for place in explanation.elsewhere],
        "reply": None if explanation.reply is None else _reply(explanation.reply),
        "ends_in": explanation.ends_in,
        "arrives": explanation.arrives,
        "findings": [_finding(finding) for finding in explanation.findings],
    }


def _packet(packet: Packet) -> dict[str, Any]:
    return {
        "in_interface": packet.in_interface,
        "out_interface": packet.out_interface,
        "protocol": protocol_name(packet.protocol),
        "source": str(packet.source),
        "sport": packet.sport,
        "destination": str(packet.destination),
        "dport": packet.dport,
        "icmp_type": packet.icmp_type,
        "icmp_code": packet.icmp_code,
        "state": packet.state.value,
        "mark": packet.mark,
    }


def _hooks(way: Walk) -> Sequence[dict[str, Any]]:
    """The hooks in order, each with its steps; a step that changed addresses tells both."""
    found = []
    before = way.original
    for hook in way.hooks:
        steps = []
        for step in way.steps:
            if step.place.hook is hook:
                steps.append(_step(step) | _translated(before, step.packet))
                before = step.packet
        found.append({"hook": hook.value, "steps": steps})
    return found


def _step(step: Step) -> dict[str, Any]:
    return {
        "table": step.place.table,
        "chain": step.place.chain,
        "number": step.place.number,
        "rule": None if step.rule is None else save_line(step.rule),
        "verdict": None if step.outcome is None else step.outcome.value,
    }


def _translated(before: Packet, after: Packet) -> dict[str, Any]:
    changes = {
        name: {"before": _value(getattr(before, name)), "after": _value(getattr(after, name))}
        for name in ("source", "sport", "destination", "dport", "mark")
        if getattr(before, name) != getattr(after, name)
    }
    return {"changes": changes}


def _value(value: object) -> str | int | None:
    return value if isinstance(value, int) or value is None else str(value)


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {
        "table": doubt.place.table,
        "chain": doubt.place.chain,
        "number": doubt.place.number,
        "rule": save_line(doubt.rule),
        "about": doubt.about,
        "reason": doubt.reason,
    }


def _elsewhere(place: Elsewhere) -> dict[str, Any]:
    decided = place.decided_by
    return {
        "where": place.where,
        "hook": None if place.base is None else place.base.hook,
        "priority": None if place.base is None else place.base.priority,
        "possible_verdicts": [outcome.value for outcome in place.outcomes],
        "rule": None if decided is None or decided.rule is None else save_line(decided.rule),
        "uncertain": [
            {"rule": save_line(doubt.rule), "about": doubt.about, "reason": doubt.reason}
            for doubt in place.uncertain
        ],
    }


def _reply(reply: Walk) -> dict[str, Any]:
    return {
        "packet": _packet(reply.original),
        "verdict": reply.outcome.value,
        "decided_by": None if reply.decided_by is None else _step(reply.decided_by),
        "result": _packet(reply.packet),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "text": finding.text,
        "remedy": finding.remedy,
        "blocks": finding.blocks,
    }
