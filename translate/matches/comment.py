"""``-m comment``: text that is kept with a rule.

nft keeps it in the rule's comment, not among its statements (``translate/nft/comment.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext, Text
from translate.rule import Match, Rule
from translate.types import Statement

__all__ = ["Comment", "CommentExtension"]

_MAX_BYTES = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Match):
    """``--comment TEXT``, at most 255 bytes."""

    name: ClassVar[str] = "comment"
    text: str

    def __post_init__(self) -> None:
        if len(self.text.encode(errors="surrogateescape")) > _MAX_BYTES:
            raise InvalidRule(f"comment is longer than {_MAX_BYTES} bytes: {self.text!r}")
        if "\n" in self.text or "\0" in self.text:
            raise InvalidRule(f"a comment may not hold a line break or NUL: {self.text!r}")


class CommentExtension(MatchExtension[Comment]):
    """Parses and formats ``-m comment``."""

    name = "comment"
    value = Comment
    options = (Option(name="comment"),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Comment:
        del context
        return Comment(text=given.require("comment", "--comment must be given").value)

    def format(self, value: Comment, context: ParseContext) -> Sequence[str]:
        del context
        return ["--comment", Text(value.text)]

    def to_nft(self, value: Comment, rule: Rule) -> list[Statement]:
        del value, rule
        return []
