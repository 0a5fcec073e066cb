"""``-m multiport``: lists of ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, TypeAlias, get_args

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.matches._ports import PortsMatch
from translate.nft.cursor import Cursor
from translate.nft.statements import (
    concat,
    match,
    payload,
    port_from_json,
    port_json,
    set_members,
    set_of,
)
from translate.ports import parse_port
from translate.protocols import DCCP, SCTP, TCP, UDP, UDPLITE
from translate.rule import Match, Rule
from translate.types import PortRange, Statement

__all__ = ["Multiport", "MultiportExtension", "WhichPorts"]

WhichPorts: TypeAlias = Literal["sports", "dports", "ports"]
_OPTIONS: Final = MappingProxyType(
    {"sports": "source-ports", "dports": "destination-ports", "ports": "ports"}
)
_FIELDS: Final = MappingProxyType({"sports": "sport", "dports": "dport"})
_HEADERS: Final = MappingProxyType(
    {TCP: "tcp", UDP: "udp", UDPLITE: "udplite", SCTP: "sctp", DCCP: "dccp"}
)
_HAVE_A_MATCH: Final = frozenset({TCP, UDP, SCTP, DCCP})
"""Protocols whose own match tests a single port."""
_LIMIT: Final = 15
_ALL: Final = PortRange(0, 0xFFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiport(Match):
    """``--sports``, ``--dports`` or ``--ports`` (either of both).

    Two lists of the same ports are equal whatever their order: nft doesn't keep it.

    Args:
        which: which of the packet's ports to look at.
        ports: at most 15, where a range counts as two.
        negated: whether the test is turned round.
    """

    name: ClassVar[str] = "multiport"
    which: WhichPorts
    ports: tuple[PortRange, ...] = field(compare=False)
    negated: bool = False
    covered: tuple[PortRange, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.which not in get_args(WhichPorts):
            raise InvalidRule(f"multiport: {self.which!r} must be sports, dports or ports")
        count = sum(1 if ports.is_single else 2 for ports in self.ports)
        if not 1 <= count <= _LIMIT:
            raise InvalidRule(
                f"multiport: 1 to {_LIMIT} ports, where a range counts as two, not {count}"
            )
        object.__setattr__(self, "covered", _merged(self.ports))


def _merged(ports: Sequence[PortRange]) -> tuple[PortRange, ...]:
    """The same ports in order, as few ranges as can be."""
    merged: list[PortRange] = []
    for one in sorted(ports, key=lambda r: (r.first, r.last)):
        if merged and one.first <= merged[-1].last + 1:
            merged[-1] = PortRange(merged[-1].first, max(merged[-1].last, one.last))
        else:
            merged.append(one)
    return tuple(merged)


def _others(covered: Sequence[PortRange]) -> list[PortRange]:
    """The ports that merged ranges leave out."""
    others = []
    first = 0
    for one in covered:
        if first < one.first:
            others.append(PortRange(first, one.first - 1))
        first = one.last + 1
    if first <= _ALL.last:
        others.append(PortRange(first, _ALL.last))
    return others


class MultiportExtension(MatchExtension[Multiport]):
    """Translates ``-m multiport``."""

    name = "multiport"
    value = Multiport
    options = tuple(
        Option(
            name=name,
            key=key,
            negatable=True,
            excludes=frozenset(_OPTIONS) - {key},
        )
        for key, long_name in _OPTIONS.items()
        for name in dict.fromkeys((long_name, key))
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Multiport:
        option = next(iter(given), None)
        if option is None:
            raise given.error("--sports, --dports or --ports must be given")
        if not context.has_protocol(*_HEADERS) or context.protocol is None:
            raise option.error(f"needs -p {', '.join(_HEADERS.values())} before it")
        if context.is_before_protocol(option):
            raise option.error("-p must stand before it")
        which = next(which for which in get_args(WhichPorts) if which == option.option.key)
        protocol = _HEADERS[context.protocol.value]
        words = option.value.split(",")
        return Multiport(
            which=which,
            ports=tuple(_parse_ports(word, option, protocol) for word in words),
            negated=option.negated,
        )

    def format(self, value: Multiport, context: ParseContext) -> Sequence[str]:
        del context
        bang = ["!"] if value.negated else []
        return [*bang, f"--{value.which}", ",".join(map(str, value.ports))]

    def to_nft(self, value: Multiport, rule: Rule) -> list[Statement]:
        header = _HEADERS[0 if rule.protocol is None else rule.protocol.value]
        if value.which == "ports":
            left = concat([payload(header, "sport"), payload(header, "dport")])
            pairs = [concat([port_json(source), port_json(dest)]) for source, dest in _pairs(value)]
            return [match(left, set_of(pairs), negated=value.negated)]
        members = [port_json(ports) for ports in value.ports]
        if len(members) == 1 and _stands_beside_ports(value, rule):
            # A set of two equal members stays a set: nft neither takes it for the other match's
            # test nor joins it to that.
            members *= 2
        right = members[0] if len(members) == 1 else set_of(members)
        return [match(payload(header, _FIELDS[value.which]), right, negated=value.negated)]

    def needs_hint(self, value: Multiport) -> bool:
        return value.which != "ports" and len(value.ports) == 1

    def from_nft(self, cursor: Cursor) -> Multiport | None:
        return _read(cursor, single=False)

    def from_hint(self, cursor: Cursor) -> Multiport | None:
        return _read(cursor, single=True)


def _parse_ports(word: str, given: Given, protocol: str) -> PortRange:
    first_text, colon, last_text = word.partition(":")
    first = parse_port(first_text, given, protocol)
    if not colon:
        return PortRange.single(first)
    last = parse_port(last_text, given, protocol)
    if first >= last:
        raise given.error(f"invalid port range {word!r}: {first} is not below {last}")
    return PortRange(first, last)


def _stands_beside_ports(value: Multiport, rule: Rule) -> bool:
    """Whether another of the rule's matches tests ports."""
    return any(
        (isinstance(other, PortsMatch) and (other.sport or other.dport) is not None)
        or (isinstance(other, Multiport) and other is not value)
        for other in rule.matches
    )


def _pairs(value: Multiport) -> list[tuple[PortRange, PortRange]]:
    """The pairs of source and destination ports that ``--ports`` holds for.

    The kernel refuses a member whose lowest or highest corner lies within another.
    """
    disjoint = dict.fromkeys(value.ports)
    if sum(r.last - r.first + 1 for r in disjoint) != sum(
        r.last - r.first + 1 for r in value.covered
    ):
        disjoint = dict.fromkeys(value.covered)
    if all(ports.first > 0 and ports.last < _ALL.last for ports in disjoint):
        return [pair for ports in disjoint for pair in ((_ALL, ports), (ports, _ALL))]
    return _pairs_without_overlap(value.covered)


def _pairs_without_overlap(
    covered: Sequence[PortRange],
) -> list[tuple[PortRange, PortRange]]:
    either = [(ports, _ALL) for ports in covered]
    return [(other, ports) for other in _others(covered) for ports in covered] + either


def _read(cursor: Cursor, *, single: bool) -> Multiport | None:
    view = cursor.match()
    if view is None or not view.is_equality or not isinstance(view.left, dict):
        return None
    members = set_members(view.right)
    for number, header in _HEADERS.items():
        for which in get_args(WhichPorts):
            if view.left != _left(header, which) or not cursor.may_imply(number):
                continue
            if which == "ports":
                ports = _ports_of_pairs(members or [])
            elif members is None and not single and number in _HAVE_A_MATCH:
                ports = None
            else:
                ports = _ports_of([view.right] if members is None else members)
            if ports is None:
                return None
            try:
                value = Multiport(which=which, ports=ports, negated=view.negated)
            except InvalidRule:
                return None
            cursor.take()
            cursor.imply(number)
            return value
    return None


def _left(header: str, which: WhichPorts) -> dict[str, Any]:
    if which == "ports":
        return concat([payload(header, "sport"), payload(header, "dport")])
    return payload(header, _FIELDS[which])


def _ports_of(members: Sequence[Any]) -> tuple[PortRange, ...] | None:
    ports = tuple(port_from_json(member) for member in members)
    known = tuple(one for one in ports if one is not None)
    return known if len(known) == len(ports) else None


def _ports_of_pairs(members: Sequence[Any]) -> tuple[PortRange, ...] | None:
    pairs = []
    for member in members:
        fields = member.get("concat") if isinstance(member, dict) else None
        pair = _ports_of(fields) if isinstance(fields, list) else None
        if pair is None or len(pair) != 2:
            return None
        pairs.append((pair[0], pair[1]))
    ports = tuple(source for source, destination in pairs if destination == _ALL)
    simple = {pair for one in ports for pair in ((_ALL, one), (one, _ALL))}
    if {*pairs} in (simple, {*_pairs_without_overlap(_merged(ports))}):
        return ports
    return None
