"""The lock file that keeps engines from one another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nfcore.engine import Engine, EngineLock
from nfcore.exceptions import Conflict, Locked
from nfcore.executor import FakeExecutor


def test_it_excludes_and_names_the_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first, second = EngineLock(path), EngineLock(path, wait=0)
    first.acquire()
    with pytest.raises(Locked, match=r"lock is held by process \d+ \(.+\); waited 0 s"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()
    second.release()


def test_it_waits(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    program = (
        "import sys, time; from pathlib import Path; from nfcore.engine import EngineLock\n"
        "lock = EngineLock(Path(sys.argv[1])); lock.acquire(); print('held', flush=True)\n"
        "time.sleep(0.3); lock.release()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Locked, match=rf"process {other.pid} "):
            EngineLock(path, wait=0).acquire()
        EngineLock(path, wait=10).acquire()


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    program = (
        "import sys, time; from pathlib import Path; from nfcore.engine import EngineLock\n"
        "lock = EngineLock(Path(sys.argv[1])); lock.acquire(); print('held', flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        other.kill()
    lock = EngineLock(path, wait=0)
    lock.acquire()
    lock.release()


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(Locked, match="cannot be opened: No such file or directory"):
        EngineLock(tmp_path / "no" / "lock").acquire()


def test_an_engine_holds_it_while_a_transaction_is_open(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    other = EngineLock(path, wait=0)
    with Engine(FakeExecutor(), lock=EngineLock(path)) as engine:
        with engine.transaction(), pytest.raises(Locked):
            other.acquire()
        with pytest.raises(Conflict), engine.transaction():
            raise Conflict("a block that fails")
        other.acquire()
        other.release()
