from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.cli import app
from bench.peers import PEERS
from bench.results import Results
from tests.bench.made import measurement


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_small_run_measures_every_peer(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    sizes = ["-n", "3", "-b", "2", "--stack", "dual", "--rounds", "1", "--patience", "60"]
    output = run("programming", *sizes, "--output", str(path))
    assert "create 2 at once, dual" in output
    results = Results.load(path)
    assert not results.skipped
    assert results.metadata["kernel"]
    for question, batch in (("create", 2), ("delete", 2), ("publish", 1), ("release", 1)):
        found = [one.point for one in results.of(question)]
        assert [point.peer for point in found] == [*PEERS]
        assert {(point.networks, point.batch) for point in found} == {(3, batch)}
    assert "publish 1 at once, dual" in run("show", str(path))
    assert "nfcore rules" in run("show", str(path), "--details")
    assert "1.00" in run("compare", str(path), str(path))


def test_the_mirrors_overhead_and_the_watchers_gap(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    sizes = ["-n", "2", "--flushes", "1", "--watched", "2", "--rounds", "3"]
    run("mirror", *sizes, "--output", str(path))
    results = Results.load(path)
    assert {one.point.peer for one in results.of("create+delete")} == {
        "nfcore rules",
        "libnftables JSON",
    }
    [gap] = results.of("watch gap")
    assert len(gap.values) == 1
    assert gap.values[0] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["programming", "--peer", "ipfw"], "no peer 'ipfw': there are nfcore rules"),
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
    Results(metadata=kernel, measurements=(measurement(0.001),)).save(first)
    Results(metadata=kernel, measurements=(measurement(0.002, networks=9),)).save(second)
    run("join", str(first), str(second), "--output", str(joined))
    assert len(Results.load(joined).measurements) == 2
    run("document", str(joined), str(tmp_path / "docs"))
    text = (tmp_path / "docs" / "benchmarks.md").read_text()
    assert "| nfcore rules | 1 ms (1x) | 2 ms (1x) |" in text
    assert (tmp_path / "docs" / "benchmarks" / "create.png").exists()
