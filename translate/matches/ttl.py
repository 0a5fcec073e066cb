"""``-m ttl``: the time to live (IPv4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.matches._hops import HopsExtension, HopsMatch
from translate.nft.statements import payload
from translate.types import IPVersion

__all__ = ["Ttl", "TtlExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ttl(HopsMatch):
    """``--ttl-eq``, ``--ttl-gt`` or ``--ttl-lt``."""

    name: ClassVar[str] = "ttl"


class TtlExtension(HopsExtension[Ttl]):
    """Translates ``-m ttl``."""

    name = "ttl"
    value = Ttl
    versions = frozenset({IPVersion.V4})
    field = payload("ip", "ttl")
