"""Commits whose messages the kernel is asked to keep to itself."""

from __future__ import annotations

import pytest

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


def test_their_end_is_heard_and_nothing_else(netns: str) -> None:
    with CffiExecutor(netns=netns) as executor:
        monitor = executor.monitor()
        monitor.ignore(executor.element_port)
        before = executor.generation()

        executor.commit(MADE)
        executor.commit([name("a"), name("b")])
        in_netns(netns, ["nft", "add element ip filter names { c }"])
        executor.commit([deleting(NAMES, "a")])
        made, own, foreign, deleted = monitor.read()
        monitor.close()

    assert [commit.generation for commit in (made, own, foreign, deleted)] == [
        before + number for number in range(1, 5)
    ]
    assert {own.port, deleted.port} == {executor.element_port}
    assert executor.element_port not in {made.port, foreign.port}
    assert [event.kind for event in made.events()] == [EventKind.NEW_TABLE, EventKind.NEW_SET]
    assert [event.kind for event in foreign.events()] == [EventKind.NEW_ELEMENT]
    assert (own.messages, deleted.messages) == ([], [])
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
        (own,) = monitor.read()
        monitor.close()

        assert own.generation == executor.generation()
