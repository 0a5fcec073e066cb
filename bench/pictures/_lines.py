"""A line for each peer, from size to size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure

from bench.pictures._figure import look_of, new_figure
from bench.results import Measurement, Summary, summarize

__all__ = ["Lines", "draw_lines", "name_of"]

_NAMES: Final = {"s": "milliseconds", "/s": "a second", "%": "percent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What a picture of lines shows.

    Args:
        title: the picture's.
        axis: the horizontal axis's.
        place: a measurement's place on it.
        height: of a summary, in the picture's unit.
        unit: the vertical axis's.
        top: of the faint band above a line, or None.
        from_zero: whether the horizontal axis begins at 0.
    """

    title: str
    axis: str
    place: Callable[[Measurement], int]
    height: Callable[[Measurement, Summary], float]
    unit: str
    top: Callable[[Measurement, Summary], float] | None = None
    from_zero: bool = True


def draw_lines(measurements: Sequence[Measurement], lines: Lines) -> Figure:
    """Draw a line for each peer.

    Args:
        measurements: of all peers.
        lines: what of them to show.
    """
    figure, axes = new_figure(lines.title)
    for peer in dict.fromkeys(one.point.peer for one in measurements):
        chosen = sorted((one for one in measurements if one.point.peer == peer), key=lines.place)
        summaries = [summarize(one) for one in chosen]
        xs = [lines.place(one) for one in chosen]
        ys = [lines.height(*pair) for pair in zip(chosen, summaries, strict=True)]
        look = look_of(peer)
        axes.plot(xs, ys, **look)
        if lines.top is not None:
            tops = [lines.top(*pair) for pair in zip(chosen, summaries, strict=True)]
            axes.fill_between(xs, ys, tops, color=look["color"], alpha=0.1, linewidth=0)
    if lines.unit == _NAMES["%"]:
        axes.set_yscale("symlog", linthresh=1)
        axes.set_ylim(0, 105)
        axes.set_yticks([0, 1, 10, 100], ["0", "1", "10", "100"])
    else:
        axes.set_yscale("log")
    places = sorted({lines.place(one) for one in measurements})
    if lines.from_zero:
        axes.set_xscale("symlog", linthresh=10, linscale=0.5)
        axes.set_xlim(left=-1)
    else:
        axes.set_xscale("log")
    axes.set_xticks(places, [f"{place:,}" for place in places])
    axes.minorticks_off()
    axes.set_xlabel(lines.axis)
    axes.set_ylabel(lines.unit)
    figure.legend(loc="outside right upper")
    return figure


def name_of(unit: str) -> str:
    """The vertical axis's name for a measurement's unit."""
    return _NAMES.get(unit, unit)
