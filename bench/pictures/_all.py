"""Which pictures there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.breakdown import BREAKDOWNS
from bench.pictures._bars import draw_cpu, draw_stages
from bench.pictures._figure import DPI, STYLE
from bench.pictures._lines import Lines, draw_lines, name_of
from bench.questions import QUESTIONS, Question
from bench.results import Measurement, Results, Summary

__all__ = ["draw_all"]


def draw_all(results: Results, directory: Path) -> tuple[str, ...]:
    """Draw a picture for each question.

    Args:
        results: what was measured.
        directory: where the files go.

    Returns:
        The pictures' names, each of which has a ``.png`` and a ``.svg``. A question's first picture
        has its name, and others go on after ``--``.
    """
    names = []
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]  # its keys are a list of literals
        for name, figure in _figures(results):
            figure.savefig(directory / f"{name}.png", dpi=DPI)
            figure.savefig(directory / f"{name}.svg", metadata={"Date": None})
            names.append(name)
    return tuple(names)


def _figures(results: Results) -> Iterator[tuple[str, Figure]]:
    for question in QUESTIONS:
        found = list(results.of(question.name))
        if question.name in BREAKDOWNS and found:
            yield question.file, draw_stages(found, question.name)
        elif question.name != "watch gap":
            yield from _lines(question, found)
    for name, figure in _of_batches(results):
        yield f"create--{name}", figure
    yield from _of_resources(results)


def _lines(question: Question, found: Sequence[Measurement]) -> Iterator[tuple[str, Figure]]:
    chosen = _of_one_stack([one for one in found if one.point.batch == 1])
    if chosen and any(max(one.values) > 0 for one in chosen):
        churn = question.name.startswith("churn")
        what = "published" if question.axis == "ports" else "present"
        band = "99%" if churn else "95%"
        lines = Lines(
            title=f"{question.name}, by how many {question.axis} are {what}; band: up to {band}",
            axis=f"{question.axis} {what}",
            place=lambda one: one.point.size,
            height=lambda one, summary: summary.median * _factor(one),
            unit=name_of(chosen[0].unit),
            top=lambda one, summary: (summary.p99 if churn else summary.p95) * _factor(one),
            from_zero=question.axis == "networks",
        )
        yield question.file, draw_lines(chosen, lines)


def _of_batches(results: Results) -> Iterator[tuple[str, Figure]]:
    created = _of_one_stack(list(results.of("create")))
    most = max((one.point.networks for one in created if one.point.batch > 1), default=None)
    chosen = [one for one in created if one.point.networks == most]
    if most is None or not chosen:
        return

    def draw(title: str, unit: str, height: Callable[[Measurement, Summary], float]) -> Figure:
        return draw_lines(
            chosen,
            Lines(
                title=f"{title}, with {most:,} present",
                axis="networks at once",
                place=lambda one: one.point.batch,
                height=height,
                unit=unit,
                from_zero=False,
            ),
        )

    yield (
        "batches",
        draw(
            "create, time for each network",
            "milliseconds",
            lambda one, summary: summary.median * 1e3 / one.point.batch,
        ),
    )
    if any(one.rules for one in chosen):
        yield "throughput", draw("create, throughput", "rules a second", _rules_a_second)


def _rules_a_second(one: Measurement, summary: Summary) -> float:
    return one.rules / summary.median if summary.median else 0.0


def _of_resources(results: Results) -> Iterator[tuple[str, Figure]]:
    single = _of_one_stack([one for one in results.of("create") if one.point.batch == 1])
    if any(one.peak_kib for one in single):
        lines = Lines(
            title="peak memory while networks are created and deleted",
            axis="networks present",
            place=lambda one: one.point.networks,
            height=lambda one, _: one.peak_kib / 1024,
            unit="MiB",
        )
        yield "create--memory", draw_lines(single, lines)
    sizes = [one.point.networks for one in single if one.point.networks <= 1_000]
    if sizes and any(one.user or one.system for one in single):
        chosen = [one for one in single if one.point.networks == max(sizes)]
        yield "create--cpu", draw_cpu(chosen, f"create one, CPU time, with {max(sizes):,} present")


def _of_one_stack(measurements: list[Measurement]) -> list[Measurement]:
    """The dual stack's, or the others where there are none."""
    return [one for one in measurements if one.point.stack == "dual"] or measurements


def _factor(measurement: Measurement) -> float:
    return 1e3 if measurement.unit == "s" else 1.0
