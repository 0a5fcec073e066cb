"""What the rules of the layout of sets do to a packet, lookup by lookup, for the evaluator.

This reads the statements that nft lists, not the layout's code: a lookup's key is made of the
packet as nf_tables makes it, and a value that the packet lacks breaks the rule off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any, ClassVar
from unittest import mock

from nfcore.operations import ElementValue, SetState, Snapshot
from translate import IPVersion, Opaque, Rule
from translate.evaluate import Outcome, Policy, Ruleset
from translate.evaluate.decision import Decision
from translate.evaluate.effect import Effect
from translate.evaluate.matches import evaluate_match
from translate.evaluate.situation import Situation
from translate.evaluate.targets import apply_target
from translate.rule import Match, Target

__all__ = ["decoded", "evaluating_lookups", "undecoded"]

Sets = Mapping[str, SetState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(Match):
    """A test with a named set, or a map that has to have the key."""

    name: ClassVar[str] = "lookup"
    key: Any
    set: SetState
    negated: bool = False

    def __hash__(self) -> int:
        return hash(repr(self.key))

    def holds(self, situation: Situation) -> bool:
        key = _values(self.key, situation)
        return key is not None and (key in self.set.elements) is not self.negated


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped(Target):
    """``dnat`` or ``snat`` to what maps say."""

    name: ClassVar[str] = "mapped"
    key: Any
    address: SetState
    port: SetState | None = None
    source: bool = False

    def __hash__(self) -> int:
        return hash(repr(self.key))

    def effect(self, situation: Situation) -> Effect:
        key = _values(self.key, situation)
        assert key is not None
        address = ip_address(str(self.address.elements[key].data))
        if self.source:
            packet = situation.packet.with_source(address, None)
        else:
            assert self.port is not None
            port = self.port.elements[key].data
            packet = situation.packet.with_destination(address, int(port or 0))
        return Effect(outcome=Outcome.ACCEPT, packet=packet)


def undecoded(snapshot: Snapshot, version: IPVersion, *, forward: Policy) -> Ruleset:
    """The rules as they are, for the evaluator, with FORWARD's policy."""
    return _ruleset(snapshot, version, lambda rule, _: rule, forward)


def decoded(snapshot: Snapshot, version: IPVersion, *, forward: Policy) -> Ruleset:
    """The rules with their lookups, for the evaluator; see `evaluating_lookups`."""
    return _ruleset(snapshot, version, _decode, forward)


def _ruleset(
    snapshot: Snapshot,
    version: IPVersion,
    form: Callable[[Rule, Sets], Rule],
    forward: Policy,
) -> Ruleset:
    states = {ref: state for ref, state in snapshot.tables.items() if ref.version is version}
    return Ruleset.of(
        version,
        [
            form(held.body, state.sets)
            for state in states.values()
            for chain in state.chains.values()
            for held in chain.rules
        ],
        chains=[
            (ref.name, name)
            for ref, state in states.items()
            for name, chain in state.chains.items()
            if chain.base is None
        ],
        policies={("filter", "FORWARD"): forward},
    )


@contextmanager
def evaluating_lookups() -> Iterator[None]:
    """The evaluator knows what lookups come to, as long as the block runs."""

    def match(value: Match, situation: Situation) -> Decision:
        if isinstance(value, Lookup):
            return value.holds(situation)
        return evaluate_match(value, situation)

    def apply(target: Target | None, situation: Situation) -> Effect:
        if isinstance(target, Mapped):
            return target.effect(situation)
        return apply_target(target, situation)

    at = "translate.evaluate.traversal"
    with mock.patch(f"{at}.evaluate_match", match), mock.patch(f"{at}.apply_target", apply):
        yield


def _decode(rule: Rule, sets: Sets) -> Rule:
    matches: list[Match] = []
    target = rule.target
    for match in rule.matches:
        if not isinstance(match, Opaque):
            matches.append(match)
            continue
        ((kind, body),) = match.statement.items()
        if kind == "match":
            named = sets[body["right"].removeprefix("@")]
            matches.append(Lookup(key=body["left"], set=named, negated=body["op"] == "!="))
        else:
            address = body["addr"]["map"]
            port = body["port"]["map"] if "port" in body else None
            found = sets[address["data"].removeprefix("@")]
            ports = None if port is None else sets[port["data"].removeprefix("@")]
            assert port is None or port["key"] == address["key"]
            matches.append(Lookup(key=address["key"], set=found))
            target = Mapped(key=address["key"], address=found, port=ports, source=kind == "snat")
    return replace(rule, matches=tuple(matches), target=target)


def _values(key: Any, situation: Situation) -> tuple[ElementValue, ...] | None:
    """The packet's key, or None where it lacks a part."""
    values = [_value(part, situation) for part in key.get("concat", [key])]
    found = [value for value in values if value is not None]
    return tuple(found) if len(found) == len(values) else None


def _value(part: Any, situation: Situation) -> ElementValue | None:
    packet = situation.packet
    if "&" in part:
        inner, mask = part["&"]
        address = ip_address(str(_value(inner, situation)))
        return str(type(address)(int(address) & int(ip_address(mask))))
    if "meta" in part:
        known: dict[str, ElementValue] = {
            "iifname": situation.in_interface,
            "oifname": situation.out_interface,
            "l4proto": packet.protocol,
        }
        return known[part["meta"]["key"]]
    field = part["payload"]["field"]
    if field in {"saddr", "daddr"}:
        return str(packet.source if field == "saddr" else packet.destination)
    if not packet.has_ports:
        return None
    return packet.sport if field == "sport" else packet.dport
