"""``-j HL``: change IPv6's hop limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.nft.cursor import Cursor
from translate.nft.statements import number_from_json, payload, set_members, set_of
from translate.rule import Rule
from translate.targets._hops import HopsExtension, HopsTarget
from translate.types import IPVersion, Statement

__all__ = ["Hl", "HlExtension"]

_ALL: Final = range(256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hl(HopsTarget):
    """``--hl-set``, ``--hl-dec`` and ``--hl-inc``."""

    name: ClassVar[str] = "HL"

    def after(self, limit: int) -> int:
        """The hop limit that a packet with this one leaves with."""
        match self.operation:
            case "set":
                return self.hops
            case "dec":
                return max(limit - self.hops, 0)
            case _:
                return min(limit + self.hops, 255)


class HlExtension(HopsExtension[Hl]):
    """Translates ``-j HL``; iptables-translate does not.

    nft cannot add, but can look up: each of the 256 limits in a map to the one that follows.
    """

    name = "HL"
    value = Hl
    versions = frozenset({IPVersion.V6})
    prefix = "hl"

    def to_nft(self, value: Hl, rule: Rule) -> list[Statement]:
        del rule
        key = payload("ip6", "hoplimit")
        new: Any = value.hops
        if value.operation != "set":
            pairs = [[limit, value.after(limit)] for limit in _ALL]
            new = {"map": {"key": key, "data": set_of(pairs)}}
        return [{"mangle": {"key": key, "value": new}}]

    def from_nft(self, cursor: Cursor) -> Hl | None:
        statement = cursor.peek() or {}
        body = statement.get("mangle")
        key = payload("ip6", "hoplimit")
        if not isinstance(body, dict) or body.get("key") != key:
            return None
        value = _read(body.get("value"), key)
        if value is not None:
            cursor.take()
        return value


def _read(new: Any, key: Any) -> Hl | None:
    hops = number_from_json(new, maximum=255)
    if hops is not None:
        return Hl(operation="set", hops=hops)
    lookup = new.get("map") if isinstance(new, dict) else None
    if not isinstance(lookup, dict) or lookup.get("key") != key:
        return None
    after = _pairs(set_members(lookup.get("data")) or [])
    if sorted(after) != [*_ALL]:
        return None
    # What 0 becomes tells how much is added, what 255 becomes how much is taken.
    for value in (("inc", after[0]), ("dec", 255 - after[255])):
        if value[1] and all(
            Hl(operation=value[0], hops=value[1]).after(limit) == after[limit] for limit in _ALL
        ):
            return Hl(operation=value[0], hops=value[1])
    return None


def _pairs(members: list[Any]) -> dict[int, int]:
    pairs = {}
    for member in members:
        if not isinstance(member, list) or len(member) != 2:
            return {}
        before, after = (number_from_json(number, maximum=255) for number in member)
        if before is None or after is None:
            return {}
        pairs[before] = after
    return pairs
