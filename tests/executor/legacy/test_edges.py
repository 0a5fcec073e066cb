"""Checks without a namespace to make them in, locks that nobody seems to hold, closed files."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nfcore.exceptions import BackendUnavailable, InvalidInput, NotFound
from nfcore.executor import open_executor
from nfcore.executor.legacy import LegacyExecutor, Place, tables_in_use
from nfcore.executor.legacy._carriers import RestoreCarrier
from nfcore.executor.legacy._lock import XtablesLock
from nfcore.executor.legacy._model import Step
from nfcore.executor.legacy._trial import try_out
from nfcore.operations import DeleteSet, SetRef
from tests.executor.build import FILTER, add, chain, rules_of, with_filter
from tests.legacy import RUN, Fake
from tests.netns import in_netns

pytestmark = pytest.mark.usefixtures("own_lock")

FORWARD = chain("FORWARD")
IN_NETNS = "nfcore.executor._netns.unshare"


@pytest.fixture
def executor(netns: str) -> Iterator[LegacyExecutor]:
    with LegacyExecutor(netns=netns) as executor:
        with_filter(executor)
        yield executor


def refuse(_: int) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


class TestTrial:
    def test_no_namespace_can_be_made(
        self,
        executor: LegacyExecutor,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Then nfcore's own checks are all, and a refused commit names no operation."""
        monkeypatch.setattr(IN_NETNS, refuse)
        with caplog.at_level(logging.WARNING):
            executor.check([add(FORWARD, "-j ACCEPT")])
        (record,) = caplog.records
        assert record.message == "checked without asking the kernel"
        assert record.__dict__["error"] == (
            "no network namespace can be made: Operation not permitted"
        )
        assert rules_of(executor, FORWARD) == []

    def test_the_tables_cannot_be_copied(self, executor: LegacyExecutor, fake: Fake) -> None:
        executor.commit([add(FORWARD, "-j ACCEPT")])
        picture = executor._read({FILTER.version}, executor._programs)
        fake("iptables-legacy-restore", f"[ $call = 1 ] && exit 7\n{RUN}")
        step = Step(table=FILTER, index=0, words="-A FORWARD -j DROP")
        with pytest.raises(
            BackendUnavailable, match=r"^the tables could not be copied: iptables-legacy-restore e"
        ):
            try_out(RestoreCarrier(), picture, [step], limit=5)


class TestHolder:
    def test_what_started_it_has_ended(self, tmp_path: Path) -> None:
        lock = tmp_path / "lock"
        lock.touch()
        (tmp_path / "locks").write_text(
            f"1: POSIX  ADVISORY  WRITE 1 fe:00:{lock.stat().st_ino} 0 EOF\n"
            f"2: -> FLOCK  ADVISORY  WRITE 2 fe:00:{lock.stat().st_ino} 0 EOF\n"
            f"3: FLOCK  ADVISORY  WRITE 4711 fe:00:{lock.stat().st_ino} 0 EOF\n"
        )
        assert XtablesLock(wait=1, path=lock, proc=tmp_path).holder() == (
            "process 4711 took it, and has ended; what it started holds it"
        )

    def test_nobody(self, tmp_path: Path) -> None:
        lock = tmp_path / "lock"
        lock.touch()
        assert XtablesLock(wait=1, path=lock).holder() == "nobody holds it any more"

    def test_not_to_be_seen(self, tmp_path: Path) -> None:
        lock = XtablesLock(wait=1, path=tmp_path / "lock", proc=tmp_path)
        assert lock.holder() == "who holds it is not to be seen"

    def test_it_is_free_when_the_block_ends(self, tmp_path: Path) -> None:
        lock = XtablesLock(wait=1, path=tmp_path / "lock")
        with lock.held() as instead:
            assert Path(instead).exists()
        assert not Path(instead).exists()
        with (tmp_path / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class TestPlace:
    def test_tables_of_its_namespace(self, netns: str) -> None:
        with LegacyExecutor(netns=netns) as executor:
            place = executor._programs.place
            assert tables_in_use(place) == []
            in_netns(netns, ["iptables-legacy", "-S"])
            assert tables_in_use(place) == [FILTER]
            in_netns(netns, ["iptables-legacy", "-t", "nat", "-S"])
            assert [table.name for table in tables_in_use(place)] == ["filter", "nat"]

    def test_a_closed_one(self) -> None:
        place = Place()
        place.close()
        place.close()
        assert tables_in_use(place) == []

    def test_no_such_namespace(self) -> None:
        with pytest.raises(NotFound):
            LegacyExecutor(netns="nowhere")

    def test_a_file_that_is_gone_is_looked_for_again(self, netns: str) -> None:
        with LegacyExecutor(netns=netns) as executor:
            place = executor._programs.place
            assert place.read_proc_net("ip_tables_names") == ""
            os.close(place._files["ip_tables_names"])
            place._files["ip_tables_names"] = os.open("/", os.O_RDONLY)  # cannot be read
            assert place.read_proc_net("ip_tables_names") is None
            assert place.read_proc_net("ip_tables_names") == ""


def test_legacy_tables_without_the_programs_to_read_them(
    netns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_netns(netns, ["iptables-legacy", "-S"])
    with open_executor("nftables", netns=netns) as executor, monkeypatch.context() as patch:
        patch.setenv("PATH", "/nowhere")
        assert executor.snapshot().tables == {}


def test_named_sets(executor: LegacyExecutor) -> None:
    named = DeleteSet(set=SetRef(table=FILTER, name="bridges"))
    with pytest.raises(InvalidInput, match="iptables has no named sets of its own"):
        executor.commit([named])
