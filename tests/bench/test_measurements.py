"""The measurements themselves, as small as they can be."""

from __future__ import annotations

import io

from rich.console import Console

from bench.breakdown import STAGES, measure_breakdown
from bench.dataplane import ROUTERS, measure_dataplane
from bench.progress import Progress


def test_the_stages_of_one_network() -> None:
    found = list(measure_breakdown((2,), 3))
    assert [one.point.peer for one in found] == [*STAGES]
    assert all(len(one.values) == 3 for one in found)
    planned = found[0].values
    assert all(value > 0 for value in planned)


def test_packets_pass_every_router_and_connections_reach_the_container() -> None:
    console = Console(file=io.StringIO())
    with Progress(console) as progress:
        found = list(measure_dataplane((2,), 9, progress))
    trips = [one for one in found if one.point.question == "rtt"]
    assert [one.point.peer for one in trips] == [*ROUTERS]
    assert all(len(one.values) == 9 for one in trips)
    rates = [one for one in found if one.point.question == "connections"]
    assert [one.point.peer for one in rates] == [*ROUTERS[1:]]
    assert all(value > 0 for one in rates for value in one.values)
