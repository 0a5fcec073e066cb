"""Bars: the stages of one network, and CPU time inside and outside the kernel."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from bench.breakdown import STAGES
from bench.pictures._figure import new_figure
from bench.results import Measurement, summarize

__all__ = ["draw_cpu", "draw_stages"]


def draw_stages(stages: Sequence[Measurement], title: str) -> Figure:
    """The stages of creating one network, on top of each other."""
    figure, axes = new_figure(f"{title}: where the time of one network goes")
    sizes = sorted({one.point.networks for one in stages})
    labels = [f"{size:,} networks\npresent" for size in sizes]
    bottoms = [0.0] * len(sizes)
    for stage in STAGES:
        medians = {
            one.point.networks: summarize(one).median * 1e3
            for one in stages
            if one.point.peer == stage
        }
        heights = [medians.get(size, 0.0) for size in sizes]
        axes.bar(labels, heights, bottom=bottoms, label=stage, width=0.6)
        bottoms = [bottom + height for bottom, height in zip(bottoms, heights, strict=True)]
    axes.set_ylabel("CPU milliseconds")
    figure.legend(loc="outside right upper", reverse=True)
    return figure


def draw_cpu(measurements: Sequence[Measurement], title: str) -> Figure:
    """Two bars for each peer, side by side, since parts of a logarithmic bar would mislead."""
    figure, axes = new_figure(title)
    chosen = list(reversed(measurements))
    for shift, name, values in (
        (0.2, "outside the kernel", [one.user for one in chosen]),
        (-0.2, "in the kernel", [one.system for one in chosen]),
    ):
        places = [place + shift for place in range(len(chosen))]
        axes.barh(places, [value * 1e3 for value in values], height=0.38, label=name)
    axes.set_yticks(range(len(chosen)), [one.point.peer for one in chosen])
    axes.set_xscale("log")
    axes.set_xlabel("CPU milliseconds")
    figure.legend(loc="outside right upper")
    return figure
