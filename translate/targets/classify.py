"""``-j CLASSIFY``: set the packet's traffic control class."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.statements import meta
from translate.rule import Rule, Target
from translate.types import Statement

__all__ = ["Classify", "ClassifyExtension"]

_CLASS: Final = re.compile(r"\s*(?:0[xX])?([0-9a-fA-F]{1,4}):(?:0[xX])?([0-9a-fA-F]{1,4})")
_NFT_NAMES: Final = {"none": (0, 0), "root": (0xFFFF, 0xFFFF)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify(Target):
    """``--set-class MAJOR:MINOR``."""

    name: ClassVar[str] = "CLASSIFY"
    major: int
    minor: int

    def __post_init__(self) -> None:
        for name in ("major", "minor"):
            if not 0 <= getattr(self, name) <= 0xFFFF:
                raise InvalidRule(f"classify: {name} must be 0 to 0xffff")


class ClassifyExtension(TargetExtension[Classify]):
    """Translates ``-j CLASSIFY``."""

    name = "CLASSIFY"
    value = Classify
    chains = frozenset({"FORWARD", "OUTPUT", "POSTROUTING"})
    options = (Option(name="set-class"),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Classify:
        del context
        option = given.require("set-class", "--set-class must be given")
        found = _CLASS.fullmatch(option.value)
        if found is None:
            raise option.error(
                f"invalid class {option.value!r}: MAJOR:MINOR in hexadecimal, up to ffff each"
            )
        return Classify(major=int(found[1], 16), minor=int(found[2], 16))

    def format(self, value: Classify, context: ParseContext) -> Sequence[str]:
        del context
        return ["--set-class", f"{value.major:04x}:{value.minor:04x}"]

    def to_nft(self, value: Classify, rule: Rule) -> list[Statement]:
        del rule
        pair = (value.major, value.minor)
        text = f"{value.major:x}:{value.minor:x}"
        name = next((name for name, meant in _NFT_NAMES.items() if meant == pair), text)
        return [{"mangle": {"key": meta("priority"), "value": name}}]

    def from_nft(self, cursor: Cursor) -> Classify | None:
        statement = cursor.peek() or {}
        body = statement.get("mangle")
        if not isinstance(body, dict) or body.get("key") != meta("priority"):
            return None
        pair = _read_class(body.get("value"))
        if pair is None:
            return None
        cursor.take()
        return Classify(major=pair[0], minor=pair[1])


def _read_class(value: Any) -> tuple[int, int] | None:
    if not isinstance(value, str):
        return None
    found = _CLASS.fullmatch(value)
    return _NFT_NAMES.get(value) if found is None else (int(found[1], 16), int(found[2], 16))
