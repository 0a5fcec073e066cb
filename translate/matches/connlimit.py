"""``-m connlimit``: how many connections there are of an address, or of a network."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.masked_fields import masked_field, read_masked_field
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.hosts import read_prefix_length
from translate.values.uints import read_uint

__all__ = ["Connlimit", "ConnlimitExtension"]

_WORD: Final = 0xFFFFFFFF
_SET_NAME: Final = "connlimit0"
_SETS: Final = re.compile(r"@connlimit[0-9]+")
"""iptables-translate numbers the sets of several rules."""
_METER_NAME: Final = "connlimit_"
_SIDES: Final = {"saddr": "source", "daddr": "destination"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Connlimit(Match):
    """How many, and of what.

    Args:
        limit: the number of ``--connlimit-above`` or ``--connlimit-upto``.
        above: which of the two.
        length: ``--connlimit-mask``, the bits of the address that count.
        side: ``source`` or ``destination``.
    """

    name: ClassVar[str] = "connlimit"
    limit: int
    above: bool
    length: int
    side: str = "source"

    def __post_init__(self) -> None:
        if not 0 <= self.limit <= _WORD:
            raise InvalidRule(f"connlimit must be 0 to {_WORD}, not {self.limit}")
        if not 0 <= self.length <= 128:
            raise InvalidRule(f"connlimit mask must be 0 to 128 bits, not {self.length}")
        if self.side not in _SIDES.values():
            raise InvalidRule(f"connlimit side {self.side!r}: source or destination")

    def has_side_effects(self) -> bool:
        return True


class ConnlimitExtension(MatchExtension[Connlimit]):
    """Translates ``-m connlimit`` into a set that counts; by itself, in iptables-translate's form.

    Rules that share a set share their counts and the first one's limit. So where there are others
    in the table, the set is a meter, which comes and goes with its rule; its name is made from the
    rule. (iptables-translate's set is of IPv4 addresses for IPv6 too.)
    """

    name = "connlimit"
    value = Connlimit
    options = (
        Option(name="connlimit-upto", negatable=True, excludes=frozenset({"connlimit-above"})),
        Option(name="connlimit-above", negatable=True, excludes=frozenset({"connlimit-upto"})),
        Option(name="connlimit-mask"),
        Option(name="connlimit-saddr", words=0, excludes=frozenset({"connlimit-daddr"})),
        Option(name="connlimit-daddr", words=0, excludes=frozenset({"connlimit-saddr"})),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Connlimit:
        above, upto = given.get("connlimit-above"), given.get("connlimit-upto")
        limit = above or upto
        if limit is None:
            raise given.error("--connlimit-above or --connlimit-upto must be given")
        mask = given.get("connlimit-mask")
        length = context.version.bits
        return Connlimit(
            limit=read_uint(limit),
            above=(above is not None) != limit.negated,
            length=length if mask is None else read_prefix_length(mask, context.version),
            side="destination" if "connlimit-daddr" in given else "source",
        )

    def format(self, value: Connlimit, context: ParseContext) -> Sequence[str]:
        del context
        return [
            "--connlimit-above" if value.above else "--connlimit-upto",
            str(value.limit),
            "--connlimit-mask",
            str(value.length),
            "--connlimit-saddr" if value.side == "source" else "--connlimit-daddr",
        ]

    def to_nft(self, value: Connlimit, rule: Rule) -> list[Statement]:
        key, count = _key(value, rule), _count(value)
        return [{"set": {"op": "add", "elem": key, "set": f"@{_SET_NAME}", "stmt": [count]}}]

    def declarations(self, value: Connlimit, rule: Rule) -> list[Statement]:
        del value
        return [
            {
                "set": {
                    "family": rule.version.family,
                    "table": rule.table,
                    "name": _SET_NAME,
                    "type": f"ipv{rule.version.value}_addr",
                }
            }
        ]

    def to_nft_shared(self, value: Connlimit, rule: Rule) -> list[Statement]:
        name = f"{_METER_NAME}{_digest(rule):08x}"
        return [{"meter": {"name": name, "key": _key(value, rule), "stmt": _count(value)}}]

    def declarations_shared(self, value: Connlimit, rule: Rule) -> list[Statement]:
        del value, rule
        return []

    def from_nft(self, cursor: Cursor) -> Connlimit | None:
        counted = _read_meter(cursor.peek() or {}) or _read_set(cursor.peek() or {})
        if counted is None:
            return None
        key, statement = counted
        count = statement.get("ct count") if isinstance(statement, dict) else None
        field = read_masked_field(key, cursor.version)
        if not isinstance(count, dict) or field is None or field.length is None:
            return None
        limit = count.get("val")
        if isinstance(limit, bool) or not isinstance(limit, int) or abs(limit) > _WORD:
            return None
        cursor.take()
        return Connlimit(
            limit=limit & _WORD,  # libnftables lists it as a signed number
            above=bool(count.get("inv", False)),
            length=field.length,
            side=_SIDES[field.name],
        )


def _key(value: Connlimit, rule: Rule) -> Any:
    name = next(name for name, side in _SIDES.items() if side == value.side)
    return masked_field(name, value.length, rule.version)


def _count(value: Connlimit) -> Statement:
    count: dict[str, Any] = {"val": value.limit}
    if value.above:
        count["inv"] = True
    return {"ct count": count}


def _read_meter(statement: Statement) -> tuple[Any, Any] | None:
    """The key, and what is counted for it."""
    body = statement.get("meter")
    if not isinstance(body, dict):
        return None
    return body.get("key"), body.get("stmt")


def _read_set(statement: Statement) -> tuple[Any, Any] | None:
    body = statement.get("set")
    if not isinstance(body, dict) or body.get("op") != "add":
        return None
    name, counted = body.get("set"), body.get("stmt")
    if not isinstance(name, str) or not _SETS.fullmatch(name):
        return None
    if not isinstance(counted, list) or len(counted) != 1:
        return None
    return body.get("elem"), counted[0]


def _digest(rule: Rule) -> int:
    """A number that tells the rules of a table apart."""
    return zlib.crc32(repr(replace(rule, counters=None)).encode(errors="surrogateescape"))
