"""What ``-m mark`` and ``-m connmark`` share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.masked import masked_from_nft, masked_to_nft
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.marks import read_mark
from translate.values.masked import Masked

__all__ = ["MarkExtensionBase", "MarkMatch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkMatch(Match):
    """A mark to find under a mask."""

    mark: Negatable[Masked]


M = TypeVar("M", bound=MarkMatch)


class MarkExtensionBase(MatchExtension[M], Generic[M]):
    """One of the two.

    Class attributes:
        left: what nft compares.
    """

    options = (Option(name="mark", negatable=True),)
    left: ClassVar[dict[str, Any]]

    def parse(self, given: GivenOptions, context: ParseContext) -> M:
        del context
        option = given.require("mark", "--mark must be given")
        made: M = self.value(mark=Negatable(Masked(*read_mark(option)), option.negated))
        return made

    def format(self, value: M, context: ParseContext) -> Sequence[str]:
        del context
        return [*value.mark.bang, "--mark", value.mark.value.text({})]

    def to_nft(self, value: M, rule: Rule) -> list[Statement]:
        del rule
        return [masked_to_nft(self.left, value.mark)]

    def from_nft(self, cursor: Cursor) -> M | None:
        mark = masked_from_nft(cursor.match(), self.left)
        if mark is None:
            return None
        cursor.take()
        made: M = self.value(mark=mark)
        return made
