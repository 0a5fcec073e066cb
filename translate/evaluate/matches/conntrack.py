"""``-m conntrack`` and ``-m state``."""

from __future__ import annotations

from collections.abc import Iterator

from translate.evaluate.decision import Decision, Undecidable, negate
from translate.evaluate.matches.fields import all_of, port_in
from translate.evaluate.packet import Packet, State
from translate.evaluate.situation import Situation
from translate.matches.conntrack import Conntrack
from translate.matches.state import State as StateMatch
from translate.types import IPAddress, Negatable
from translate.values.hosts import Host

__all__ = ["conntrack", "state"]


def state(match: StateMatch, situation: Situation) -> Decision:
    """xt_state.c."""
    return _state_matches(match.state, situation.packet)


def conntrack(match: Conntrack, situation: Situation) -> Decision:
    """xt_conntrack.c: without a flow, nothing but the state is asked for."""
    packet = situation.packet
    by_state = match.state is None or _state_matches(match.state, packet)
    if not packet.is_tracked:
        return by_state and match.state is not None
    return all_of(by_state, *_flow_matches(match, situation))


def _state_matches(asked: Negatable[tuple[str, ...]], packet: Packet) -> bool:
    found = packet.state in asked.value or any(side in asked.value for side in packet.status)
    return found != asked.negated


def _flow_matches(match: Conntrack, situation: Situation) -> Iterator[Decision]:
    if situation.packet.state is not State.NEW:
        asked = {getattr(match, name) for name in match.__slots__ if name != "state"} - {None}
        yield Undecidable("it asks for more of the flow than its state") if asked else True
        return
    first, now = situation.original, situation.packet
    yield match.direction in {None, "ORIGINAL"}
    if match.protocol is not None:
        yield (match.protocol.value == now.protocol) != match.protocol.negated
    yield _host_matches(match.original_source, first.source)
    yield _host_matches(match.original_destination, first.destination)
    # A reply goes back to what the packet was translated to, as far as that has happened.
    yield _host_matches(match.reply_source, now.destination)
    yield _host_matches(match.reply_destination, now.source)
    yield port_in(first.sport, match.original_source_ports, "source port")
    yield port_in(first.dport, match.original_destination_ports, "destination port")
    yield port_in(now.dport, match.reply_source_ports, "destination port")
    yield port_in(now.sport, match.reply_destination_ports, "source port")
    yield _status_matches(match.status, situation)
    if match.expiration is not None:
        yield Undecidable("--ctexpire asks for the time")


def _host_matches(asked: Negatable[Host] | None, address: IPAddress) -> bool:
    if asked is None:
        return True
    network = asked.value.network
    return (int(address) & int(network.mask) == int(network.address)) != asked.negated


def _status_matches(asked: Negatable[tuple[str, ...]] | None, situation: Situation) -> Decision:
    """Of a new flow only CONFIRMED can be true, on the loopback: it has been sent already."""
    if asked is None:
        return True
    confirmed = situation.in_interface != (situation.original.in_interface or "")
    return negate(confirmed and "CONFIRMED" in asked.value, asked.negated)
