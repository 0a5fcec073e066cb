"""Results as pictures, PNG and SVG, with logarithmic axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.breakdown import STAGES
from bench.results import Measurement, Results, summarize

__all__ = ["draw_all"]

_SIZE: Final = (8.0, 4.8)
_DPI: Final = 80
_MARKERS: Final = "os^vDPX*<>hp"
_PICTURED: Final = ("create", "delete", "publish", "rtt", "connections")


def draw_all(results: Results, directory: Path) -> tuple[str, ...]:
    """Draw a picture for each question.

    Args:
        results: what was measured.
        directory: where the files go.

    Returns:
        The pictures' names, each of which has a ``.png`` and a ``.svg``.
    """
    names = []
    style = {"svg.fonttype": "none", "svg.hashsalt": "bench", "font.size": 9.0}
    with mpl.rc_context(style):  # type: ignore[arg-type]  # its keys are a list of literals
        for name, figure in _figures(results):
            figure.savefig(directory / f"{name}.png", dpi=_DPI)
            figure.savefig(directory / f"{name}.svg", metadata={"Date": None})
            names.append(name)
    return tuple(names)


def _figures(results: Results) -> Iterator[tuple[str, Figure]]:
    for question in _PICTURED:
        chosen = _of_one_stack([one for one in results.of(question) if one.point.batch == 1])
        if chosen:
            title = f"{question} one, by how many networks are present"
            yield question, _lines(chosen, title, "networks present", lambda p: p.networks, 1)
    created = _of_one_stack(list(results.of("create")))
    most = max((one.point.networks for one in created if one.point.batch > 1), default=None)
    batches = [one for one in created if one.point.networks == most]
    if batches:
        title = f"create, time per network, with {most:,} present"
        yield "batches", _lines(batches, title, "networks at once", lambda p: p.batch, None)
    stages = list(results.of("breakdown"))
    if stages:
        yield "breakdown", _stacked(stages)


def _of_one_stack(measurements: list[Measurement]) -> list[Measurement]:
    """The dual stack's, or the others where there are none."""
    return [one for one in measurements if one.point.stack == "dual"] or measurements


def _figure(title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title)
    return figure, axes


def _lines(
    measurements: Sequence[Measurement],
    title: str,
    label: str,
    place: Callable[..., int],
    linear_below: int | None,
) -> Figure:
    """A line for each peer, from median to median; a faint band reaches up to the 95th percentile.

    Args:
        measurements: what to draw.
        title: the picture's.
        label: of the horizontal axis.
        place: a point's place on it.
        linear_below: where the horizontal axis is not logarithmic, so that it has a zero.
    """
    figure, axes = _figure(title)
    peers = dict.fromkeys(one.point.peer for one in measurements)
    for number, peer in enumerate(peers):
        chosen = sorted(
            (one for one in measurements if one.point.peer == peer), key=lambda m: place(m.point)
        )
        xs = [place(one.point) for one in chosen]
        factors = [_factor(one) for one in chosen]
        summaries = [summarize(one) for one in chosen]
        medians = [one.median * factor for one, factor in zip(summaries, factors, strict=True)]
        highs = [one.p95 * factor for one, factor in zip(summaries, factors, strict=True)]
        marker = _MARKERS[number % len(_MARKERS)]
        style = "-" if peer.startswith("nfcore") else "--"
        color = mpl.colormaps["tab20"](2 * number % 20 + number // 10)
        axes.plot(xs, medians, style, color=color, marker=marker, markersize=5, label=peer)
        axes.fill_between(xs, medians, highs, color=color, alpha=0.1, linewidth=0)
    axes.set_yscale("log")
    if linear_below is None:
        axes.set_xscale("log")
    else:
        axes.set_xscale("symlog", linthresh=linear_below * 10, linscale=0.5)
        axes.set_xlim(left=-linear_below)
    axes.set_xlabel(label)
    axes.set_ylabel(_unit(measurements[0]))
    axes.grid(visible=True, alpha=0.3)
    figure.legend(loc="outside right upper")
    return figure


def _factor(measurement: Measurement) -> float:
    return 1e3 / measurement.point.batch if measurement.unit == "s" else 1.0


def _unit(measurement: Measurement) -> str:
    return "milliseconds" if measurement.unit == "s" else measurement.unit


def _stacked(stages: Sequence[Measurement]) -> Figure:
    figure, axes = _figure("where the time of one network goes")
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
