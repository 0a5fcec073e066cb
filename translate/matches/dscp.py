"""``-m dscp``: the differentiated services code point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, payload
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.dscp import MAX_DSCP, dscp_from_json, read_dscp_class
from translate.values.uints import read_uint

__all__ = ["Dscp", "DscpExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dscp(Match):
    """``--dscp VALUE`` or ``--dscp-class CLASS``, which is the same."""

    name: ClassVar[str] = "dscp"
    dscp: int
    negated: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.dscp <= MAX_DSCP:
            raise InvalidRule(f"dscp must be 0 to {MAX_DSCP}, not {self.dscp}")


class DscpExtension(MatchExtension[Dscp]):
    """Translates ``-m dscp``."""

    name = "dscp"
    value = Dscp
    options = (
        Option(name="dscp", negatable=True, excludes=frozenset({"dscp-class"})),
        Option(name="dscp-class", negatable=True, excludes=frozenset({"dscp"})),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Dscp:
        del context
        named = given.get("dscp-class")
        if named is not None:
            return Dscp(dscp=read_dscp_class(named), negated=named.negated)
        option = given.require("dscp", "--dscp or --dscp-class must be given")
        return Dscp(dscp=read_uint(option, maximum=MAX_DSCP), negated=option.negated)

    def format(self, value: Dscp, context: ParseContext) -> Sequence[str]:
        del context
        bang = ["!"] if value.negated else []
        return [*bang, "--dscp", f"{value.dscp:#04x}"]

    def to_nft(self, value: Dscp, rule: Rule) -> list[Statement]:
        return [match(payload(rule.version.family, "dscp"), value.dscp, negated=value.negated)]

    def from_nft(self, cursor: Cursor) -> Dscp | None:
        view = cursor.match_on(payload(cursor.version.family, "dscp"))
        if view is None or not view.is_equality:
            return None
        dscp = dscp_from_json(view.right)
        if dscp is None:
            return None
        cursor.take()
        return Dscp(dscp=dscp, negated=view.negated)
