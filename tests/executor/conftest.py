"""What the executors' tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

# The contract's assertions explain themselves as a test module's do.
pytest.register_assert_rewrite("tests.executor.contract")


@pytest.fixture
def own_lock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An xtables lock of the test's own: tests in other namespaces needn't wait for it."""
    path = tmp_path / "xtables.lock"
    monkeypatch.setenv("XTABLES_LOCKFILE", str(path))
    return path
