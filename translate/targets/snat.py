"""``-j SNAT``: rewrite the source."""

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
    RANDOM_FULLY,
    NatFlags,
    NatRange,
    format_flags,
    nat_from_nft,
    nat_to_nft,
    parse_flags,
    parse_nat_range,
)
from translate.types import Statement

__all__ = ["Snat", "SnatExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snat(Target):
    """``--to-source`` and flags."""

    name: ClassVar[str] = "SNAT"
    to: NatRange
    flags: NatFlags = NO_FLAGS


class SnatExtension(TargetExtension[Snat]):
    """Translates ``-j SNAT``."""

    name = "SNAT"
    value = Snat
    tables = frozenset({"nat"})
    chains = frozenset({"POSTROUTING", "INPUT"})
    options = (Option(name="to-source"), RANDOM, RANDOM_FULLY, PERSISTENT)

    def parse(self, given: GivenOptions, context: ParseContext) -> Snat:
        to = given.require("to-source", "--to-source must be given")
        return Snat(to=parse_nat_range(to, context, shifted=False), flags=parse_flags(given))

    def format(self, value: Snat, context: ParseContext) -> Sequence[str]:
        del context
        return ["--to-source", value.to.text(), *format_flags(value.flags)]

    def to_nft(self, value: Snat, rule: Rule) -> list[Statement]:
        return nat_to_nft("snat", value.to, value.flags, rule)

    def from_nft(self, cursor: Cursor) -> Snat | None:
        read = nat_from_nft(cursor, "snat")
        if read is None or read[0] is None:
            return None
        cursor.take()
        return Snat(to=read[0], flags=read[1])
