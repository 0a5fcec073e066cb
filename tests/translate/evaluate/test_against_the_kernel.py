"""The evaluator and the kernel agree on where packets come out, and with what addresses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.translate.evaluate.lab import Lab, Probe, Seen
from tests.translate.evaluate.lab.plan import BROADCAST, LINKS, ROUTER, addresses_of
from tests.translate.evaluate.lab.programs import PROGRAMS, Program
from tests.translate.evaluate.lab.strategies import probes, rulesets
from translate import IPVersion, save_line
from translate.evaluate import Outcome, Packet, Ruleset, State, Translation, Walk, walk
from translate.protocols import UDP

EXAMPLES = int(os.environ.get("NFCORE_KERNEL_EXAMPLES", "250"))
"""How many rulesets each test programs; ``make test-kernel`` asks for more."""
_HEADERS = {4: 28, 6: 48}
_PAYLOAD = 8


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Program]:
    chosen = PROGRAMS[request.param]
    yield chosen
    for version in IPVersion:
        lab.program(Ruleset(version=version), chosen)


@pytest.mark.xdist_group("evaluate-lab")
@pytest.mark.parametrize("version", IPVersion)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_packets_and_their_replies(
    lab: Lab, program: Program, version: IPVersion, data: st.DataObject
) -> None:
    ruleset = data.draw(rulesets(version, program.takes))
    lab.program(ruleset, program)
    for probe in data.draw(probes(version)):
        way = walk(packet_of(probe), ruleset, lab.environment)
        expected = arrival(way)
        compare(ruleset, way, lab.first_of_flow(probe, expected=expected), expected)
        reply = None if expected is None else reply_to(expected)
        if reply is None:
            continue
        back = walk(packet_of(reply, after=way), ruleset, lab.environment)
        expected = arrival(back)
        compare(ruleset, back, lab.next_of_flow(reply, expected=expected), expected)


def packet_of(probe: Probe, *, after: Walk | None = None) -> Packet:
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


def reply_to(seen: Seen) -> Probe | None:
    """The receiver's answer; None where it would not pass by the router, or nobody may send it."""
    if seen.destination == BROADCAST:
        return None
    if seen.receiver != ROUTER and seen.source in addresses_of(seen.receiver, seen.source.version):
        return None
    return Probe(seen.receiver, seen.destination, seen.dport, seen.source, seen.sport)


def arrival(way: Walk) -> Seen | None:
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


def compare(ruleset: Ruleset, way: Walk, seen: Seen | None, expected: Seen | None) -> None:
    if seen != expected:
        explain(ruleset, way)
    assert way.uncertain == ()
    assert seen == expected


def explain(ruleset: Ruleset, way: Walk) -> None:
    for table, chains in ruleset.tables.items():
        for name, chain in chains.items():
            note(f"{table} {name} {chain.policy}")
            for rule in chain.rules:
                note(f"    {save_line(rule)}")
    for step in way.steps:
        note(f"  {step}")
    note(f"{way.outcome} {way.packet}")
