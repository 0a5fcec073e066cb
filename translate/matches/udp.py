"""``-m udp``: ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.extension import GivenOptions, MatchExtension, ParseContext
from translate.matches._ports import (
    PORT_OPTIONS,
    format_ports,
    parse_ports,
    ports_from_nft,
    ports_to_nft,
)
from translate.nft.cursor import Cursor
from translate.nft.statements import match, meta
from translate.protocols import UDP
from translate.rule import Match, Rule
from translate.types import Negatable, PortRange, Statement

__all__ = ["Udp", "UdpExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Udp(Match):
    """``--sport`` and ``--dport``."""

    name: ClassVar[str] = "udp"
    sport: Negatable[PortRange] | None = None
    dport: Negatable[PortRange] | None = None


class UdpExtension(MatchExtension[Udp]):
    """Translates ``-m udp``."""

    name = "udp"
    value = Udp
    protocols = (UDP,)
    options = PORT_OPTIONS

    def parse(self, given: GivenOptions, context: ParseContext) -> Udp:
        if not context.has_protocol(UDP):
            raise given.error("needs -p udp before it")
        return Udp(sport=parse_ports(given, "sport"), dport=parse_ports(given, "dport"))

    def format(self, value: Udp, context: ParseContext) -> Sequence[str]:
        del context
        return format_ports("sport", value.sport) + format_ports("dport", value.dport)

    def to_nft(self, value: Udp, rule: Rule) -> list[Statement]:
        del rule
        statements = ports_to_nft("udp", "sport", value.sport) + ports_to_nft(
            "udp", "dport", value.dport
        )
        return statements or [match(meta("l4proto"), "udp")]

    def needs_hint(self, value: Udp) -> bool:
        return value == Udp()

    def from_nft(self, cursor: Cursor) -> Udp | None:
        if not cursor.may_imply(UDP):
            return None
        sport = ports_from_nft(cursor, "udp", "sport")
        dport = ports_from_nft(cursor, "udp", "dport")
        if sport is None and dport is None:
            return None
        cursor.imply(UDP)
        return Udp(sport=sport, dport=dport)

    def from_hint(self, cursor: Cursor) -> Udp | None:
        return self.from_nft(cursor) or (Udp() if cursor.has_protocol(UDP) else None)
