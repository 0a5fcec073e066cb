"""The package is built wherever it is installed: with the extension where that can be compiled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SETUP = """
import runpy, sys
{before}
sys.argv = ["setup.py", "-v", "build", "--build-base", "build", "--build-lib", "built"]
runpy.run_path("setup.py", run_name="__main__")
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of what the package is built from."""
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("bench", "nfcore", "translate"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.so", "__pycache__")
        )
    return tmp_path


def build(source: Path, *, before: str = "", **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SETUP.format(before=before)],
        cwd=source,
        check=True,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert (source / "built/nfcore/executor/_native.py").is_file()
    assert (source / "built/translate/py.typed").is_file()
    assert (source / "built/bench/templates/report.html").is_file()
    return done.stdout


def extensions(source: Path) -> list[Path]:
    return list((source / "built/nfcore/executor").glob("_libnftables*.so"))


def test_with_compiler_and_header(source: Path) -> None:
    build(source)

    assert len(extensions(source)) == 1


@pytest.mark.parametrize(
    "environment",
    [{"CFLAGS": "-nostdinc"}, {"CC": "/nonexistent/cc"}],
    ids=["without headers", "without a compiler"],
)
def test_what_cannot_be_compiled_is_left_out(source: Path, environment: dict[str, str]) -> None:
    printed = build(source, **environment)

    assert 'building extension "nfcore.executor._libnftables" failed' in printed
    assert extensions(source) == []


def test_without_cffi(source: Path) -> None:
    printed = build(source, before="sys.modules['cffi'] = None")

    assert "cffi is not installed: nfcore is built without its libnftables extension" in printed
    assert extensions(source) == []
