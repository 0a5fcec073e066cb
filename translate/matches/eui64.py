"""``-m eui64``: whether an IPv6 source address was made from the Ethernet address it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.extension import GivenOptions, MatchExtension, ParseContext
from translate.rule import Match
from translate.types import IPVersion
from translate.values.hooks import require_chain

__all__ = ["Eui64", "Eui64Extension"]

_CHAINS: Final = frozenset({"PREROUTING", "INPUT", "FORWARD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Eui64(Match):
    """It has no options."""

    name: ClassVar[str] = "eui64"


class Eui64Extension(MatchExtension[Eui64]):
    """Parses and formats ``-m eui64``."""

    name = "eui64"
    value = Eui64
    versions = frozenset({IPVersion.V6})
    no_native_form = "nft compares a field with values, not with another field"

    def parse(self, given: GivenOptions, context: ParseContext) -> Eui64:
        require_chain(given, context, _CHAINS)
        return Eui64()

    def format(self, value: Eui64, context: ParseContext) -> Sequence[str]:
        del value, context
        return []
