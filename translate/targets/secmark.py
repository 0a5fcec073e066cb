"""``-j SECMARK``: label the packet for SELinux."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.texts import size_in_bytes

__all__ = ["Secmark", "SecmarkExtension"]

_CONTEXT_BYTES: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Secmark(Target):
    """``--selctx``, a security context of 1 to 255 bytes."""

    name: ClassVar[str] = "SECMARK"
    context: str

    def __post_init__(self) -> None:
        if not 1 <= size_in_bytes(self.context) <= _CONTEXT_BYTES:
            raise InvalidRule(f"security context {self.context!r}: 1 to {_CONTEXT_BYTES} bytes")

    @property
    def object_name(self) -> str:
        """The name of the nft object that holds the context."""
        words = re.sub(r"[^A-Za-z0-9]+", "_", self.context)
        return f"selctx_{words}_{zlib.crc32(self.context.encode(errors='surrogateescape')):08x}"


class SecmarkExtension(TargetExtension[Secmark]):
    """Translates ``-j SECMARK``; iptables-translate does not.

    The context stands in an object that the rule names (nft(8), SECMARK STATEMENT), and in the
    rule's comment.
    """

    name = "SECMARK"
    value = Secmark
    tables = frozenset({"mangle", "security"})
    options = (Option(name="selctx"),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Secmark:
        del context
        return Secmark(context=given.require("selctx", "--selctx must be given").value)

    def format(self, value: Secmark, context: ParseContext) -> Sequence[str]:
        del context
        return ["--selctx", value.context]

    def to_nft(self, value: Secmark, rule: Rule) -> list[Statement]:
        del rule
        return [{"secmark": value.object_name}]

    def declarations(self, value: Secmark, rule: Rule) -> list[Statement]:
        return [
            {
                "secmark": {
                    "family": rule.version.family,
                    "table": rule.table,
                    "name": value.object_name,
                    "context": value.context,
                }
            }
        ]

    def hint(self, value: Secmark) -> str | None:
        return value.context

    def from_hint(self, cursor: Cursor, hint: str) -> Secmark | None:
        try:
            value = Secmark(context=hint)
        except InvalidRule:
            return None
        if cursor.peek() != {"secmark": value.object_name}:
            return None
        cursor.take()
        return value
