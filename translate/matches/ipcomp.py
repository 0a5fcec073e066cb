"""``-m ipcomp``: the compression parameter index (RFC 3173)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from translate.exceptions import Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.intervals import interval_from_nft, interval_to_nft
from translate.nft.statements import payload
from translate.protocols import IPCOMP
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.clipped import ClippedInterval
from translate.values.intervals import Interval, read_interval

__all__ = ["Ipcomp", "IpcompExtension"]

_MAX_INDEX: Final = 0xFFFF
_INDEX: Final = payload("comp", "cpi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipcomp(Match):
    """``--ipcompspi FIRST[:LAST]``, which is 0 where it is left out, and ``--compres``.

    Args:
        spi: the compression parameter index.
        reserved_zero: ``--compres``, which the kernel doesn't heed: no part of what makes two
            equal.
    """

    name: ClassVar[str] = "ipcomp"
    spi: Negatable[ClippedInterval]
    reserved_zero: bool = field(default=False, compare=False)


class IpcompExtension(MatchExtension[Ipcomp]):
    """Translates ``-m ipcomp``."""

    name = "ipcomp"
    value = Ipcomp
    protocols = (IPCOMP,)
    implied_protocol = IPCOMP
    options = (Option(name="ipcompspi", negatable=True), Option(name="compres", words=0))

    def parse(self, given: GivenOptions, context: ParseContext) -> Ipcomp:
        if not context.has_protocol(IPCOMP):
            raise given.error("needs -p ipcomp before it")
        option = given.get("ipcompspi")
        interval = Interval(0, 0) if option is None else read_interval(option)
        negated = option is not None and option.negated
        return Ipcomp(
            spi=Negatable(ClippedInterval(interval, _MAX_INDEX), negated),
            reserved_zero="compres" in given,
        )

    def format(self, value: Ipcomp, context: ParseContext) -> Sequence[str]:
        del context
        words = [*value.spi.bang, "--ipcompspi", value.spi.value.written.text(":")]
        return [*words, "--compres"] if value.reserved_zero else words

    def to_nft(self, value: Ipcomp, rule: Rule) -> list[Statement]:
        del rule
        found = value.spi.value.found
        if found is None:
            raise Untranslatable(
                f"-m ipcomp --ipcompspi {value.spi.value.written.text(':')}",
                f"the index is at most {_MAX_INDEX}: the test never holds",
            )
        return [interval_to_nft(_INDEX, Negatable(found, value.spi.negated))]

    def from_nft(self, cursor: Cursor) -> Ipcomp | None:
        if not cursor.may_imply(IPCOMP):
            return None
        spi = interval_from_nft(cursor, _INDEX, maximum=_MAX_INDEX)
        if spi is None:
            return None
        cursor.imply(IPCOMP)
        return Ipcomp(spi=Negatable(ClippedInterval(spi.value, _MAX_INDEX), spi.negated))
