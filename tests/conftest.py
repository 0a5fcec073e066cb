"""Network namespaces for the tests: made for one test, removed after it."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


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
