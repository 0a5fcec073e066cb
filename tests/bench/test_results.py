from __future__ import annotations

from pathlib import Path

import pytest

from bench.results import (
    BadResults,
    Results,
    Skipped,
    summarize,
)
from tests.bench.made import measurement


def test_statistics_are_those_of_the_values() -> None:
    summary = summarize(measurement(*(float(number) for number in range(1, 101))))
    assert summary.count == 100
    assert summary.median == 50.5
    assert summary.p95 == pytest.approx(95.05)
    assert summary.p99 == pytest.approx(99.01)
    assert summary.spread == 25.0


def test_one_value_is_its_own_summary() -> None:
    summary = summarize(measurement(0.25))
    assert (summary.median, summary.p95, summary.p99, summary.spread) == (0.25, 0.25, 0.25, 0.0)


def test_a_sampling_clock_may_have_seen_nothing() -> None:
    summary = summarize(measurement(0.0, 0.0, 0.0))
    assert (summary.median, summary.p99, summary.spread) == (0.0, 0.0, 0.0)


def test_a_file_holds_all_of_a_run(tmp_path: Path) -> None:
    slow = measurement(9.0, peer="docker iptables-nft")
    results = Results(
        metadata={"kernel": "6.1", "cpu_count": 2},
        measurements=(measurement(0.001, 0.002), measurement(7.0, unit="1/s")),
        skipped=(Skipped(point=slow.point, why="too slow"),),
    )
    path = tmp_path / "run.json"
    results.save(path)
    assert Results.load(path) == results


def test_more_goes_behind() -> None:
    first, second = measurement(1.0), measurement(2.0, networks=10)
    skipped = Skipped(point=second.point, why="why not")
    more = Results(metadata={"kernel": "x"}, measurements=(first,)).with_more([second], [skipped])
    assert more.measurements == (first, second)
    assert more.skipped == (skipped,)
    assert more.metadata == {"kernel": "x"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 1, "metadata": {}}'])
def test_a_file_without_results_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(BadResults, match=r"other\.json: no results of `python -m bench`"):
        Results.load(path)


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    path.write_text('{"format": 2, "metadata": {}, "measurements": [], "skipped": []}')
    with pytest.raises(BadResults, match=r"new\.json: format 2, not 1"):
        Results.load(path)
