"""A small host for the tests, and short ways to say what rules it has and what comes by."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from translate import IPVersion
from translate.evaluate import Environment, Outcome, Packet, Route, Ruleset, Walk, walk
from translate.files import read_save, settle_save

__all__ = ["HOST", "forwarded", "names", "packet", "received", "ruleset", "sent"]


def _route(packet: Packet) -> Route | None:
    for prefix, interface in (
        ("10.0.1.", "br1"),
        ("10.0.2.", "br2"),
        ("192.0.2.", "eth0"),
        ("fd00:1:", "br1"),
        ("2001:db8:", "eth0"),
    ):
        if str(packet.destination).startswith(prefix):
            return Route(interface=interface)
    return None


HOST = Environment.of(
    {
        "eth0": ["192.0.2.1/24", "2001:db8::1/64"],
        "br1": ["10.0.1.1/24", "fd00:1::1/64"],
        "br2": ["10.0.2.1/24"],
    },
    route=_route,
)
"""Two bridges and an uplink."""


def ruleset(text: str, version: IPVersion = IPVersion.V4) -> Ruleset:
    """The rules of an iptables-save file; ``COMMIT`` may be left out where a table ends."""
    lines = [line.strip() for line in text.strip().splitlines()]
    whole: list[str] = []
    for line in lines:
        if line.startswith("*") and whole:
            whole.append("COMMIT")
        whole.append(line)
    file = read_save("\n".join([*whole, "COMMIT", ""]), version=version)
    return Ruleset.of_dumps(version, settle_save(file))


def packet(source: str, destination: str, **fields: Any) -> Packet:
    """A UDP packet to port 53, unless the fields say otherwise."""
    defaults: dict[str, Any] = {"protocol": 17}
    if fields.get("protocol", 17) == 17:
        defaults |= {"sport": 40000, "dport": 53}
    addresses = {"source": ip_address(source), "destination": ip_address(destination)}
    return Packet(**{**defaults, **addresses, **fields})


def received(text: str, **fields: Any) -> Walk:
    """A packet from a neighbour on eth0 to the host."""
    return walk(
        packet("192.0.2.9", "192.0.2.1", in_interface="eth0", **fields), ruleset(text), HOST
    )


def forwarded(text: str, **fields: Any) -> Walk:
    """A packet from a container on br1 to one on br2."""
    return walk(packet("10.0.1.2", "10.0.2.2", in_interface="br1", **fields), ruleset(text), HOST)


def sent(text: str, **fields: Any) -> Walk:
    """A packet from the host to a neighbour on eth0."""
    return walk(packet("192.0.2.1", "192.0.2.9", **fields), ruleset(text), HOST)


def names(way: Walk) -> list[str]:
    """The places of a walk's steps, but for policies that accept."""
    return [
        str(step.place)
        for step in way.steps
        if step.rule is not None or step.outcome is not Outcome.ACCEPT
    ]
