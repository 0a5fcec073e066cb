from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bench.namespace import call_in_new_namespace
from bench.remote import Remote, RemoteFailed
from bench.worker import Worker


def net_namespace() -> str:
    return str(Path("/proc/self/ns/net").readlink())


def lock_file() -> str:
    return os.environ["XTABLES_LOCKFILE"]


def fail() -> None:
    raise LookupError("as asked")


def test_a_function_is_called_in_another_namespace() -> None:
    assert call_in_new_namespace(net_namespace) != net_namespace()
    assert call_in_new_namespace(lock_file) != "/run/xtables.lock"


def test_its_errors_come_back() -> None:
    with pytest.raises(LookupError, match="as asked"):
        call_in_new_namespace(fail)


def test_a_worker_measures_what_its_peer_does() -> None:
    with Worker("nft -f", "ipv4") as worker:
        worker.fill(range(3))
        sample = worker.run("create", [5])
        assert sample.seconds > 0
        assert 0 <= sample.user + sample.system < sample.seconds + 1
        assert worker.peak_kib() > 1024
        with pytest.raises(RemoteFailed, match=re.compile("nft -f: .*AttributeError", re.DOTALL)):
            worker.call("no such method")
        assert worker.failure is not None
        assert worker.failure.startswith("AttributeError: ")


def test_a_peer_that_fails_says_how() -> None:
    with (
        Worker("nft -f", "ipv4") as worker,
        pytest.raises(RemoteFailed, match=re.compile("nft -f: Traceback.*Error", re.DOTALL)),
    ):
        worker.fill([1 << 30])


def test_a_peer_that_cannot_be_opened_says_why() -> None:
    with pytest.raises(RemoteFailed, match="no such peer: Traceback"):
        Worker("no such peer", "ipv4")


def test_a_worker_that_is_gone_is_an_error() -> None:
    worker = Worker("nft -f", "ipv4")
    worker._process.kill()
    with pytest.raises(RemoteFailed, match=r"nft -f: its process ended"):
        worker.fill([1])
    assert worker.failure == "nft -f: its process ended"
    worker.close()


def test_a_worker_stays_on_its_processor() -> None:
    cpu = min(os.sched_getaffinity(0))
    with Remote("affinity", Affinity, cpu=cpu) as remote:
        assert remote.call("cpus") == {cpu}


class Affinity:
    """Tells what processors its process may use."""

    def cpus(self) -> set[int]:
        return os.sched_getaffinity(0)

    def close(self) -> None:
        """Nothing to give back."""
