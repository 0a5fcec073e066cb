"""``-j NOTRACK``: no connection tracking for the packet; the older name of ``-j CT --notrack``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.extension import GivenOptions, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.rule import Rule, Target
from translate.types import Statement

__all__ = ["Notrack", "NotrackExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notrack(Target):
    """It has no options."""

    name: ClassVar[str] = "NOTRACK"


class NotrackExtension(TargetExtension[Notrack]):
    """Translates ``-j NOTRACK``; without its hint, nft's ``notrack`` is read as ``-j CT``."""

    name = "NOTRACK"
    value = Notrack
    tables = frozenset({"raw"})

    def parse(self, given: GivenOptions, context: ParseContext) -> Notrack:
        del given, context
        return Notrack()

    def format(self, value: Notrack, context: ParseContext) -> Sequence[str]:
        del value, context
        return []

    def to_nft(self, value: Notrack, rule: Rule) -> list[Statement]:
        del value, rule
        return [{"notrack": None}]

    def hint(self, value: Notrack) -> str | None:
        del value
        return ""

    def from_hint(self, cursor: Cursor, hint: str) -> Notrack | None:
        if hint or "notrack" not in (cursor.peek() or {}):
            return None
        cursor.take()
        return Notrack()
