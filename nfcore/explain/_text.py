"""An explanation for people, line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nfcore.explain._elsewhere import Elsewhere
from nfcore.explain._explanation import Explanation
from nfcore.explain._finding import Finding, endpoint
from translate import save_line
from translate.evaluate import Hook, Outcome, Packet, Step, Walk
from translate.protocols import protocol_name

__all__ = ["as_text"]

_ARRIVES = {True: "it arrives", False: "it does not arrive", None: "it may arrive"}


def as_text(explanation: Explanation) -> Iterator[str]:
    """The lines: the packet, its way hook by hook, the verdict, and why."""
    way = explanation.way
    yield _packet(way.original)
    yield from _hooks(way)
    for place in explanation.elsewhere:
        yield from _elsewhere(place)
    yield ""
    yield _verdict(explanation)
    if way.outcome is Outcome.ACCEPT:
        yield _result(explanation)
    for finding in explanation.findings:
        yield from _finding(finding)


def _packet(packet: Packet) -> str:
    words = [
        protocol_name(packet.protocol),
        endpoint(packet.source, packet.sport),
        "->",
        endpoint(packet.destination, packet.dport),
    ]
    if packet.icmp_type is not None:
        words.append(f"type {packet.icmp_type}")
    words.append(packet.state.value)
    if packet.mark:
        words.append(f"mark {packet.mark:#x}")
    came = "sent by the host" if packet.in_interface is None else f"in by {packet.in_interface}"
    return f"{' '.join(words)}, {came}"


def _hooks(way: Walk) -> Iterator[str]:
    before = way.original
    for hook in way.hooks:
        yield ""
        yield f"{hook.value}{_interfaces(hook, way)}"
        for step in way.steps:
            if step.place.hook is not hook:
                continue
            if (
                step.rule is not None
                or step.outcome is not Outcome.ACCEPT
                or step is way.decided_by
            ):
                yield f"  {_step(step)}"
            for change in _changes(before, step.packet):
                yield f"      {change}"
            before = step.packet


def _decisive(way: Walk) -> Step | None:
    """What decided; None where a packet passes because there was nothing to stop it."""
    step = way.decided_by
    if step is None or (step.outcome is Outcome.ACCEPT and step.place.table != "filter"):
        return None
    return step


def _interfaces(hook: Hook, way: Walk) -> str:
    final = way.packet
    if hook in {Hook.PREROUTING, Hook.INPUT}:
        return f" (in by {final.in_interface})"
    if hook is Hook.FORWARD:
        return f" ({final.in_interface} -> {final.out_interface})"
    return "" if final.out_interface is None else f" (out by {final.out_interface})"


def _step(step: Step) -> str:
    if step.rule is None:
        return f"{step.place}: {step.outcome}"
    return f"{step.place.table} {step.place.number}: {save_line(step.rule)}"


def _changes(before: Packet, after: Packet) -> Iterator[str]:
    for name, old, new in (
        ("source", (before.source, before.sport), (after.source, after.sport)),
        ("destination", (before.destination, before.dport), (after.destination, after.dport)),
    ):
        if old != new:
            yield f"{name} {endpoint(*old)} -> {endpoint(*new)}"
    if before.mark != after.mark:
        yield f"mark {before.mark:#x} -> {after.mark:#x}"


def _elsewhere(place: Elsewhere) -> Iterator[str]:
    base = place.base
    if base is None and not place.may_stop:
        return
    at = "" if base is None else f" (hook {base.hook}, priority {base.priority})"
    yield ""
    yield f"{place.where}{at}: {' or '.join(place.outcomes)}"
    if place.decided_by is not None and place.decided_by.rule is not None:
        yield f"  {save_line(place.decided_by.rule)}"


def _verdict(explanation: Explanation) -> str:
    others = explanation.outcomes[1:]
    unsure = f" (or {', '.join(others)}: see below)" if others else ""
    decided = _decisive(explanation.way)
    told = "" if decided is None else f" by {decided}"
    if decided is None and explanation.outcomes[0] is Outcome.ACCEPT:
        told = ": no rule stops it"
    return f"Verdict: {explanation.outcomes[0]}{unsure}{told}"


def _result(explanation: Explanation) -> str:
    final = explanation.way.packet
    where = explanation.ends_in
    place = "the host itself" if where == "host" else f"{where}"
    if explanation.receiver is not None:
        place = f"network {where}"
    return (
        f"Ends in {place}, as {endpoint(final.source, final.sport)} -> "
        f"{endpoint(final.destination, final.dport)}: {_ARRIVES[explanation.arrives]}"
    )


def _finding(finding: Finding) -> Iterator[str]:
    yield f"{'!' if finding.blocks else '-'} {finding.text}"
    if finding.remedy is not None:
        yield f"    {finding.remedy}"
