"""``-j AUDIT``: an audit record of the packet; the packet goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.rule import Rule, Target
from translate.types import Statement

__all__ = ["Audit", "AuditExtension"]

_TYPES: Final = ("accept", "drop", "reject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit(Target):
    """``--type``: accept, drop or reject; Linux 4.12 and later don't look at it."""

    name: ClassVar[str] = "AUDIT"
    type: str

    def __post_init__(self) -> None:
        if self.type not in _TYPES:
            raise InvalidRule(f"unknown audit type {self.type!r}: {', '.join(_TYPES)}")


class AuditExtension(TargetExtension[Audit]):
    """Translates ``-j AUDIT``; only the comment tells the types apart."""

    name = "AUDIT"
    value = Audit
    options = (Option(name="type"),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Audit:
        del context
        option = given.require("type", "--type must be given")
        word = option.value.lower()
        if word not in _TYPES:
            raise option.error(f"unknown audit type {option.value!r}: {', '.join(_TYPES)}")
        return Audit(type=word)

    def format(self, value: Audit, context: ParseContext) -> Sequence[str]:
        del context
        return ["--type", value.type]

    def to_nft(self, value: Audit, rule: Rule) -> list[Statement]:
        del value, rule
        return [{"log": {"level": "audit"}}]

    def hint(self, value: Audit) -> str | None:
        return value.type

    def from_hint(self, cursor: Cursor, hint: str) -> Audit | None:
        if hint not in _TYPES or cursor.peek() != {"log": {"level": "audit"}}:
            return None
        cursor.take()
        return Audit(type=hint)
