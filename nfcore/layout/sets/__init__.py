"""A fixed number of rules, and everything else as elements of named sets and maps."""

from nfcore.layout.sets._layout import SetsLayout

__all__ = ["SetsLayout"]
