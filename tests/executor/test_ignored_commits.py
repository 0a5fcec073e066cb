"""Commits whose messages the kernel is asked to keep to itself."""

from __future__ import annotations

from contextlib import closing

import pytest

from nfcore.exceptions import BackendUnavailable
from nfcore.executor import CffiExecutor, EventKind, RulesetMonitor
from nfcore.operations import (
    AddElements,
    AddSet,
    AddTable,
    Operation,
    SetRef,
    SetType,
)
from tests.elements import adding, deleting
from tests.executor.build import FILTER
from tests.netns import in_netns

NAMES = SetRef(table=FILTER, name="names")
MADE: list[Operation] = [AddTable(table=FILTER), AddSet(set=NAMES, type=SetType(key=("ifname",)))]


def name(text: str) -> AddElements:
    return adding(NAMES, text)


def test_nothing_is_heard_of_them(netns: str) -> None:
    with CffiExecutor(netns=netns) as executor:
        monitor = executor.monitor()
        monitor.ignore(executor.element_port)
        before = executor.generation()

        executor.commit(MADE)
        executor.commit([name("a"), name("b")])
        in_netns(netns, ["nft", "add element ip filter names { c }"])
        executor.commit([deleting(NAMES, "a")])
        made, foreign = monitor.read()
        monitor.close()
        assert executor.generation() == before + 4

    assert [commit.generation for commit in (made, foreign)] == [before + 1, before + 3]
    assert executor.element_port not in {made.port, foreign.port}
    assert [event.kind for event in made.events()] == [EventKind.NEW_TABLE, EventKind.NEW_SET]
    assert [event.kind for event in foreign.events()] == [EventKind.NEW_ELEMENT]
    assert foreign.program == "nft"


def test_however_many_they_are_the_buffer_does_not_run_over(
    netns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nfcore.executor._monitor._BUFFER_BYTES", 1)
    with CffiExecutor(netns=netns) as executor:
        executor.commit(MADE)
        monitor = RulesetMonitor(netns=netns)
        monitor.ignore(executor.element_port)

        executor.commit([name(f"br{number}") for number in range(5_000)])
        assert list(monitor.read()) == []
        in_netns(netns, ["nft", "add element ip filter names { c }"])
        (foreign,) = monitor.read()
        monitor.close()

        assert foreign.generation == executor.generation()


def test_of_what_is_committed_while_nobody_listens_nothing_is_heard(netns: str) -> None:
    with CffiExecutor(netns=netns) as executor, closing(RulesetMonitor(netns=netns)) as monitor:
        executor.commit(MADE)
        monitor.leave()
        executor.commit([name("a")])
        monitor.join()
        executor.commit([name("b")])
        (heard,) = monitor.read()

        assert heard.generation == executor.generation()
        assert [event.kind for event in heard.events()] == [EventKind.NEW_ELEMENT]


def test_what_was_heard_before_goes_with_it_even_if_it_was_too_much(
    netns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nfcore.executor._monitor._BUFFER_BYTES", 1)
    with CffiExecutor(netns=netns) as executor, closing(RulesetMonitor(netns=netns)) as monitor:
        executor.commit(MADE)
        executor.commit([name(f"br{number}") for number in range(5_000)])
        monitor.leave()
        monitor.join()
        assert list(monitor.read()) == []
        executor.commit([name("b")])
        (heard,) = monitor.read()
        assert len(heard.messages) == 1


def test_the_rest_of_a_commit_does_not_count_for_the_next(
    netns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if `leave` had come between a commit's notifications and its end."""
    with CffiExecutor(netns=netns) as executor, closing(RulesetMonitor(netns=netns)) as monitor:
        with monkeypatch.context() as patch:
            patch.setattr("nfcore.executor._monitor._NEWGEN", -1)
            executor.commit(MADE)
            assert list(monitor.read()) == []
        monitor.leave()
        monitor.join()
        executor.commit([name("a")])
        (heard,) = monitor.read()
        assert [event.kind for event in heard.events()] == [EventKind.NEW_ELEMENT]


def test_where_nobody_listens_the_kernel_takes_note_at_once(netns: str) -> None:
    """Listeners count for all network namespaces together: /proc/net/netlink names them."""
    monitor = RulesetMonitor(netns=netns)
    groups = f"{1 << 6:08x}"
    assert groups in listening(netns)
    monitor.leave()
    assert groups not in listening(netns)
    monitor.leave()
    monitor.join()
    monitor.join()
    assert groups in listening(netns)
    monitor.close()
    for method in (monitor.leave, monitor.join):
        with pytest.raises(
            BackendUnavailable,
            match=r"^the ruleset's changes cannot be listened to: Bad file descriptor$",
        ):
            method()


def listening(netns: str) -> list[str]:
    """The groups that the namespace's sockets to netfilter are members of."""
    lines = in_netns(netns, ["cat", "/proc/net/netlink"]).stdout.splitlines()[1:]
    return [line.split()[3] for line in lines if line.split()[1] == "12"]
