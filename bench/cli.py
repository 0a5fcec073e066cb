"""``python -m bench``: the commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console

from bench.breakdown import measure_breakdown
from bench.compare import compare
from bench.dataplane import measure_dataplane
from bench.document import write_document
from bench.measure import Budget
from bench.mirror import measure_overhead, measure_watch_gap
from bench.peers import PEERS
from bench.pictures import draw_all
from bench.programming import ProgrammingPlan, measure_programming
from bench.progress import Progress
from bench.results import BadResults, Measurement, Results, Skipped, collect_metadata
from bench.tables import print_comparison, print_details, print_results
from bench.workload import STACKS

T = TypeVar("T", bound=str)

__all__ = ["app", "main"]

app: Final = typer.Typer(
    help="Measure nfcore beside the other ways of programming Docker's firewall. Needs root; "
    "everything happens in network namespaces that are gone afterwards. Only ratios within one "
    "run mean something.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_FULL: Final = Budget(rounds=100, patience=3.0)
_DETAILS_WIDTH: Final = 150
_QUICK: Final = Budget(rounds=3, patience=0.6)

Output = Annotated[Path, typer.Option("--output", "-o", help="Where to write the results as JSON.")]
Networks = Annotated[
    list[int], typer.Option("--networks", "-n", help="Networks present; can be given repeatedly.")
]
Batches = Annotated[
    list[int], typer.Option("--batch", "-b", help="Networks at once; can be given repeatedly.")
]
Stacks = Annotated[
    list[str], typer.Option("--stack", help="ipv4 or dual. Default: both.", metavar="STACK")
]
Peers = Annotated[
    list[str], typer.Option("--peer", "-p", help=f"One of: {', '.join(PEERS)}. Default: all.")
]
Rounds = Annotated[int, typer.Option(min=1, help="How often a quick peer is measured at a point.")]
Patience = Annotated[
    float, typer.Option(min=0.1, help="Seconds that one peer may take at one point.")
]
ResultsFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


def main() -> None:
    """Run a command."""
    app()


@app.command()
def programming(
    output: Output = Path("bench-programming.json"),
    networks: Networks = [0, 100, 1_000],  # noqa: B006 - typer copies it
    batch: Batches = [1, 10, 100, 1_000],  # noqa: B006 - the same
    stack: Stacks = [],  # noqa: B006 - the same
    peer: Peers = [],  # noqa: B006 - the same
    rounds: Rounds = _FULL.rounds,
    patience: Patience = _FULL.patience,
) -> None:
    """Create and delete networks, publish and release ports, by every peer in turn."""
    plan = ProgrammingPlan(
        peers=_chosen("peer", peer, tuple(PEERS)),
        stacks=_chosen("stack", stack, STACKS),
        networks=tuple(sorted(networks)),
        batches=tuple(sorted(batch)),
        budget=Budget(rounds=rounds, patience=patience),
    )
    console = Console()
    with Progress(console) as progress:
        results = _gathered(list(measure_programming(plan, progress)))
    _finish(console, results, output)


@app.command()
def mirror(
    output: Output = Path("bench-mirror.json"),
    networks: Networks = [10, 1_000, 10_000],  # noqa: B006 - typer copies it
    flushes: Annotated[int, typer.Option(min=0, help="How often to flush under a watcher.")] = 11,
    watched: Annotated[int, typer.Option(min=1, help="Networks that it keeps.")] = 1_000,
    rounds: Rounds = 200,
    patience: Patience = 10.0,
) -> None:
    """One network by nfcore beside libnftables given the same JSON; and the gap of nfcore watch."""
    console = Console()
    with Progress(console) as progress:
        budget = Budget(rounds=rounds, patience=patience)
        found = list(measure_overhead(tuple(sorted(networks)), budget, progress))
        if flushes:
            progress.says("flushes under a watcher")
            found.append(measure_watch_gap(watched, flushes))
    _finish(console, _gathered(found), output)


@app.command()
def breakdown(
    output: Output = Path("bench-breakdown.json"),
    networks: Networks = [0, 100, 1_000],  # noqa: B006 - typer copies it
    rounds: Rounds = 200,
) -> None:
    """Where the time of one network goes: planning, JSON, libnftables, kernel, notifications."""
    _finish(Console(), _gathered(list(measure_breakdown(sorted(networks), rounds))), output)


@app.command()
def dataplane(
    output: Output = Path("bench-dataplane.json"),
    networks: Networks = [0, 10, 100, 1_000],  # noqa: B006 - typer copies it
    rounds: Rounds = 500,
) -> None:
    """Round trips through a router with so many networks, connections through a published port."""
    console = Console()
    with Progress(console) as progress:
        found = list(measure_dataplane(sorted(networks), rounds, progress))
    _finish(console, _gathered(found), output)


@app.command("all")
def everything(context: typer.Context, output: Output = Path("bench-all.json")) -> None:
    """All of it, one after the other, into one file: some twenty minutes."""
    parts = []
    for command in (programming, mirror, breakdown, dataplane):
        path = output.with_suffix(f".{command.__name__}.json")
        context.invoke(command, output=path)
        parts.append(path)
    join(parts, output)


@app.command()
def join(files: list[ResultsFile], output: Output) -> None:
    """Put the results of several files, which one machine made, into one."""
    first, *others = (_load(path) for path in files)
    for other in others:
        first = first.with_more(other.measurements, other.skipped)
    first.save(output)


@app.command()
def document(
    file: ResultsFile, directory: Annotated[Path, typer.Argument()] = Path("docs")
) -> None:
    """Write DIRECTORY/benchmarks.md and its pictures from a file of results."""
    results = _load(file)
    pictures = directory / "benchmarks"
    pictures.mkdir(parents=True, exist_ok=True)
    names = draw_all(results, pictures)
    text = write_document(results, names, pictures.name)
    (directory / "benchmarks.md").write_text(text, encoding="utf-8")


@app.command()
def quick(output: Output = Path("bench-quick.json")) -> None:
    """A little of everything, in less than a minute: shows that it runs, judges nothing."""
    console = Console()
    plan = ProgrammingPlan(stacks=("dual",), networks=(20,), batches=(1, 5), budget=_QUICK)
    with Progress(console) as progress:
        found = list(measure_programming(plan, progress))
        found += measure_overhead((10,), replace(_QUICK, rounds=10), progress)
        found.append(measure_watch_gap(20, 2))
        found += measure_breakdown((20,), 3)
        found += measure_dataplane((5,), 5, progress)
    _finish(console, _gathered(found), output)


@app.command("compare")
def compare_files(first: ResultsFile, second: ResultsFile) -> None:
    """Compare two files of results, point by point."""
    print_comparison(Console(), compare(_load(first), _load(second)))


@app.command()
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


def _chosen(what: str, names: list[str], known: tuple[T, ...]) -> tuple[T, ...]:
    """Those of the known ones that were named, in their order; all where none was."""
    unknown = [name for name in names if name not in known]
    if unknown:
        raise typer.BadParameter(f"no {what} {unknown[0]!r}: there are {', '.join(known)}")
    return tuple(one for one in known if not names or one in names)


def _gathered(found: list[Measurement | Skipped] | list[Measurement]) -> Results:
    return Results(
        metadata=collect_metadata(),
        measurements=tuple(one for one in found if isinstance(one, Measurement)),
        skipped=tuple(one for one in found if isinstance(one, Skipped)),
    )


def _load(path: Path) -> Results:
    try:
        return Results.load(path)
    except BadResults as error:
        raise typer.BadParameter(str(error)) from error


def _finish(console: Console, results: Results, output: Path) -> None:
    results.save(output)
    print_results(console, results)
    console.print(f"written to {output}")
