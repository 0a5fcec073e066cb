"""docs/benchmarks.md and the self-contained HTML report, written from a file of results."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from bench.pictures import draw_all
from bench.results import Results
from bench.story import tell

__all__ = ["write_document", "write_report"]


def write_document(results: Results, pictures: Sequence[str], folder: str) -> str:
    """The document, in Markdown.

    Args:
        results: what was measured.
        pictures: the names of the pictures that were drawn.
        folder: where they are, as seen from the document.
    """
    template = _environment().get_template("document.md")
    return template.render(story=tell(results, pictures), folder=folder)


def write_report(results: Results) -> str:
    """The report: one HTML page that holds its pictures and needs nothing else."""
    with tempfile.TemporaryDirectory() as directory:
        names = draw_all(results, Path(directory))
        drawn = {name: _inline(Path(directory, f"{name}.svg")) for name in names}
    template = _environment().get_template("report.html")
    return template.render(story=tell(results, names), drawn=drawn)


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("bench"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _inline(picture: Path) -> Markup:
    """A picture of our own as part of a page, without the prologue of a file."""
    text = picture.read_text(encoding="utf-8")
    return Markup(text[text.index("<svg") :])  # noqa: S704 - matplotlib escapes what it writes
