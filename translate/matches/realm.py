"""``-m realm``: the routing realm (IPv4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.masked import masked_from_nft, masked_to_nft
from translate.nft.statements import meta
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, Statement
from translate.values.hooks import require_chain
from translate.values.masked import Masked, read_masked

__all__ = ["Realm", "RealmExtension"]

_NAMES: Final[Mapping[str, int]] = MappingProxyType({"cosmos": 0})
"""As iproute2's own ``/etc/iproute2/rt_realms`` has them."""
_ROUTED: Final = frozenset({"INPUT", "FORWARD", "OUTPUT", "POSTROUTING"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Realm(Match):
    """``--realm``."""

    name: ClassVar[str] = "realm"
    realm: Negatable[Masked]


class RealmExtension(MatchExtension[Realm]):
    """Translates ``-m realm``."""

    name = "realm"
    value = Realm
    versions = frozenset({IPVersion.V4})
    options = (Option(name="realm", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Realm:
        option = given.require("realm", "--realm must be given")
        require_chain(given, context, _ROUTED)
        return Realm(realm=Negatable(read_masked(option, _NAMES), option.negated))

    def format(self, value: Realm, context: ParseContext) -> Sequence[str]:
        del context
        return [*value.realm.bang, "--realm", value.realm.value.text(_NAMES)]

    def to_nft(self, value: Realm, rule: Rule) -> list[Statement]:
        del rule
        return [masked_to_nft(meta("rtclassid"), value.realm)]

    def from_nft(self, cursor: Cursor) -> Realm | None:
        realm = masked_from_nft(cursor.match(), meta("rtclassid"), _NAMES)
        if realm is None:
            return None
        cursor.take()
        return Realm(realm=realm)
