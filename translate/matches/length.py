"""``-m length``: the packet's length in bytes, IP header included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.intervals import interval_from_nft, interval_to_nft
from translate.nft.statements import meta
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.intervals import Interval, read_interval

__all__ = ["Length", "LengthExtension"]

_MAX_LENGTH: Final = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Length(Match):
    """``--length FIRST[:LAST]``, in bytes."""

    name: ClassVar[str] = "length"
    length: Negatable[Interval]

    def __post_init__(self) -> None:
        if self.length.value.last > _MAX_LENGTH:
            raise InvalidRule(f"length must be 0 to {_MAX_LENGTH}, not {self.length.value.last}")


class LengthExtension(MatchExtension[Length]):
    """Translates ``-m length``."""

    name = "length"
    value = Length
    options = (Option(name="length", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Length:
        del context
        option = given.require("length", "--length must be given")
        return Length(length=Negatable(read_interval(option, maximum=_MAX_LENGTH), option.negated))

    def format(self, value: Length, context: ParseContext) -> Sequence[str]:
        del context
        return [*value.length.bang, "--length", value.length.value.text(":")]

    def to_nft(self, value: Length, rule: Rule) -> list[Statement]:
        del rule
        return [interval_to_nft(meta("length"), value.length)]

    def from_nft(self, cursor: Cursor) -> Length | None:
        length = interval_from_nft(cursor, meta("length"), maximum=_MAX_LENGTH)
        return None if length is None else Length(length=length)
