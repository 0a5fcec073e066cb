"""Commands that other packages add, as installed ones do: by entry points that Python finds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ADDED = '''
import sys

def run(arguments):
    """Say what it is given.

    And more that the list of commands does not show.
    """
    print("given", *arguments)
    sys.exit(3)
'''
ENTRIES = """\
[nfcore.commands]
added = added_to_nfcore:run
broken = no_such_module_at_all:run
save = added_to_nfcore:run
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A directory with a package that is installed into it."""
    (tmp_path / "added_to_nfcore.py").write_text(ADDED)
    information = tmp_path / "added_to_nfcore-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: added\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(ENTRIES)
    return tmp_path


def nfcore(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-m", "nfcore", *arguments],
        env={**os.environ, "PYTHONPATH": f"{path}:{root}", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_they_are_listed_after_nfcores_own(installed: Path) -> None:
    lines = nfcore(installed, "--help").stdout.splitlines()
    words = [line.split() for line in lines]
    commands = [found[0] for found in words[words.index(["Commands:"]) + 1 :] if found]
    assert commands.index("added") > commands.index("port")
    assert commands.count("save") == 1
    assert ["added", "Say", "what", "it", "is", "given."] in words


def test_they_are_given_all_that_follows(installed: Path) -> None:
    done = nfcore(installed, "added", "--help", "-n", "3", "--", "--rest")
    assert done.stdout.startswith("given --help -n 3")
    assert done.stdout.endswith("--rest\n")
    assert done.returncode == 3


def test_nfcores_own_commands_come_first(installed: Path) -> None:
    assert "iptables-save" in nfcore(installed, "save", "--help").stdout


def test_one_that_cannot_be_loaded_says_so_and_harms_no_other(installed: Path) -> None:
    assert "cannot be loaded" in nfcore(installed, "--help").stdout
    done = nfcore(installed, "broken", "x")
    assert done.stderr == (
        "nfcore broken cannot be loaded: No module named 'no_such_module_at_all'\n"
    )
    assert done.returncode == 1


def test_help_imports_nothing_that_the_benchmark_needs(installed: Path) -> None:
    code = (
        "import sys\n"
        "from bench.command import run\n"
        "from nfcore.cli import app\n"
        "try:\n    app(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "print(sorted({'matplotlib', 'numpy', 'pyperf', 'jinja2'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert installed.is_dir()
