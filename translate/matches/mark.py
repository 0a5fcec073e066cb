"""``-m mark``: the packet's mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.matches._marks import MarkExtensionBase, MarkMatch
from translate.nft.statements import meta

__all__ = ["Mark", "MarkExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(MarkMatch):
    """``--mark VALUE[/MASK]``."""

    name: ClassVar[str] = "mark"


class MarkExtension(MarkExtensionBase[Mark]):
    """Translates ``-m mark``."""

    name = "mark"
    value = Mark
    left = meta("mark")
