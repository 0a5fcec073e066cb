"""``-m hbh``: the IPv6 hop-by-hop options header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.matches._option_headers import OptionsExtension, OptionsMatch

__all__ = ["Hbh", "HbhExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hbh(OptionsMatch):
    """``--hbh-len`` and ``--hbh-opts``."""

    name: ClassVar[str] = "hbh"


class HbhExtension(OptionsExtension[Hbh]):
    """Translates ``-m hbh``."""

    name = "hbh"
    value = Hbh
