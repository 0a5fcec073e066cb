"""``-m limit``: so many packets in a time, from a bucket of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import number_from_json
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.packet_rates import RATE_UNITS, PacketRates, packet_rate_text
from translate.values.uints import read_uint

__all__ = ["Limit", "LimitExtension"]

_SCALE: Final = 10000
_RATES: Final = PacketRates(scale=_SCALE)
_DEFAULT_BURST: Final = 5
_MAX_BURST: Final = 10000
_CREDITS_PER_SECOND: Final = 32000
"""How many the kernel counts in, with 250 or 1000 ticks a second."""
_WORD: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Match):
    """``--limit COUNT/UNIT --limit-burst PACKETS``, rounded as iptables-save does.

    Args:
        count: how many packets.
        unit: in which time: ``second``, ``minute``, ``hour`` or ``day``.
        burst: how many at once.
    """

    name: ClassVar[str] = "limit"
    count: int = 3
    unit: str = "hour"
    burst: int = _DEFAULT_BURST

    def __post_init__(self) -> None:
        _RATES.check("limit", self.count, self.unit)
        if not 1 <= self.burst <= _MAX_BURST:
            raise InvalidRule(f"limit: burst must be 1 to {_MAX_BURST}, not {self.burst}")
        period = _RATES.period(self.count, self.unit)
        if _credits(period * self.burst & _WORD) < _credits(period):
            raise InvalidRule(
                f"limit: a burst of {self.burst} at {self.count} a {self.unit} is more than the "
                "kernel can count: take a higher rate or a smaller burst"
            )

    def has_side_effects(self) -> bool:
        return True


def _credits(user: int) -> int:
    """As xt_limit's user2credits, in its 32 bits."""
    if user > _WORD // _CREDITS_PER_SECOND:
        return user // _SCALE * _CREDITS_PER_SECOND & _WORD
    return (user * _CREDITS_PER_SECOND & _WORD) // _SCALE


class LimitExtension(MatchExtension[Limit]):
    """Translates ``-m limit``."""

    name = "limit"
    value = Limit
    options = (Option(name="limit"), Option(name="limit-burst"))

    def parse(self, given: GivenOptions, context: ParseContext) -> Limit:
        rate, burst = given.get("limit"), given.get("limit-burst")
        count, unit = Limit().count, Limit().unit
        if rate is not None:
            count, unit = _RATES.rounded(_RATES.period(*_RATES.read(rate)))
        packets = _DEFAULT_BURST if burst is None else read_uint(burst, maximum=_MAX_BURST)
        if packets == 0 and context.never_loaded:
            packets = _DEFAULT_BURST  # iptables-translate leaves it out, and so nft takes its own
        return Limit(count=count, unit=unit, burst=packets)

    def format(self, value: Limit, context: ParseContext) -> Sequence[str]:
        del context
        words = ["--limit", packet_rate_text(value.count, value.unit)]
        if value.burst != _DEFAULT_BURST:
            words += ["--limit-burst", str(value.burst)]
        return words

    def to_nft(self, value: Limit, rule: Rule) -> list[Statement]:
        del rule
        return [{"limit": {"rate": value.count, "per": value.unit, "burst": value.burst}}]

    def from_nft(self, cursor: Cursor) -> Limit | None:
        body = (cursor.peek() or {}).get("limit")
        if not isinstance(body, dict) or not body.keys() <= {"rate", "per", "burst", "rate_unit"}:
            return None
        if body.get("rate_unit", "packets") != "packets":
            return None
        count, burst = number_from_json(body.get("rate")), number_from_json(body.get("burst", 5))
        unit = body.get("per", "second")
        if not count or burst is None or not isinstance(unit, str) or unit not in RATE_UNITS:
            return None
        try:
            value = Limit(count=count, unit=unit, burst=burst)
        except InvalidRule:
            return None
        cursor.take()
        return value
