"""``-j DNPT``: rewrite the prefix of the destination address, without connection tracking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.targets._npt import NptExtension, NptTarget

__all__ = ["Dnpt", "DnptExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dnpt(NptTarget):
    """The prefixes."""

    name: ClassVar[str] = "DNPT"


class DnptExtension(NptExtension[Dnpt]):
    """Translates ``-j DNPT``."""

    name = "DNPT"
    value = Dnpt
    chains = frozenset({"PREROUTING", "OUTPUT"})
