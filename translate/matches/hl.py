"""``-m hl``: the hop limit (IPv6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.matches._hops import HopsExtension, HopsMatch
from translate.nft.statements import payload
from translate.types import IPVersion

__all__ = ["Hl", "HlExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hl(HopsMatch):
    """``--hl-eq``, ``--hl-gt`` or ``--hl-lt``."""

    name: ClassVar[str] = "hl"


class HlExtension(HopsExtension[Hl]):
    """Translates ``-m hl``."""

    name = "hl"
    value = Hl
    versions = frozenset({IPVersion.V6})
    field = payload("ip6", "hoplimit")
