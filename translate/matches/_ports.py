"""What the matches on source and destination ports share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import (
    MatchView,
    match,
    meta,
    payload,
    port_from_json,
    port_json,
)
from translate.ports import parse_port_range
from translate.rule import Match, Rule
from translate.types import Negatable, PortRange, Statement

__all__ = ["ALL_PORTS", "PORT_OPTIONS", "Ports", "PortsExtension", "PortsMatch"]

Ports = Negatable[PortRange]

PORT_OPTIONS: Final = (
    Option(name="source-port", key="sport", negatable=True),
    Option(name="sport", negatable=True),
    Option(name="destination-port", key="dport", negatable=True),
    Option(name="dport", negatable=True),
)
ALL_PORTS: Final = PortRange(0, 0xFFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortsMatch(Match):
    """``--sport`` and ``--dport``."""

    sport: Ports | None = None
    dport: Ports | None = None


P = TypeVar("P", bound=PortsMatch)


class PortsExtension(MatchExtension[P], Generic[P]):
    """A match named for its protocol, on ports and maybe more.

    Class attributes:
        service_protocol: the protocol whose services may be written for ports; None as
            `parse_port` says.
        keeps_all_ports: whether iptables-save prints ``--sport 0:65535``.
    """

    options: ClassVar[tuple[Option, ...]] = PORT_OPTIONS
    service_protocol: ClassVar[str | None] = None
    keeps_all_ports: ClassVar[bool] = False
    translated_without_protocol = True

    def parse_more(self, given: GivenOptions) -> Mapping[str, Any]:
        """The value's other fields."""
        del given
        return {}

    def format_more(self, value: P) -> Sequence[str]:
        """The other options, which follow the ports."""
        del value
        return []

    def more_to_nft(self, value: P, *, guarded: bool) -> list[Statement]:
        """The statements of the other fields; ``guarded`` if those before say the protocol."""
        del value, guarded
        return []

    def more_from_nft(self, cursor: Cursor) -> Mapping[str, Any]:
        """Read the other fields from such statements and step past them."""
        del cursor
        return {}

    def parse(self, given: GivenOptions, context: ParseContext) -> P:
        if not context.has_protocol(*self.protocols):
            raise given.error(f"needs -p {self.name} before it")
        made: P = self.value(
            sport=self._parse_ports(given, "sport"),
            dport=self._parse_ports(given, "dport"),
            **self.parse_more(given),
        )
        return made

    def _parse_ports(self, given: GivenOptions, key: str) -> Ports | None:
        option = given.get(key)
        if option is None:
            return None
        ports = parse_port_range(option, self.service_protocol)
        if ports == ALL_PORTS and not option.negated and not self.keeps_all_ports:
            return None
        return Negatable(ports, option.negated)

    def format(self, value: P, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        for key, ports in (("--sport", value.sport), ("--dport", value.dport)):
            if ports is not None:
                words += [*ports.bang, key, str(ports.value)]
        return [*words, *self.format_more(value)]

    def to_nft(self, value: P, rule: Rule) -> list[Statement]:
        statements = [
            match(payload(self.name, key), port_json(ports.value), negated=ports.negated)
            for key, ports in (("sport", value.sport), ("dport", value.dport))
            if ports is not None
        ]
        said_before = rule.has_side_effects_before(self.name)
        statements += self.more_to_nft(value, guarded=said_before or bool(statements))
        if statements or said_before or self._is_said_elsewhere(value, rule):
            return statements
        return [match(meta("l4proto"), self.name)]

    def _is_said_elsewhere(self, value: P, rule: Rule) -> bool:
        """Whether another of the rule's matches already says which protocol it is for."""
        same = [other for other in rule.matches if other.name == self.name]
        empty: Match = self.value()
        return same[0] is not value or any(other != empty for other in same)

    def needs_hint(self, value: P) -> bool:
        return bool(value == self.value())

    def from_nft(self, cursor: Cursor) -> P | None:
        if not cursor.may_imply(*self.protocols):
            return None
        sport = self._ports_from_nft(cursor, "sport")
        dport = self._ports_from_nft(cursor, "dport")
        if sport is not None or dport is not None:
            cursor.imply(*self.protocols)
        value: P = self.value(sport=sport, dport=dport, **self.more_from_nft(cursor))
        if value == self.value():
            return None
        cursor.imply(*self.protocols)
        return value

    def _ports_from_nft(self, cursor: Cursor, key: str) -> Ports | None:
        view = cursor.match_on(payload(self.name, key))
        ports = None if view is None else _read_ports(view)
        if ports is not None:
            cursor.take()
        return ports

    def leaves_no_trace(self, value: P) -> bool:
        return self.needs_hint(value)

    def from_no_trace(self, cursor: Cursor) -> P | None:
        # nft leaves the protocol out of its listing where a later statement says it again.
        if not cursor.may_imply(*self.protocols):
            return None
        cursor.imply(*self.protocols)
        made: P = self.value()
        return made


def _read_ports(view: MatchView) -> Ports | None:
    """What such a statement says; nfcore writes no comparisons, but people do."""
    ports = port_from_json(view.right)
    if ports is None or view.is_equality:
        return None if ports is None else Negatable(ports, view.negated)
    if not ports.is_single:
        return None
    port = ports.first
    ends = {
        ">": (port + 1, ALL_PORTS.last),
        ">=": (port, ALL_PORTS.last),
        "<": (0, port - 1),
        "<=": (0, port),
    }.get(view.op)
    if ends is None or not ALL_PORTS.first <= ends[0] <= ends[1] <= ALL_PORTS.last:
        return None
    compared = PortRange(*ends)
    return None if compared == ALL_PORTS else Negatable(compared)
