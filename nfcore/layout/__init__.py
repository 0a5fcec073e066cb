"""How the driver's networks are laid out in the kernel: as rules, or as elements of sets."""

from nfcore.layout._base import Layout, View
from nfcore.layout._choose import LAYOUTS, LayoutName, convert, layout_for, layout_named, layout_of
from nfcore.layout.rules import RulesLayout
from nfcore.layout.sets import SetsLayout, has_sets

__all__ = [
    "LAYOUTS",
    "Layout",
    "LayoutName",
    "RulesLayout",
    "SetsLayout",
    "View",
    "convert",
    "has_sets",
    "layout_for",
    "layout_named",
    "layout_of",
]
