"""``-j MARK``: set the packet's mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.bitwise import bitwise, read_bitwise
from translate.nft.cursor import Cursor
from translate.nft.statements import meta
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.marks import ALL_BITS, format_mark, read_mark
from translate.values.uints import read_uint

__all__ = ["Mark", "MarkExtension"]

_KEYS: Final = frozenset({"set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Target):
    """``--set-xmark VALUE/MASK``: clear the bits of the mask, then flip those of the value."""

    name: ClassVar[str] = "MARK"
    value: int
    mask: int = ALL_BITS

    def __post_init__(self) -> None:
        for name in ("value", "mask"):
            if not 0 <= getattr(self, name) <= ALL_BITS:
                raise InvalidRule(f"mark: {name} must be 0 to {ALL_BITS:#x}")


class MarkExtension(TargetExtension[Mark]):
    """Translates ``-j MARK``."""

    name = "MARK"
    value = Mark
    options = tuple(Option(name=name, excludes=_KEYS - {name}) for name in sorted(_KEYS))

    def parse(self, given: GivenOptions, context: ParseContext) -> Mark:
        del context
        option = next(iter(given), None)
        if option is None:
            raise given.error("one of --set-xmark, --set-mark, --{and,or,xor}-mark must be given")
        operation = option.option.key
        if operation in {"set-xmark", "set-mark"}:
            value, mask = read_mark(option)
            return Mark(value=value, mask=mask | value if operation == "set-mark" else mask)
        bits = read_uint(option)
        if operation == "and-mark":
            return Mark(value=0, mask=~bits & ALL_BITS)
        return Mark(value=bits, mask=bits if operation == "or-mark" else 0)

    def format(self, value: Mark, context: ParseContext) -> Sequence[str]:
        del context
        return ["--set-xmark", format_mark(value.value, value.mask)]

    def to_nft(self, value: Mark, rule: Rule) -> list[Statement]:
        del rule
        changed = bitwise(meta("mark"), ~value.mask & ALL_BITS, value.value)
        return [{"mangle": {"key": meta("mark"), "value": changed}}]

    def from_nft(self, cursor: Cursor) -> Mark | None:
        statement = cursor.peek() or {}
        body = statement.get("mangle")
        if not isinstance(body, dict) or body.get("key") != meta("mark"):
            return None
        changed = read_bitwise(body.get("value"))
        if changed is None or changed.source not in (None, meta("mark")):
            return None
        cursor.take()
        return Mark(value=changed.flip, mask=~changed.keep & ALL_BITS)
