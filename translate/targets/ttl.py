"""``-j TTL``: change IPv4's time to live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.exceptions import Untranslatable
from translate.nft.cursor import Cursor
from translate.nft.statements import number_from_json, payload
from translate.rule import Rule
from translate.targets._hops import HopsExtension, HopsTarget
from translate.types import IPVersion, Statement

__all__ = ["Ttl", "TtlExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ttl(HopsTarget):
    """``--ttl-set``, ``--ttl-dec`` and ``--ttl-inc``."""

    name: ClassVar[str] = "TTL"


class TtlExtension(HopsExtension[Ttl]):
    """Translates ``-j TTL``; iptables-translate does not."""

    name = "TTL"
    value = Ttl
    versions = frozenset({IPVersion.V4})
    prefix = "ttl"

    def to_nft(self, value: Ttl, rule: Rule) -> list[Statement]:
        del rule
        if value.operation != "set":
            raise Untranslatable(
                f"-j TTL --ttl-{value.operation}",
                "nft 1.0.6 sets a field whose checksum must follow to constants only",
            )
        return [{"mangle": {"key": payload("ip", "ttl"), "value": value.hops}}]

    def from_nft(self, cursor: Cursor) -> Ttl | None:
        statement = cursor.peek() or {}
        body = statement.get("mangle")
        if not isinstance(body, dict) or body.get("key") != payload("ip", "ttl"):
            return None
        hops = number_from_json(body.get("value"), maximum=255)
        if hops is None:
            return None
        cursor.take()
        return Ttl(operation="set", hops=hops)
