"""``-m esp``: the security parameters index of an ESP header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.intervals import interval_from_nft, interval_to_nft
from translate.nft.statements import match, meta, payload
from translate.protocols import ESP
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.intervals import Interval, read_partial

__all__ = ["Esp", "EspExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Esp(Match):
    """``--espspi FIRST[:LAST]``; None is any."""

    name: ClassVar[str] = "esp"
    spi: Negatable[Interval] | None = None


class EspExtension(MatchExtension[Esp]):
    """Translates ``-m esp``."""

    name = "esp"
    value = Esp
    protocols = (ESP,)
    translated_without_protocol = True
    options = (Option(name="espspi", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Esp:
        if not context.has_protocol(ESP):
            raise given.error("needs -p esp before it")
        return Esp(spi=read_partial(given.get("espspi")))

    def format(self, value: Esp, context: ParseContext) -> Sequence[str]:
        del context
        if value.spi is None:
            return []
        return [*value.spi.bang, "--espspi", value.spi.value.text(":")]

    def to_nft(self, value: Esp, rule: Rule) -> list[Statement]:
        if value.spi is None:
            said_before = rule.has_side_effects_before(self.name)
            return [] if said_before else [match(meta("l4proto"), "esp")]
        return [interval_to_nft(payload("esp", "spi"), value.spi)]

    def needs_hint(self, value: Esp) -> bool:
        return value.spi is None

    def leaves_no_trace(self, value: Esp) -> bool:
        return value.spi is None

    def from_no_trace(self, cursor: Cursor) -> Esp | None:
        if not cursor.may_imply(ESP):
            return None
        cursor.imply(ESP)
        return Esp()

    def from_nft(self, cursor: Cursor) -> Esp | None:
        if not cursor.may_imply(ESP):
            return None
        spi = interval_from_nft(cursor, payload("esp", "spi"))
        if spi is None:
            return None
        cursor.imply(ESP)
        return Esp(spi=spi)
