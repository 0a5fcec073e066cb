from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.cli import app
from bench.peers import PEERS
from bench.questions import QUESTIONS
from bench.results import Measurement, Results
from tests.bench.made import measurement


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_small_run_measures_every_peer(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    sizes = ["-n", "3", "-b", "2", "--stack", "dual", "--effort", "0.1"]
    output = run("programming", *sizes, "--output", str(path))
    assert "create 2 at once, dual" in output
    results = Results.load(path)
    assert not results.skipped
    assert results.metadata["kernel"]
    for question, batch in (("create", 2), ("delete", 2), ("publish", 1), ("release", 1)):
        found = [one.point for one in results.of(question)]
        assert [point.peer for point in found] == [*PEERS]
        assert {(point.networks, point.batch) for point in found} == {(3, batch)}
    assert "publish, dual" in run("show", str(path))
    assert "nfcore rules" in run("show", str(path), "--details")
    assert "1.00" in run("compare", str(path), str(path))


def test_quick_touches_every_question(tmp_path: Path) -> None:
    path = tmp_path / "quick.json"
    run("quick", "--output", str(path))
    results = Results.load(path)
    assert {one.point.question for one in results.measurements} == {one.name for one in QUESTIONS}
    assert {one.point.peer for one in results.of("create")} >= {*PEERS}


def test_each_part_can_be_run_alone(tmp_path: Path) -> None:
    path = tmp_path / "part.json"
    for question, *arguments in (
        ("breakdown: sets", "breakdown", "-n", "1", "--rounds", "2"),
        ("watch gap", "watch", "--networks", "2", "--flushes", "1"),
    ):
        run(*arguments, "--output", str(path))
        assert list(Results.load(path).of(question)), question


def test_without_root_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    arguments = ["watch", "--output", str(tmp_path / "run.json")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "needs root: sudo nfcore bench" in done.output
    assert not (tmp_path / "run.json").exists()


def test_what_was_found_before_a_failure_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_networks: int, _rounds: int) -> Iterator[Measurement]:
        yield measurement(1.0)
        raise OSError("the cable is out")

    monkeypatch.setattr("bench.cli._run.measure_breakdown", fails)
    path = tmp_path / "part.json"
    done = CliRunner().invoke(app, ["breakdown", "--output", str(path)])
    assert str(done.exception) == "the cable is out"
    assert len(Results.load(path).measurements) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["programming", "--peer", "ipfw"], "no peer 'ipfw': there are nfcore sets"),
        (["programming", "--stack", "ipx"], "no stack 'ipx': there are ipv4, dual"),
        (["show", "/etc/hostname"], "no results of `python -m bench`"),
    ],
)
def test_bad_input_is_explained(arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "300"})
    assert done.exit_code == 2
    assert message in done.output


def test_files_are_joined_and_documented(tmp_path: Path) -> None:
    first, second, joined = (tmp_path / name for name in ("a.json", "b.json", "c.json"))
    kernel = {"kernel": "6.1"}
    Results(metadata=kernel, measurements=(measurement(0.001, peer="nfcore sets"),)).save(first)
    Results(
        metadata=kernel, measurements=(measurement(0.002, networks=9, peer="nfcore sets"),)
    ).save(second)
    run("join", str(first), str(second), "--output", str(joined))
    assert len(Results.load(joined).measurements) == 2
    run("document", str(joined), str(tmp_path / "docs"))
    text = (tmp_path / "docs" / "benchmarks.md").read_text()
    assert "| nfcore sets | 1 ms (1x) | 2 ms (1x) |" in text
    assert (tmp_path / "docs" / "benchmarks" / "create.png").exists()
    assert Results.load(tmp_path / "docs" / "benchmarks" / "run.json") == Results.load(joined)


def test_a_report_is_one_file(tmp_path: Path) -> None:
    path, page = tmp_path / "run.json", tmp_path / "run.html"
    Results(metadata={"kernel": "6.1"}, measurements=(measurement(0.001),)).save(path)
    run("report", str(path), str(page))
    text = page.read_text()
    assert "<svg" in text
    assert [file.name for file in tmp_path.iterdir() if file != path] == [page.name]
