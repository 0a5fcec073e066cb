"""``-m cpu``: the processor that handles the packet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, meta, number_from_json
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.uints import read_uint

__all__ = ["Cpu", "CpuExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu(Match):
    """``--cpu``, counted from 0."""

    name: ClassVar[str] = "cpu"
    cpu: Negatable[int]

    def __post_init__(self) -> None:
        if not 0 <= self.cpu.value <= 0xFFFFFFFF:
            raise InvalidRule(f"cpu must be 0 to 2**32-1, not {self.cpu.value}")


class CpuExtension(MatchExtension[Cpu]):
    """Translates ``-m cpu``."""

    name = "cpu"
    value = Cpu
    options = (Option(name="cpu", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Cpu:
        del context
        option = given.require("cpu", "--cpu must be given")
        return Cpu(cpu=Negatable(read_uint(option), option.negated))

    def format(self, value: Cpu, context: ParseContext) -> Sequence[str]:
        del context
        return [*value.cpu.bang, "--cpu", str(value.cpu.value)]

    def to_nft(self, value: Cpu, rule: Rule) -> list[Statement]:
        del rule
        return [match(meta("cpu"), value.cpu.value, negated=value.cpu.negated)]

    def from_nft(self, cursor: Cursor) -> Cpu | None:
        view = cursor.match_on(meta("cpu"))
        if view is None or not view.is_equality:
            return None
        number = number_from_json(view.right)
        if number is None:
            return None
        cursor.take()
        return Cpu(cpu=Negatable(number, view.negated))
