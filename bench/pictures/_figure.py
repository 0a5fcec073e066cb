"""What all pictures share."""

from __future__ import annotations

from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.peers import PEERS

__all__ = ["DPI", "STYLE", "look_of", "new_figure"]

DPI: Final = 80
STYLE: Final = {"svg.fonttype": "none", "svg.hashsalt": "bench", "font.size": 9.0}
_SIZE: Final = (8.0, 4.8)
_MARKERS: Final = "os^vDPX*<>hpd8"


def new_figure(title: str) -> tuple[Figure, Axes]:
    """A picture with one pair of axes."""
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, fontsize=9.5)
    axes.grid(visible=True, alpha=0.3)
    return figure, axes


def look_of(peer: str) -> dict[str, Any]:
    """Line, color and marker, the same in every picture."""
    number = [*PEERS, "no rules"].index(peer) if peer in PEERS or peer == "no rules" else 0
    return {
        "linestyle": "-" if peer.startswith("nfcore") else "--",
        "color": mpl.colormaps["tab20"](2 * number % 20 + number // 10),
        "marker": _MARKERS[number % len(_MARKERS)],
        "markersize": 5,
        "label": peer,
    }
