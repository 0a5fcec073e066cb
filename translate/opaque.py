"""nft statements that iptables has no words for: kept as they are, never lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from translate.extension import GivenOptions, MatchExtension, ParseContext
from translate.rule import Match, Rule
from translate.types import Statement

__all__ = ["Opaque", "OpaqueExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque(Match):
    """One statement of a rule that somebody else wrote, as libnftables printed it.

    Args:
        json: the statement's JSON text with sorted keys, so that equal statements are equal values.
    """

    name: ClassVar[str] = "nft"
    json: str

    @classmethod
    def of(cls, statement: Statement) -> Opaque:
        """The value for a statement; what a counter has counted is no part of it."""
        if isinstance(statement.get("counter"), dict):
            statement = {"counter": None}
        return cls(json=json.dumps(statement, sort_keys=True))

    def has_side_effects(self) -> bool:
        return "match" not in self.statement

    @property
    def statement(self) -> Statement:
        """The statement again."""
        decoded: dict[str, Any] = json.loads(self.json)
        return decoded


class OpaqueExtension(MatchExtension[Opaque]):
    """Shows an opaque statement as ``-m nft --statement JSON``; iptables itself has no such match.

    It cannot be asked for on a command line: only nfcore's own encoders make JSON for libnftables.
    """

    name = "nft"
    value = Opaque

    def parse(self, given: GivenOptions, context: ParseContext) -> Opaque:
        del context
        raise given.error("an opaque nft statement can be shown, not asked for")

    def format(self, value: Opaque, context: ParseContext) -> Sequence[str]:
        del context
        return ["--statement", value.json]

    def to_nft(self, value: Opaque, rule: Rule) -> list[Statement]:
        del rule
        return [value.statement]
