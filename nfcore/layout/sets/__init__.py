"""A fixed number of rules, and everything else as elements of named sets and maps."""

from nfcore.layout.sets._layout import SetsLayout
from nfcore.layout.sets._start import has_sets

__all__ = ["SetsLayout", "has_sets"]
