"""The target extensions, one module each; a target is added by its module and one line here."""

from __future__ import annotations

from typing import Any, Final

from translate.extension import TargetExtension
from translate.targets.dnat import DnatExtension
from translate.targets.masquerade import MasqueradeExtension
from translate.targets.snat import SnatExtension

__all__ = ["TARGETS"]

TARGETS: Final[tuple[TargetExtension[Any], ...]] = (
    DnatExtension(),
    MasqueradeExtension(),
    SnatExtension(),
)
"""In the order in which decoding tries them."""
