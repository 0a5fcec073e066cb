"""Does the kernel do with a datagram, and with the answer to it, what the evaluator says?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import note

from tests.translate.evaluate.lab.lab import Lab, Probe, Seen
from tests.translate.evaluate.lab.plan import BROADCAST, LINKS, ROUTER, addresses_of
from translate import save_line
from translate.evaluate import Outcome, Packet, Ruleset, State, Translation, Walk, walk
from translate.protocols import UDP

__all__ = ["check"]

_HEADERS = {4: 28, 6: 48}
_PAYLOAD = 8


def check(lab: Lab, ruleset: Ruleset, probe: Probe) -> None:
    """Send a datagram and its answer through the rules, which the router has already."""
    way = walk(_packet(probe), ruleset, lab.environment)
    expected = _arrival(way)
    _compare(ruleset, way, lab.first_of_flow(probe, expected=expected), expected)
    reply = None if expected is None else _reply(expected)
    if reply is not None:
        back = walk(_packet(reply, after=way), ruleset, lab.environment)
        expected = _arrival(back)
        _compare(ruleset, back, lab.next_of_flow(reply, expected=expected), expected)


def _packet(probe: Probe, *, after: Walk | None = None) -> Packet:
    """The datagram, where it follows after another as that one's reply."""
    version = probe.source.version
    packet = Packet(
        source=probe.source,
        sport=probe.sport,
        destination=probe.destination,
        dport=probe.dport,
        protocol=UDP,
        in_interface=None if probe.sender == ROUTER else probe.sender,
        length=_HEADERS[version] + _PAYLOAD,
        ttl=64,
        tos=0,
    )
    if after is None or after.packet.state is State.UNTRACKED:
        return packet
    return replace(
        packet,
        state=State.ESTABLISHED,
        status=after.packet.status,
        connmark=after.packet.connmark,
        flow=Translation(
            source=after.original.destination,
            sport=after.original.dport,
            destination=after.original.source,
            dport=after.original.sport,
        ),
    )


def _reply(seen: Seen) -> Probe | None:
    """The receiver's answer; None where it would not pass by the router, or nobody may send it."""
    if seen.destination == BROADCAST:
        return None
    if seen.receiver != ROUTER and seen.source in addresses_of(seen.receiver, seen.source.version):
        return None
    return Probe(seen.receiver, seen.destination, seen.dport, seen.source, seen.sport)


def _arrival(way: Walk) -> Seen | None:
    """Where a packet that was let through comes out: its interface leads to one host."""
    packet = way.packet
    if way.outcome is not Outcome.ACCEPT:
        return None
    receiver = packet.out_interface or ROUTER
    if receiver != ROUTER:
        owners = [link.name for link in LINKS if link.name == receiver]
        if not owners or packet.destination not in addresses_of(receiver, packet.version):
            return None
    assert packet.sport is not None
    assert packet.dport is not None
    return Seen(receiver, packet.source, packet.sport, packet.destination, packet.dport)


def _compare(ruleset: Ruleset, way: Walk, seen: Seen | None, expected: Seen | None) -> None:
    if seen != expected:
        note("\n".join(_story(ruleset, way)))
    assert way.uncertain == ()
    assert seen == expected


def _story(ruleset: Ruleset, way: Walk) -> list[str]:
    lines = []
    for table, chains in ruleset.tables.items():
        for name, chain in chains.items():
            lines += [f"{table} {name} {chain.policy or '-'}"]
            lines += [f"    {save_line(rule)}" for rule in chain.rules]
    return [*lines, *(f"  {step}" for step in way.steps), f"{way.outcome} {way.packet}"]
