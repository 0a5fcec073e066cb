"""``-m sctp``: ports."""

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
from translate.protocols import SCTP
from translate.rule import Match, Rule
from translate.types import Negatable, PortRange, Statement

__all__ = ["Sctp", "SctpExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sctp(Match):
    """``--sport`` and ``--dport``."""

    name: ClassVar[str] = "sctp"
    sport: Negatable[PortRange] | None = None
    dport: Negatable[PortRange] | None = None


class SctpExtension(MatchExtension[Sctp]):
    """Translates ``-m sctp``."""

    name = "sctp"
    value = Sctp
    protocols = (SCTP,)
    options = PORT_OPTIONS

    def parse(self, given: GivenOptions, context: ParseContext) -> Sctp:
        if not context.has_protocol(SCTP):
            raise given.error("needs -p sctp before it")
        return Sctp(sport=parse_ports(given, "sport"), dport=parse_ports(given, "dport"))

    def format(self, value: Sctp, context: ParseContext) -> Sequence[str]:
        del context
        return format_ports("sport", value.sport) + format_ports("dport", value.dport)

    def to_nft(self, value: Sctp, rule: Rule) -> list[Statement]:
        del rule
        statements = ports_to_nft("sctp", "sport", value.sport) + ports_to_nft(
            "sctp", "dport", value.dport
        )
        return statements or [match(meta("l4proto"), "sctp")]

    def needs_hint(self, value: Sctp) -> bool:
        return value == Sctp()

    def from_nft(self, cursor: Cursor) -> Sctp | None:
        if not cursor.may_imply(SCTP):
            return None
        sport = ports_from_nft(cursor, "sctp", "sport")
        dport = ports_from_nft(cursor, "sctp", "dport")
        if sport is None and dport is None:
            return None
        cursor.imply(SCTP)
        return Sctp(sport=sport, dport=dport)

    def from_hint(self, cursor: Cursor) -> Sctp | None:
        return self.from_nft(cursor) or (Sctp() if cursor.has_protocol(SCTP) else None)
