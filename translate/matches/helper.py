"""``-m helper``: the connection belongs to one that this conntrack helper watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext, Text
from translate.nft.cursor import Cursor
from translate.nft.statements import ct, match
from translate.nft.strings import string_from_json, string_json
from translate.rule import Match, Rule
from translate.types import Negatable, Statement

__all__ = ["Helper", "HelperExtension"]

_NAME_BYTES: Final = 29
_NFT_NAME_BYTES: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper(Match):
    """``--helper``; the empty name stands for any helper."""

    name: ClassVar[str] = "helper"
    helper: Negatable[str]

    def __post_init__(self) -> None:
        text = self.helper.value
        if len(text.encode(errors="surrogateescape")) > _NAME_BYTES:
            raise InvalidRule(f"helper name is longer than {_NAME_BYTES} bytes: {text!r}")
        if "\n" in text or "\0" in text:
            raise InvalidRule(f"a helper name may not hold a line break or NUL: {text!r}")


class HelperExtension(MatchExtension[Helper]):
    """Translates ``-m helper``.

    Where no helper expected a connection nft's test never holds. ``!`` holds there in iptables, and
    that is nearly everywhere; iptables-translate writes ``ct helper !=`` all the same.
    """

    name = "helper"
    value = Helper
    options = (Option(name="helper", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Helper:
        del context
        option = given.require("helper", "--helper must be given")
        return Helper(helper=Negatable(option.value, option.negated))

    def format(self, value: Helper, context: ParseContext) -> Sequence[str]:
        del context
        return [*value.helper.bang, "--helper", Text(value.helper.value)]

    def to_nft(self, value: Helper, rule: Rule) -> list[Statement]:
        del rule
        name = value.helper.value
        if not name:
            raise Untranslatable("-m helper with an empty name", "nft has no test for any helper")
        if value.helper.negated:
            raise Untranslatable(
                "-m helper ! --helper",
                "nft's test never holds where no helper expected a connection",
            )
        right = string_json(self.describe(), name, maximum=_NFT_NAME_BYTES)
        return [match(ct("helper"), right)]

    def from_nft(self, cursor: Cursor) -> Helper | None:
        view = cursor.match_on(ct("helper"))
        if view is None or view.op != "==":
            return None
        name = string_from_json(view.right, maximum=_NFT_NAME_BYTES)
        if name is None:
            return None
        cursor.take()
        return Helper(helper=Negatable(name))
