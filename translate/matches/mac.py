"""``-m mac``: the Ethernet address that a packet came from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, payload
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.hooks import require_chain

__all__ = ["Mac", "MacExtension"]

_ADDRESS: Final = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_OCTET: Final = re.compile(r"(?=.{1,2}$)[ \t-\r]*\+?(?P<digits>[0-9A-Fa-f]{1,2})")
_OCTETS: Final = 6
_CHAINS: Final = frozenset({"PREROUTING", "INPUT", "FORWARD"})
_SOURCE: Final = payload("ether", "saddr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mac(Match):
    """``--mac-source ADDRESS``, in small letters and with both digits of each octet."""

    name: ClassVar[str] = "mac"
    source: str
    negated: bool = False

    def __post_init__(self) -> None:
        if not _ADDRESS.fullmatch(self.source):
            raise InvalidRule(f"mac: {self.source!r} must be an address like 0a:00:27:00:00:01")


class MacExtension(MatchExtension[Mac]):
    """Translates ``-m mac``."""

    name = "mac"
    value = Mac
    options = (Option(name="mac-source", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Mac:
        option = given.require("mac-source", "--mac-source must be given")
        require_chain(option, context, _CHAINS)
        return Mac(source=_read(option), negated=option.negated)

    def format(self, value: Mac, context: ParseContext) -> Sequence[str]:
        del context
        return [*(["!"] if value.negated else []), "--mac-source", value.source]

    def to_nft(self, value: Mac, rule: Rule) -> list[Statement]:
        del rule
        return [match(_SOURCE, value.source, negated=value.negated)]

    def from_nft(self, cursor: Cursor) -> Mac | None:
        view = cursor.match_on(_SOURCE)
        if view is None or not view.is_equality or not isinstance(view.right, str):
            return None
        if not _ADDRESS.fullmatch(view.right):
            return None
        cursor.take()
        return Mac(source=view.right, negated=view.negated)


def _read(given: Given) -> str:
    octets = [_OCTET.fullmatch(word) for word in given.value.split(":")]
    digits = [octet["digits"].lower().zfill(2) for octet in octets if octet is not None]
    if len(digits) != len(octets) or len(digits) != _OCTETS:
        raise given.error(
            f"invalid MAC address {given.value!r}: six hexadecimal numbers with ':' between them"
        )
    return ":".join(digits)
