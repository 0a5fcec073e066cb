"""The measurements themselves, as small as they can be."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from rich.console import Console

from bench.breakdown import BREAKDOWNS, STAGES, measure_breakdown
from bench.budget import Budget
from bench.churn import CHURN_QUESTIONS, CHURNERS, ChurnPlan, measure_churn
from bench.dataplane import ROUTERS, DataplanePlan, measure_dataplane
from bench.lab import NO_RULES, ChurnSpell, RemoteRouter
from bench.programming import ProgrammingPlan, measure_programming
from bench.progress import Progress
from bench.remote import RemoteFailed
from bench.results import Measurement, Skipped
from bench.watch import measure_watch_gap


@pytest.fixture
def progress() -> Iterator[Progress]:
    with Progress(Console(file=io.StringIO()), 9) as progress:
        yield progress


def test_the_stages_of_one_network() -> None:
    found = list(measure_breakdown((2,), 3))
    assert [one.point.peer for one in found] == [*STAGES] * 2
    assert {one.point.question for one in found} == {*BREAKDOWNS}
    assert all(len(one.values) == 3 for one in found)
    assert all(value >= 0 for one in found for value in one.values)


def test_a_watcher_puts_all_back() -> None:
    gap = measure_watch_gap(2, 2)
    assert (gap.point.peer, gap.point.networks, len(gap.values)) == ("nfcore watch", 2, 2)
    assert all(value > 0 for value in gap.values)


def test_packets_pass_every_router_and_connections_reach_the_container(progress: Progress) -> None:
    plan = DataplanePlan(networks=(0, 2), ports=(1, 5, 9), trips=4, spells=2, seconds=0.02)
    found = [one for one in measure_dataplane(plan, progress) if isinstance(one, Measurement)]
    for question in ("rtt", "packets"):
        chosen = [one for one in found if one.point.question == question]
        assert [one.point.peer for one in chosen] == [*ROUTERS] * 2
        assert [one.point.networks for one in chosen] == [0] * len(ROUTERS) + [2] * len(ROUTERS)
        assert all(value > 0 for one in chosen for value in one.values)
    rates = [one for one in found if one.point.question == "connections"]
    assert {(one.point.peer, one.point.ports) for one in rates} == {
        (peer, ports) for peer in ROUTERS if peer != NO_RULES for ports in (1, 5, 9)
    }
    assert all(len(one.values) == 2 for one in rates)


def test_networks_come_and_go_while_packets_flow(progress: Progress) -> None:
    plan = ChurnPlan(networks=(1,), spells=1, seconds=0.4, per_second=10.0, packets=50.0)
    found = list(measure_churn(plan, progress))
    measured = [one for one in found if isinstance(one, Measurement)]
    assert {one.point.peer for one in measured} == {*CHURNERS}
    assert {one.point.question for one in measured} == {*CHURN_QUESTIONS}
    for one in measured:
        match one.point.question:
            case "churn: programming":
                assert 1 <= len(one.values) <= 4
            case "churn: packets":
                assert 10 < len(one.values) <= 20
            case _:
                assert len(one.values) == 1


def test_who_is_too_late_is_left_out_beside_more_networks(progress: Progress) -> None:
    plan = ChurnPlan(networks=(0, 1), spells=1, seconds=0.3, per_second=1_000.0, packets=10.0)
    left_out = [one for one in measure_churn(plan, progress) if isinstance(one, Skipped)]
    slow = [one for one in left_out if one.point.peer == "docker iptables-nft"]
    assert [one.point.networks for one in slow] == [1]
    assert slow[0].why == "with 0 networks, more than 50% was not done in time"


def test_who_is_too_slow_is_left_out_beside_more_networks(progress: Progress) -> None:
    plan = ProgrammingPlan(
        peers=("floor", "docker iptables-nft"),
        stacks=("ipv4",),
        networks=(0, 100, 10_000),
        batches=(1,),
        budget=Budget(rounds=1, patience=0.01, longest=2.0),
    )
    found = list(measure_programming(plan, progress))
    left_out = [one for one in found if isinstance(one, Skipped)]
    assert {(one.point.peer, one.point.networks) for one in left_out} <= {
        ("docker iptables-nft", 10_000),
        ("docker iptables-nft", 100),
    }
    measured = [one for one in found if isinstance(one, Measurement)]
    assert {one.point.networks for one in measured if one.point.peer == "floor"} == {0, 100, 10_000}


def test_who_cannot_run_here_is_left_out(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    plan = ProgrammingPlan(
        peers=("docker firewalld",), budget=Budget(rounds=1, patience=1.0, longest=1.0)
    )
    found = list(measure_programming(plan, progress))
    assert [one.why for one in found if isinstance(one, Skipped)] == [
        "not installed: dbus-daemon, firewalld"
    ] * 2


class Falling(RemoteRouter):
    """A router that fails in its second spell."""

    def __init__(self) -> None:
        self.name = "falling"
        self.failure: str | None = None
        self._spells = 0

    def fill(self, wanted: int) -> None:
        """Nothing to have present."""

    def round_trips(self, *_: object) -> list[float]:
        return [0.001]

    def packets(self, *_: object) -> float:
        return 1.0

    def churn(self, *_: object) -> ChurnSpell:
        self._spells += 1
        if self._spells == 2:
            self.failure = "it fell"
            raise RemoteFailed(self.failure)
        return ChurnSpell(latencies=(0.1,), due=1, trips=(0.1,), lost=0)


def test_a_router_that_fails_is_left_out_with_the_reason(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.churn.CHURNERS", ("falling",))
    monkeypatch.setattr("bench.churn.RemoteRouter", lambda _name: nullcontext(Falling()))
    plan = ChurnPlan(networks=(0, 1), spells=2)
    [skipped] = measure_churn(plan, progress)
    assert isinstance(skipped, Skipped)
    assert skipped.why == "failed: it fell"


def test_what_a_router_failed_to_do_is_left_out(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unfit(Falling):
        """A router through which no packets pass."""

        def packets(self, *_: object) -> float:
            self.failure = "the cable is out"
            raise RemoteFailed(self.failure)

    monkeypatch.setattr("bench.dataplane.ROUTERS", ("unfit",))
    monkeypatch.setattr("bench.dataplane.RemoteRouter", lambda *_: nullcontext(Unfit()))
    found = list(measure_dataplane(DataplanePlan(networks=(0,), ports=()), progress))
    assert [one.point.question for one in found] == ["rtt", "packets"]
    assert isinstance(found[0], Measurement)
    assert isinstance(found[1], Skipped)
    assert found[1].why == "failed: the cable is out"
