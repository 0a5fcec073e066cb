"""``-m u32``: whether numbers in the packet have certain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule, ParseError
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext, Quoted
from translate.matches._u32_native import u32_to_nft
from translate.matches._u32_text import U32Test, format_u32, parse_u32
from translate.nft.cursor import Cursor
from translate.rule import Match, Rule
from translate.types import Statement

__all__ = ["U32", "U32Extension"]

_MAX: Final = 10
_COMMA: Final = "+"
"""Stands for ``,`` in a rule's comment, where commas separate matches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class U32(Match):
    """``--u32``: tests that must all hold, or with ``!`` must not all hold."""

    name: ClassVar[str] = "u32"
    tests: tuple[U32Test, ...]
    negated: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.tests) <= _MAX:
            raise InvalidRule(f"u32: 1 to {_MAX} tests")
        for test in self.tests:
            if len(test.steps) >= _MAX:
                raise InvalidRule(f"u32: at most {_MAX} numbers in a location")
            if not 1 <= len(test.values) <= _MAX:
                raise InvalidRule(f"u32: 1 to {_MAX} ranges of values")
            if any(step.operator in {"<<", ">>"} and step.number > 31 for step in test.steps):
                raise InvalidRule("u32: shifts by at most 31 bits")


class U32Extension(MatchExtension[U32]):
    """Translates ``-m u32`` into raw payload expressions, where they see the same bytes.

    nft lists these by the names of the fields that they fall on. So the tests stand in the rule's
    comment too.
    """

    name = "u32"
    value = U32
    options = (Option(name="u32", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> U32:
        del context
        option = given.require("u32", "--u32 must be given")
        return U32(tests=parse_u32(option), negated=option.negated)

    def format(self, value: U32, context: ParseContext) -> Sequence[str]:
        del context
        words = ["!"] if value.negated else []
        return [*words, "--u32", Quoted(format_u32(value.tests))]

    def to_nft(self, value: U32, rule: Rule) -> list[Statement]:
        return u32_to_nft(value.tests, rule, negated=value.negated)

    def needs_hint(self, value: U32) -> bool:
        del value
        return True

    def detail(self, value: U32) -> str | None:
        text = format_u32(value.tests).replace(",", _COMMA)
        return f"!{text}" if value.negated else text

    def from_detail(self, cursor: Cursor, detail: str) -> U32 | None:
        text = detail.removeprefix("!").replace(_COMMA, ",")
        option = next(iter(self.options))
        try:
            tests = parse_u32(Given(option=option, written="--u32", words=(text,)))
            value = U32(tests=tests, negated=detail.startswith("!"))
        except (InvalidRule, ParseError):
            return None
        if any(cursor.match(offset) is None for offset in range(len(tests))):
            return None
        cursor.take(len(tests))
        return value
