"""``nfcore bench``."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path

import pytest

from bench.command import run
from bench.results import Results
from tests.bench.made import measurement


def test_it_runs_the_commands_of_the_benchmark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.json"
    Results(measurements=(measurement(0.001),)).save(path)
    with pytest.raises(SystemExit) as ended:
        run(["show", str(path)])
    assert ended.value.code == 0
    assert "create, ipv4" in capsys.readouterr().out


def without(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """Let importing the commands fail as it does where a library is missing."""
    real = builtins.__import__

    def pretending(name: str, *rest: object) -> object:
        if name == "bench.cli":
            raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.delitem(sys.modules, "bench.cli", raising=False)
    monkeypatch.setattr(builtins, "__import__", pretending)


def test_a_missing_library_is_told_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "matplotlib")
    with pytest.raises(SystemExit) as ended:
        run(["quick"])
    assert ended.value.code == (
        "nfcore bench needs matplotlib, which is not installed: pip install 'nfcore[bench]'"
    )


def test_another_missing_module_is_no_matter_of_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "bench.nonsense")
    with pytest.raises(ModuleNotFoundError, match=r"bench\.nonsense"):
        run(["quick"])
