"""``-m quota``: until so many bytes have passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import number_from_json
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.uints import read_uint

__all__ = ["Quota", "QuotaExtension"]

_MAX_BYTES: Final = (1 << 64) - 1
_MAX_NFT_BYTES: Final = (1 << 63) - 1
_UNITS: Final = MappingProxyType({"bytes": 1, "kbytes": 1 << 10, "mbytes": 1 << 20})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota(Match):
    """``--quota`` in bytes."""

    name: ClassVar[str] = "quota"
    quota: Negatable[int]

    def __post_init__(self) -> None:
        if not 0 <= self.quota.value <= _MAX_BYTES:
            raise InvalidRule(f"quota must be 0 to 2**64-1, not {self.quota.value}")

    def has_side_effects(self) -> bool:
        return True


class QuotaExtension(MatchExtension[Quota]):
    """Translates ``-m quota``."""

    name = "quota"
    value = Quota
    options = (Option(name="quota", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Quota:
        del context
        option = given.require("quota", "--quota must be given")
        return Quota(quota=Negatable(read_uint(option, maximum=_MAX_BYTES), option.negated))

    def format(self, value: Quota, context: ParseContext) -> Sequence[str]:
        del context
        return [*value.quota.bang, "--quota", str(value.quota.value)]

    def to_nft(self, value: Quota, rule: Rule) -> list[Statement]:
        del rule
        if value.quota.value > _MAX_NFT_BYTES:
            raise Untranslatable(f"--quota {value.quota.value}", "nft counts up to 2**63-1 bytes")
        body: dict[str, Any] = {"val": value.quota.value, "val_unit": "bytes"}
        if value.quota.negated:
            body["inv"] = True
        return [{"quota": body}]

    def from_nft(self, cursor: Cursor) -> Quota | None:
        body = (cursor.peek() or {}).get("quota")
        known = {"val", "val_unit", "inv", "used", "used_unit"}
        if not isinstance(body, dict) or not set(body) <= known:
            return None
        number = number_from_json(body.get("val"), maximum=_MAX_NFT_BYTES)
        unit = body.get("val_unit", "bytes")
        factor = _UNITS.get(unit) if isinstance(unit, str) else None
        if number is None or factor is None or number * factor > _MAX_NFT_BYTES:
            return None
        cursor.take()
        return Quota(quota=Negatable(number * factor, bool(body.get("inv", False))))
