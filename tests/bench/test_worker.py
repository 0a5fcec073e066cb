from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bench.lab import RemoteRouter
from bench.namespace import call_in_new_namespace
from bench.peers import PEERS
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


def listens(remote: Remote) -> bool:
    """Whether anybody in its namespace hears of the ruleset's changes."""
    sockets = Path(f"/proc/{remote._process.pid}/net/netlink").read_text().splitlines()[1:]
    netfilter = [fields for fields in map(str.split, sockets) if fields[1] == "12"]
    return any(int(fields[3], 16) for fields in netfilter)


@pytest.mark.parametrize("name", PEERS)
def test_who_is_not_at_its_turn_does_not_listen(name: str) -> None:
    """The kernel would write notifications of the others' commits, and their clock would run."""
    with Worker(name, "ipv4") as worker:
        assert not listens(worker)
        worker.fill(range(2))
        assert not listens(worker)
        for action in ("create", "publish", "release", "delete"):
            worker.run(action, [7])
            assert not listens(worker), action


def test_nor_does_a_router() -> None:
    with RemoteRouter("nfcore sets") as router:
        router.fill(2)
        assert not listens(router)
        router.churn(0.1, 20, 20, 1)
        assert not listens(router)
