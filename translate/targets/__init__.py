"""The target extensions, one module each; a target is added by its module and one line here."""

from __future__ import annotations

from typing import Any, Final

from translate.extension import TargetExtension
from translate.targets.connmark import ConnmarkExtension
from translate.targets.dnat import DnatExtension
from translate.targets.log import LogExtension
from translate.targets.mark import MarkExtension
from translate.targets.masquerade import MasqueradeExtension
from translate.targets.netmap import NetmapExtension
from translate.targets.redirect import RedirectExtension
from translate.targets.reject import RejectExtension
from translate.targets.reject6 import Reject6Extension
from translate.targets.snat import SnatExtension

__all__ = ["TARGETS"]

TARGETS: Final[tuple[TargetExtension[Any], ...]] = (
    MarkExtension(),
    ConnmarkExtension(),
    DnatExtension(),
    LogExtension(),
    MasqueradeExtension(),
    NetmapExtension(),
    RedirectExtension(),
    RejectExtension(),
    Reject6Extension(),
    SnatExtension(),
)
"""In the order in which decoding tries them."""
