"""``-m connmark``: the connection's mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.matches._marks import MarkExtensionBase, MarkMatch
from translate.nft.statements import ct

__all__ = ["Connmark", "ConnmarkExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connmark(MarkMatch):
    """``--mark VALUE[/MASK]``."""

    name: ClassVar[str] = "connmark"


class ConnmarkExtension(MarkExtensionBase[Connmark]):
    """Translates ``-m connmark``."""

    name = "connmark"
    value = Connmark
    left = ct("mark")
