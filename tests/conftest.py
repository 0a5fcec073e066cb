"""Network namespaces and programs for the tests: made for one test, removed after it."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from tests.legacy import Fake

# No test asserts a time: on a busy machine an example may take a hundred times as long as alone.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write the golden files anew")


@contextmanager
def new_netns() -> Iterator[str]:
    """A network namespace of its own name, for as long as the block runs."""
    if os.geteuid() != 0:
        pytest.fail("this test makes a network namespace: run it as root (make test does)")
    name = f"nfcore-{uuid.uuid4().hex[:12]}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


@pytest.fixture
def netns() -> Iterator[str]:
    """The name of a fresh network namespace."""
    with new_netns() as name:
        yield name


@pytest.fixture(scope="module")
def module_netns() -> Iterator[str]:
    """The name of a network namespace that a module's tests share."""
    with new_netns() as name:
        yield name


@pytest.fixture
def own_lock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An xtables lock of the test's own: tests in other namespaces needn't wait for it."""
    path = tmp_path / "xtables.lock"
    monkeypatch.setenv("XTABLES_LOCKFILE", str(path))
    return path


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
