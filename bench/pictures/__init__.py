"""Results as pictures, PNG and SVG, one for each question, with logarithmic axes."""

from bench.pictures._all import draw_all

__all__ = ["draw_all"]
