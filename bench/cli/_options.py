"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from bench.budget import Budget
from bench.peers import PEERS

__all__ = [
    "BUDGET",
    "Batches",
    "Effort",
    "Networks",
    "Output",
    "Peers",
    "ResultsFile",
    "Stacks",
    "chosen",
    "scaled",
]

T = TypeVar("T", bound=str)

BUDGET: Final = Budget(rounds=30, patience=0.8, longest=12.0)
"""What makes a whole run some 40 minutes long."""

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
Effort = Annotated[
    float,
    typer.Option(
        "--effort",
        "-e",
        min=0.01,
        help="How thoroughly to measure: 1 is the default, 3 takes some three times as long and "
        "leaves fewer out, 0.3 a third and leaves more out.",
    ),
]
ResultsFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


def scaled(effort: float) -> Budget:
    """The budget of an effort."""
    return Budget(
        rounds=max(1, round(BUDGET.rounds * effort)),
        patience=BUDGET.patience * effort,
        longest=BUDGET.longest * effort,
    )


def chosen(what: str, names: list[str], known: tuple[T, ...]) -> tuple[T, ...]:
    """Those of the known ones that were named, in their order; all where none was."""
    unknown = [name for name in names if name not in known]
    if unknown:
        raise typer.BadParameter(f"no {what} {unknown[0]!r}: there are {', '.join(known)}")
    return tuple(one for one in known if not names or one in names)
