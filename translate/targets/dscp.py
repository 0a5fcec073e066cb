"""``-j DSCP``: set the differentiated services code point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.statements import payload
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.dscp import MAX_DSCP, dscp_from_json, read_dscp_class
from translate.values.uints import read_uint

__all__ = ["Dscp", "DscpExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dscp(Target):
    """``--set-dscp`` or ``--set-dscp-class``: the code point."""

    name: ClassVar[str] = "DSCP"
    dscp: int

    def __post_init__(self) -> None:
        if not 0 <= self.dscp <= MAX_DSCP:
            raise InvalidRule(f"dscp must be 0 to {MAX_DSCP}, not {self.dscp}")


class DscpExtension(TargetExtension[Dscp]):
    """Translates ``-j DSCP``."""

    name = "DSCP"
    value = Dscp
    tables = frozenset({"mangle"})
    options = (
        Option(name="set-dscp", excludes=frozenset({"set-dscp-class"})),
        Option(name="set-dscp-class", excludes=frozenset({"set-dscp"})),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Dscp:
        del context
        number, class_ = given.get("set-dscp"), given.get("set-dscp-class")
        if class_ is not None:
            return Dscp(dscp=read_dscp_class(class_))
        if number is None:
            raise given.error("--set-dscp or --set-dscp-class must be given")
        return Dscp(dscp=read_uint(number, maximum=MAX_DSCP))

    def format(self, value: Dscp, context: ParseContext) -> Sequence[str]:
        del context
        return ["--set-dscp", f"{value.dscp:#04x}"]

    def to_nft(self, value: Dscp, rule: Rule) -> list[Statement]:
        key = payload(rule.version.family, "dscp")
        return [{"mangle": {"key": key, "value": value.dscp}}]

    def from_nft(self, cursor: Cursor) -> Dscp | None:
        statement = cursor.peek() or {}
        body = statement.get("mangle")
        if not isinstance(body, dict):
            return None
        dscp = dscp_from_json(body.get("value"))
        if dscp is None or body.get("key") != payload(cursor.version.family, "dscp"):
            return None
        cursor.take()
        return Dscp(dscp=dscp)
