"""What measures."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from bench.breakdown import measure_breakdown
from bench.budget import Budget
from bench.churn import ChurnPlan, measure_churn
from bench.cli._options import Batches, Effort, Networks, Output, Peers, Stacks, chosen, scaled
from bench.dataplane import DataplanePlan, measure_dataplane
from bench.machine import collect_metadata
from bench.peers import PEERS
from bench.programming import ProgrammingPlan, measure_programming
from bench.progress import Progress
from bench.results import Measurement, Results, Skipped
from bench.tables import print_results
from bench.watch import measure_watch_gap
from bench.workload import STACKS

__all__ = ["breakdown", "churn", "dataplane", "everything", "programming", "quick", "watch_gap"]

Found = Iterator[Measurement | Skipped]

_STAGED: Final = (0, 100, 1_000, 10_000)
_WATCHED: Final = 1_000
_PACKETS: Final = DataplanePlan()
_CHURN: Final = ChurnPlan()


def programming(
    output: Output = Path("bench-programming.json"),
    networks: Networks = [0, 100, 1_000, 10_000],  # noqa: B006 - typer copies it
    batch: Batches = [1, 10, 100, 1_000, 10_000],  # noqa: B006 - the same
    stack: Stacks = [],  # noqa: B006 - the same
    peer: Peers = [],  # noqa: B006 - the same
    effort: Effort = 1.0,
) -> None:
    """Create and delete networks, publish and release ports, by every peer in turn."""
    plan = ProgrammingPlan(
        peers=chosen("peer", peer, tuple(PEERS)),
        stacks=chosen("stack", stack, STACKS),
        networks=tuple(sorted(networks)),
        batches=tuple(sorted(batch)),
        budget=scaled(effort),
    )
    _measure(output, plan.steps, lambda progress: measure_programming(plan, progress))


def breakdown(
    output: Output = Path("bench-breakdown.json"),
    networks: Networks = [*_STAGED],  # noqa: B006 - typer copies it
    rounds: Annotated[int, typer.Option(min=1, help="How often.")] = 100,
) -> None:
    """Where the time of one network goes: planning, JSON, libnftables, kernel, notifications."""
    _measure(output, 1, lambda _: measure_breakdown(sorted(networks), rounds))


def dataplane(
    output: Output = Path("bench-dataplane.json"),
    networks: Networks = [*_PACKETS.networks],  # noqa: B006 - typer copies it
    ports: Annotated[
        list[int], typer.Option("--ports", help="Ports published; can be given repeatedly.")
    ] = [*_PACKETS.ports],  # noqa: B006 - the same
    effort: Effort = 1.0,
) -> None:
    """Packets through a router with so many networks, connections through published ports."""
    plan = _dataplane_plan(effort, tuple(sorted(networks)), tuple(sorted(ports)))
    _measure(output, plan.steps, lambda progress: measure_dataplane(plan, progress))


def churn(
    output: Output = Path("bench-churn.json"),
    networks: Networks = [*_CHURN.networks],  # noqa: B006 - typer copies it
    per_second: Annotated[float, typer.Option(min=0.1, help="Changes a second.")] = 10.0,
    effort: Effort = 1.0,
) -> None:
    """Create and delete networks at a fixed rate while packets flow."""
    plan = _churn_plan(effort, tuple(sorted(networks)), per_second)
    _measure(output, plan.steps, lambda progress: measure_churn(plan, progress))


def watch_gap(
    output: Output = Path("bench-watch.json"),
    networks: Annotated[int, typer.Option(min=1, help="Networks that it keeps.")] = _WATCHED,
    flushes: Annotated[int, typer.Option(min=1, help="How often to flush.")] = 11,
) -> None:
    """How long a flushed ruleset stays incomplete while `nfcore watch` runs."""
    _measure(output, 1, lambda _: iter([measure_watch_gap(networks, flushes)]))


def everything(output: Output = Path("bench-all.json"), effort: Effort = 1.0) -> None:
    """All of it, one after the other, into one file: some 40 minutes, by default."""
    _measure_all(
        output,
        ProgrammingPlan(budget=scaled(effort)),
        _dataplane_plan(effort),
        _churn_plan(effort),
        staged=_STAGED,
        watched=_WATCHED,
        rounds=max(3, round(100 * effort)),
    )


def quick(output: Output = Path("bench-quick.json")) -> None:
    """A little of everything, in less than a minute: shows that it runs, judges nothing."""
    budget = Budget(rounds=3, patience=0.3, longest=1.0)
    _measure_all(
        output,
        ProgrammingPlan(stacks=("dual",), networks=(20,), batches=(1, 5), budget=budget),
        DataplanePlan(networks=(0, 5), ports=(1, 5), trips=10, spells=1, seconds=0.05),
        ChurnPlan(networks=(5,), spells=1, seconds=0.5, per_second=10.0, packets=100.0),
        staged=(20,),
        watched=20,
        rounds=3,
    )


def _measure_all(
    output: Path,
    networks: ProgrammingPlan,
    packets: DataplanePlan,
    changes: ChurnPlan,
    *,
    staged: Sequence[int],
    watched: int,
    rounds: int,
) -> None:
    def all_of_it(progress: Progress) -> Found:
        yield from measure_programming(networks, progress)
        progress.says("breakdown")
        yield from measure_breakdown(staged, rounds)
        progress.step()
        progress.says("watch gap")
        yield measure_watch_gap(watched, max(3, rounds // 10))
        progress.step()
        yield from measure_dataplane(packets, progress)
        yield from measure_churn(changes, progress)

    _measure(output, networks.steps + 2 + packets.steps + changes.steps, all_of_it)


def _dataplane_plan(
    effort: float,
    networks: tuple[int, ...] = _PACKETS.networks,
    ports: tuple[int, ...] = _PACKETS.ports,
) -> DataplanePlan:
    return DataplanePlan(
        networks=networks,
        ports=ports,
        trips=max(_PACKETS.spells, round(_PACKETS.trips * effort)),
        seconds=_PACKETS.seconds * effort,
    )


def _churn_plan(
    effort: float,
    networks: tuple[int, ...] = _CHURN.networks,
    per_second: float = _CHURN.per_second,
) -> ChurnPlan:
    seconds = max(1.0, _CHURN.seconds * effort)
    return ChurnPlan(networks=networks, per_second=per_second, seconds=seconds)


def _measure(output: Path, steps: int, work: Callable[[Progress], Found]) -> None:
    """Measure, save and print; what a run found before it failed or was interrupted is saved.

    Raises:
        SystemExit: this is not root.
    """
    if os.geteuid() != 0:
        sys.exit("nfcore bench makes network namespaces, which needs root: sudo nfcore bench …")
    console = Console()
    metadata = collect_metadata()
    found: list[Measurement | Skipped] = []
    try:
        with Progress(console, steps) as progress:
            for one in work(progress):
                found.append(one)  # noqa: PERF402 - extend() would lose all where it fails
    finally:
        results = Results(
            metadata=metadata,
            measurements=tuple(one for one in found if isinstance(one, Measurement)),
            skipped=tuple(one for one in found if isinstance(one, Skipped)),
        )
        results.save(output)
    print_results(console, results)
    console.print(f"written to {output}")
