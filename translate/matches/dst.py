"""``-m dst``: the IPv6 destination options header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.matches._option_headers import OptionsExtension, OptionsMatch

__all__ = ["Dst", "DstExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dst(OptionsMatch):
    """``--dst-len`` and ``--dst-opts``."""

    name: ClassVar[str] = "dst"


class DstExtension(OptionsExtension[Dst]):
    """Translates ``-m dst``."""

    name = "dst"
    value = Dst
