"""``-j DNAT``: rewrite the destination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.rule import Rule, Target
from translate.targets._nat import (
    NO_FLAGS,
    PERSISTENT,
    RANDOM,
    NatFlags,
    NatRange,
    format_flags,
    nat_from_nft,
    nat_to_nft,
    parse_flags,
    parse_nat_range,
)
from translate.types import Statement

__all__ = ["Dnat", "DnatExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dnat(Target):
    """``--to-destination`` and flags."""

    name: ClassVar[str] = "DNAT"
    to: NatRange
    flags: NatFlags = NO_FLAGS


class DnatExtension(TargetExtension[Dnat]):
    """Translates ``-j DNAT``."""

    name = "DNAT"
    value = Dnat
    tables = frozenset({"nat"})
    chains = frozenset({"PREROUTING", "OUTPUT"})
    options = (Option(name="to-destination"), RANDOM, PERSISTENT)

    def parse(self, given: GivenOptions, context: ParseContext) -> Dnat:
        to = given.require("to-destination", "--to-destination must be given")
        return Dnat(to=parse_nat_range(to, context, shifted=True), flags=parse_flags(given))

    def format(self, value: Dnat, context: ParseContext) -> Sequence[str]:
        del context
        return ["--to-destination", value.to.text(), *format_flags(value.flags)]

    def to_nft(self, value: Dnat, rule: Rule) -> list[Statement]:
        return nat_to_nft("dnat", value.to, value.flags, rule)

    def from_nft(self, cursor: Cursor) -> Dnat | None:
        read = nat_from_nft(cursor, "dnat")
        if read is None or read[0] is None or read[1].fully_random:  # which has no word here
            return None
        cursor.take()
        return Dnat(to=read[0], flags=read[1])
