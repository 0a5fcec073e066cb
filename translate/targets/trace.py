"""``-j TRACE``: have the kernel tell of every rule that the packet meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.extension import GivenOptions, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.statements import meta
from translate.rule import Rule, Target
from translate.types import Statement

__all__ = ["Trace", "TraceExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace(Target):
    """It has no options."""

    name: ClassVar[str] = "TRACE"


class TraceExtension(TargetExtension[Trace]):
    """Translates ``-j TRACE``."""

    name = "TRACE"
    value = Trace
    tables = frozenset({"raw"})

    def parse(self, given: GivenOptions, context: ParseContext) -> Trace:
        del given, context
        return Trace()

    def format(self, value: Trace, context: ParseContext) -> Sequence[str]:
        del value, context
        return []

    def to_nft(self, value: Trace, rule: Rule) -> list[Statement]:
        del value, rule
        return [{"mangle": {"key": meta("nftrace"), "value": 1}}]

    def from_nft(self, cursor: Cursor) -> Trace | None:
        if cursor.peek() != {"mangle": {"key": meta("nftrace"), "value": 1}}:
            return None
        cursor.take()
        return Trace()
