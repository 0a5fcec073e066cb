"""``-j SNPT``: rewrite the prefix of the source address, without connection tracking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.targets._npt import NptExtension, NptTarget

__all__ = ["Snpt", "SnptExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snpt(NptTarget):
    """The prefixes."""

    name: ClassVar[str] = "SNPT"


class SnptExtension(NptExtension[Snpt]):
    """Translates ``-j SNPT``."""

    name = "SNPT"
    value = Snpt
    chains = frozenset({"INPUT", "POSTROUTING"})
