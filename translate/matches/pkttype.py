"""``-m pkttype``: whom the link layer sent the packet to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, meta
from translate.rule import Match, Rule
from translate.types import Statement

__all__ = ["Pkttype", "PkttypeExtension"]

_NFT_NAMES: Final = MappingProxyType(
    {"unicast": "host", "broadcast": "broadcast", "multicast": "multicast", "otherhost": "other"}
)
_BY_NFT: Final = MappingProxyType({nft: name for name, nft in _NFT_NAMES.items()})
_ALIASES: Final = MappingProxyType({"host": "unicast", "bcast": "broadcast", "mcast": "multicast"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkttype(Match):
    """``--pkt-type TYPE``."""

    name: ClassVar[str] = "pkttype"
    type: str
    negated: bool = False

    def __post_init__(self) -> None:
        if self.type not in _NFT_NAMES:
            raise InvalidRule(f"pkttype: {self.type!r} must be {', '.join(_NFT_NAMES)}")


class PkttypeExtension(MatchExtension[Pkttype]):
    """Translates ``-m pkttype``."""

    name = "pkttype"
    value = Pkttype
    options = (Option(name="pkt-type", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Pkttype:
        del context
        option = given.require("pkt-type", "--pkt-type must be given")
        word = option.value.lower()
        name = _ALIASES.get(word, word)
        if name not in _NFT_NAMES:
            known = ", ".join((*_NFT_NAMES, *_ALIASES))
            raise option.error(f"unknown packet type {option.value!r}: {known}")
        return Pkttype(type=name, negated=option.negated)

    def format(self, value: Pkttype, context: ParseContext) -> Sequence[str]:
        del context
        return [*(["!"] if value.negated else []), "--pkt-type", value.type]

    def to_nft(self, value: Pkttype, rule: Rule) -> list[Statement]:
        del rule
        return [match(meta("pkttype"), _NFT_NAMES[value.type], negated=value.negated)]

    def from_nft(self, cursor: Cursor) -> Pkttype | None:
        view = cursor.match_on(meta("pkttype"))
        if view is None or not view.is_equality or not isinstance(view.right, str):
            return None
        name = _BY_NFT.get("host" if view.right == "unicast" else view.right)
        if name is None:
            return None
        cursor.take()
        return Pkttype(type=name, negated=view.negated)
