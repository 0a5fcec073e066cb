"""The command tree."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Final

import typer

from bench.cli import _files, _run

__all__ = ["app", "main"]

app: Final = typer.Typer(
    help="Measure nfcore beside the other ways of programming Docker's firewall. Needs root; "
    "everything happens in network namespaces that are gone afterwards. Only ratios within one "
    "run mean something.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("all")(_run.everything)
app.command()(_run.quick)
app.command()(_run.programming)
app.command()(_run.breakdown)
app.command()(_run.dataplane)
app.command()(_run.churn)
app.command("watch")(_run.watch_gap)
app.command()(_files.show)
app.command("compare")(_files.compare_files)
app.command()(_files.report)
app.command()(_files.document)
app.command()(_files.join)


def main(arguments: Sequence[str] | None = None, program: str = "python -m bench") -> None:
    """Run a command.

    Args:
        arguments: those of the command line, unless given.
        program: what the command is called.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was found is saved then too
    app(None if arguments is None else list(arguments), prog_name=program)
