from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from bench.budget import Budget, turns_of
from bench.measure import Task, measure
from bench.remote import Remote, RemoteFailed
from bench.results import Measurement, Skipped
from bench.worker import Sample
from bench.workload import Action

BUDGET = Budget(rounds=20, patience=1.0, longest=5.0)
TASK = Task(do="create", undo="delete", stack="ipv4", networks=7, batch=2)


class Clockwork(Remote):
    """A worker that does nothing, and says that it took so many seconds."""

    def __init__(self, name: str, seconds: float, log: list[tuple[str, Action]]) -> None:
        self.name = name
        self.failure: str | None = None
        self._seconds = seconds
        self._log = log

    def run(self, action: Action, numbers: Sequence[int]) -> Sample:
        assert len(numbers) == TASK.batch
        self._log.append((self.name, action))
        return Sample(seconds=self._seconds / 2, user=0.25, system=0.5)

    def peak_kib(self) -> int:
        return 4096


@pytest.mark.parametrize(
    ("seconds", "turns"), [(0.0, 20), (0.01, 20), (0.1, 10), (0.4, 3), (0.9, 3), (1.1, 0)]
)
def test_slow_peers_have_fewer_turns(seconds: float, turns: int) -> None:
    assert turns_of(seconds, BUDGET) == turns


def test_peers_take_turns_and_slow_ones_are_spread_over_the_rounds() -> None:
    log: list[tuple[str, Action]] = []
    quick, slow = Clockwork("quick", 0.01, log), Clockwork("slow", 0.2, log)
    found = list(measure([quick, slow], TASK, BUDGET, expected={}))  # type: ignore[list-item]
    assert [one.point.peer for one in found] == ["quick", "quick", "slow", "slow"]
    assert [one.point.question for one in found] == ["create", "delete"] * 2
    counts = [len(one.values) for one in found if isinstance(one, Measurement)]
    assert counts == [20, 20, 5, 5]
    first = found[0]
    assert isinstance(first, Measurement)
    assert (first.cpu[0], first.system, first.peak_kib) == (0.75, 0.5, 4096)
    turns = [name for name, action in log if action == "create"]
    at = [place for place, name in enumerate(turns) if name == "slow"]
    assert [later - earlier for earlier, later in pairwise(at[1:])] == [5, 5, 5, 5]


def test_a_peer_too_slow_for_a_second_turn_has_its_first_counted() -> None:
    found = list(measure([Clockwork("slow", 3.0, [])], TASK, BUDGET, expected={}))  # type: ignore[list-item]
    assert [one.values for one in found if isinstance(one, Measurement)] == [(1.5,), (1.5,)]


def test_a_peer_expected_to_be_too_slow_is_skipped_with_the_reason() -> None:
    log: list[tuple[str, Action]] = []
    worker = Clockwork("slow", 3.0, log)
    found = list(measure([worker], TASK, BUDGET, expected={"slow": 30.0}))  # type: ignore[list-item]
    assert not log
    assert [one.point.question for one in found] == ["create", "delete"]
    assert all(isinstance(one, Skipped) for one in found)
    assert isinstance(found[0], Skipped)
    assert found[0].why == "a turn would take some 30.0 s, more than 5 s"


def test_a_peer_that_takes_no_more_than_the_longest_turn_has_one() -> None:
    log: list[tuple[str, Action]] = []
    worker = Clockwork("slow", 4.0, log)
    list(measure([worker], TASK, BUDGET, expected={"slow": 4.0}))  # type: ignore[list-item]
    assert log == [("slow", "create"), ("slow", "delete")]


def test_a_measurement_knows_for_how_many_rules_it_stands() -> None:
    first, _ = measure([Clockwork("quick", 0.1, [])], TASK, BUDGET, expected={})  # type: ignore[list-item]
    assert isinstance(first, Measurement)
    assert first.rules == 9 * TASK.batch


class Falling(Clockwork):
    """A worker that fails in its third turn."""

    def run(self, action: Action, numbers: Sequence[int]) -> Sample:
        if len(self._log) == 4:
            self.failure = "it fell"
            raise RemoteFailed(self.failure)
        return super().run(action, numbers)


def test_a_peer_that_fails_is_left_out_with_the_reason_and_the_others_go_on() -> None:
    good, bad = Clockwork("good", 0.1, []), Falling("bad", 0.1, [])
    found = list(measure([bad, good], TASK, BUDGET, expected={}))  # type: ignore[list-item]
    assert [one.why for one in found if isinstance(one, Skipped)] == ["failed: it fell"] * 2
    measured = [one for one in found if isinstance(one, Measurement)]
    assert [(one.point.peer, len(one.values)) for one in measured] == [("good", 10)] * 2
