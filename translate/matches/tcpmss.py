"""``-m tcpmss``: the maximum segment size that a SYN announces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.intervals import interval_from_nft, interval_to_nft
from translate.protocols import TCP
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.intervals import Interval, read_interval

__all__ = ["Tcpmss", "TcpmssExtension"]

_MAX_MSS: Final = 0xFFFF
_SIZE: Final = {"tcp option": {"name": "maxseg", "field": "size"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tcpmss(Match):
    """``--mss FIRST[:LAST]``, in bytes."""

    name: ClassVar[str] = "tcpmss"
    mss: Negatable[Interval]

    def __post_init__(self) -> None:
        if self.mss.value.last > _MAX_MSS:
            raise InvalidRule(f"mss must be 0 to {_MAX_MSS}, not {self.mss.value.last}")


class TcpmssExtension(MatchExtension[Tcpmss]):
    """Translates ``-m tcpmss``."""

    name = "tcpmss"
    value = Tcpmss
    options = (Option(name="mss", negatable=True),)
    implied_protocol = TCP
    caveats = ("segments that announce no size: '! --mss' holds for them in iptables, not in nft",)

    def parse(self, given: GivenOptions, context: ParseContext) -> Tcpmss:
        option = given.require("mss", "--mss must be given")
        if not context.has_protocol(TCP):
            raise given.error("needs -p tcp before it")
        return Tcpmss(mss=Negatable(read_interval(option, maximum=_MAX_MSS), option.negated))

    def format(self, value: Tcpmss, context: ParseContext) -> Sequence[str]:
        del context
        return [*value.mss.bang, "--mss", value.mss.value.text(":")]

    def to_nft(self, value: Tcpmss, rule: Rule) -> list[Statement]:
        del rule
        return [interval_to_nft(_SIZE, value.mss)]

    def from_nft(self, cursor: Cursor) -> Tcpmss | None:
        if not cursor.may_imply(TCP):
            return None
        mss = interval_from_nft(cursor, _SIZE, maximum=_MAX_MSS)
        if mss is None:
            return None
        cursor.imply(TCP)
        return Tcpmss(mss=mss)
