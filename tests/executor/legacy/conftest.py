"""iptables' own programs, and scripts that stand in for them in PATH."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.netns import in_netns

Fake = Callable[[str, str], Path]
"""Put a shell script in front of a program: its name, and what the script does.

In the script ``$real`` is the real program, and ``$call`` the number of this call (1 is the first).
"""

RUN = 'exec "$real" "$@"'


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fake:
    directory = tmp_path / "fakes"
    directory.mkdir()

    def put(program: str, script: str) -> Path:
        real = shutil.which(program, path=original)
        assert real is not None
        calls = directory / f"{program}.calls"
        path = directory / program
        path.write_text(
            f'#!/bin/sh\nreal="{real}"\necho >> "{calls}"\ncall=$(wc -l < "{calls}")\n{script}\n'
        )
        path.chmod(0o755)
        calls.write_text("")
        return path

    original = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{directory}:{original}")
    return put


def saved(netns: str) -> str:
    """What iptables-legacy-save and its twin print, with counters, without their remarks."""
    printed = (
        in_netns(netns, [f"{program}-legacy-save", "-c"]).stdout
        for program in ("iptables", "ip6tables")
    )
    return "".join(
        f"{line}\n" for text in printed for line in text.splitlines() if not line.startswith("#")
    )
