"""What is done with files of results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from bench.cli._options import Output, ResultsFile
from bench.compare import compare
from bench.document import write_document, write_report
from bench.pictures import draw_all
from bench.results import BadResults, Results
from bench.tables import print_comparison, print_details, print_results

__all__ = ["compare_files", "document", "join", "report", "show"]

_DETAILS_WIDTH: Final = 160
_CHECKED_IN: Final = "run.json"
"""What a document was written from."""


def show(
    file: ResultsFile,
    details: Annotated[bool, typer.Option("--details", help="Percentiles, CPU, memory.")] = False,
) -> None:
    """Print a file of results."""
    results = _load(file)
    if details:
        print_details(Console(width=_DETAILS_WIDTH), results.measurements)
    else:
        print_results(Console(), results)


def compare_files(first: ResultsFile, second: ResultsFile) -> None:
    """Compare two files of results, point by point."""
    print_comparison(Console(), compare(_load(first), _load(second)))


def report(file: ResultsFile, output: Annotated[Path, typer.Argument()]) -> None:
    """Write a page of HTML that holds everything, pictures too, from a file of results."""
    output.write_text(write_report(_load(file)), encoding="utf-8")


def document(
    file: ResultsFile, directory: Annotated[Path, typer.Argument()] = Path("docs")
) -> None:
    """Write DIRECTORY/benchmarks.md, with its pictures and the results, from a file of results."""
    results = _load(file)
    pictures = directory / "benchmarks"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in (*pictures.glob("*.png"), *pictures.glob("*.svg")):
        old.unlink()
    results.save(pictures / _CHECKED_IN)
    names = draw_all(results, pictures)
    text = write_document(results, names, pictures.name)
    (directory / "benchmarks.md").write_text(text, encoding="utf-8")


def join(files: list[ResultsFile], output: Output) -> None:
    """Put the results of several files, which one machine made, into one."""
    first, *others = (_load(path) for path in files)
    for other in others:
        first = first.with_more(other.measurements, other.skipped)
    first.save(output)


def _load(path: Path) -> Results:
    try:
        return Results.load(path)
    except BadResults as error:
        raise typer.BadParameter(str(error)) from error
