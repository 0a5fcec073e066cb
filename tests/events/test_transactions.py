"""What is told of transactions, listings, the picture of the ruleset and the lock."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from nfcore.engine import Engine, EngineLock, IptRule, open_source
from nfcore.events import (
    Event,
    LockWaited,
    PictureLost,
    RulesetListed,
    TransactionCommitted,
    TransactionRefused,
    TransactionUnchanged,
)
from nfcore.exceptions import CommitRefused, Locked, Untranslatable
from nfcore.executor import CffiExecutor, FakeExecutor
from nfcore.operations import AddTable, Operation, TableRef
from tests.netns import in_netns
from translate import IPVersion

V4 = IPVersion.V4
FILTER = TableRef(version=V4, name="filter")


def rule(words: str, chain: str = "MINE") -> IptRule:
    return IptRule(V4, "filter", chain, tuple(words.split()))


def program(engine: Engine, *rules: IptRule) -> None:
    with engine.transaction() as transaction:
        transaction.new_chain(V4, "filter", "MINE")
        for one in rules:
            transaction.append(one)


def test_a_transaction_tells_what_it_did_and_how_long_each_phase_took(netns: str) -> None:
    told: list[Event] = []
    executor = CffiExecutor(netns=netns)
    with Engine(executor, observer=told.append) as engine:
        program(engine, rule("-s 10.0.0.1 -j DROP"), rule("-s 10.0.0.2 -j DROP"))
        listed, committed = told
        assert isinstance(listed, RulesetListed)
        assert listed.reason == "first look"
        assert isinstance(committed, TransactionCommitted)
        assert (committed.backend, committed.operations) == ("cffi", 4)
        assert committed.kinds == {"add_table": 1, "add_chain": 1, "add_rule": 2}
        assert (committed.adds, committed.deletes) == (4, 0)
        assert committed.generation == executor.generation()
        assert committed.call_site is not None
        assert committed.call_site.startswith(f"{__file__}:")
        assert committed.call_site.endswith("in program")
        seconds = (
            committed.look_seconds,
            committed.plan_seconds,
            committed.encode_seconds,
            committed.commit_seconds,
            committed.take_in_seconds,
        )
        assert all(one > 0 for one in seconds)
        assert sum(seconds) < 60
        del told[:]
        program(engine, rule("-s 10.0.0.1 -j DROP"))
        assert told == [TransactionUnchanged(backend="cffi")]
        with engine.transaction() as transaction:
            transaction.delete(rule("-s 10.0.0.1 -j DROP"))
            transaction.flush_chain(V4, "filter", "MINE")
            transaction.remove_chain(V4, "filter", "MINE")
        deleted = told[-1]
        assert isinstance(deleted, TransactionCommitted)
        assert (deleted.adds, deleted.deletes) == (0, deleted.operations)


def test_a_refused_transaction_tells_which_operation_and_why(netns: str) -> None:
    in_netns(netns, ["nft", "add table ip filter"])
    in_netns(netns, ["nft", "add chain ip filter MINE { type filter hook forward priority 5; }"])
    told: list[Event] = []
    with (
        Engine(CffiExecutor(netns=netns), observer=told.append) as engine,
        pytest.raises(CommitRefused) as refusal,
    ):
        program(engine, rule("-j MINE", chain="FORWARD"))
    refused = told[-1]
    assert isinstance(refused, TransactionRefused)
    assert refused.error == "CommitRefused"
    assert refused.answer == refusal.value.answer
    assert refused.index == refusal.value.index
    assert refused.operation == str(refusal.value.operation)
    assert refused.call_site == refusal.value.call_site


def test_a_transaction_that_cannot_be_sent_is_told_too(netns: str) -> None:
    told: list[Event] = []
    checksum = IptRule(V4, "mangle", "MINE", ("-j", "CHECKSUM", "--checksum-fill"))
    with Engine(CffiExecutor(netns=netns, table_prefix="x-"), observer=told.append) as engine:
        transaction = engine.begin()
        transaction.new_chain(V4, "mangle", "MINE")
        transaction.append(checksum)
        with pytest.raises(Untranslatable):
            transaction.commit()
    refused = told[-1]
    assert isinstance(refused, TransactionRefused)
    assert (refused.error, refused.operation) == ("Untranslatable", None)


class Refusing(FakeExecutor):
    """Refuses everything."""

    def commit(self, operations: Sequence[Operation], *, generation: int | None = None) -> None:
        del generation
        raise CommitRefused("no", index=0, operation=operations[0])


def test_operations_planned_as_they_are_are_told_in_the_same_way() -> None:
    told: list[Event] = []
    engine = Engine(FakeExecutor(), observer=told.append)
    operations = [AddTable(table=FILTER)]
    engine.commit(lambda _: operations)
    engine.commit(lambda _: operations, check_only=True)
    engine.commit(lambda _: ())
    kinds = [type(event) for event in told if not isinstance(event, RulesetListed)]
    assert kinds == [TransactionCommitted, TransactionUnchanged]
    committed = next(event for event in told if isinstance(event, TransactionCommitted))
    assert committed.call_site is None
    refusing = Engine(Refusing(), observer=told.append)
    with pytest.raises(CommitRefused):
        refusing.commit(lambda _: operations)
    assert isinstance(told[-1], TransactionRefused)


def test_a_backend_without_notifications_lists_each_time() -> None:
    told: list[Event] = []
    engine = Engine(FakeExecutor(), observer=told.append)
    for _ in range(2):
        program(engine)
    reasons = [event.reason for event in told if isinstance(event, RulesetListed)]
    assert reasons == ["no notifications"] * 2


def test_a_lost_picture_is_told_with_its_listing(netns: str) -> None:
    told: list[Event] = []
    executor = CffiExecutor(netns=netns)
    monitor = executor.monitor()
    source = open_source(executor, monitor=monitor, observer=told.append)
    with Engine(executor, source=source) as engine:
        program(engine)
        in_netns(netns, ["nft", "add table ip others"])
        list(monitor.read())  # as if it had never come
        program(engine)
    lost = [event for event in told if isinstance(event, PictureLost)]
    assert [event.error for event in lost] == ["the generation has moved without a notification"]
    reasons = [event.reason for event in told if isinstance(event, RulesetListed)]
    assert reasons == ["first look", "picture lost"]


HOLD = (
    "import sys, time; from pathlib import Path; from nfcore.engine import EngineLock\n"
    "lock = EngineLock(Path(sys.argv[1])); lock.acquire(); print('held', flush=True)\n"
    "time.sleep(0.4); lock.release()"
)


def test_waiting_for_the_lock_is_told_and_getting_it_at_once_is_not(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    told: list[Event] = []
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Locked):
            EngineLock(path, wait=0, observer=told.append).acquire()
        lock = EngineLock(path, wait=20, observer=told.append)
        lock.acquire()
        lock.release()
    first, second = told
    assert isinstance(first, LockWaited)
    assert isinstance(second, LockWaited)
    assert (first.path, first.taken, second.taken) == (str(path), False, True)
    assert first.holder.startswith(f"process {other.pid} (")
    assert second.seconds > 0
    EngineLock(path, observer=told.append).acquire()
    assert len(told) == 2


def test_where_nobody_listens_nothing_is_made(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.WARNING, logger="nfcore")
    monkeypatch.delattr("nfcore.engine._telling.TransactionCommitted.__init__")
    program(Engine(FakeExecutor()))
