"""Listings that lack elements are made again: the kernel moves a set's elements as it grows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nfcore.exceptions import ListingFailed
from nfcore.executor import CffiExecutor
from nfcore.executor._library import Reply
from nfcore.operations import (
    AddElement,
    AddSet,
    AddTable,
    DeleteTable,
    SetRef,
    SetState,
    SetType,
)
from tests.executor.build import FILTER

PORTS = SetRef(table=FILTER, name="ports")
ANSWERS = SetRef(table=FILTER, name="answers")
MANY = 20_000


@pytest.fixture
def executor(netns: str) -> Iterator[CffiExecutor]:
    with CffiExecutor(netns=netns) as executor:
        yield executor


def make(executor: CffiExecutor) -> None:
    executor.commit(
        [
            AddTable(table=FILTER),
            AddSet(set=PORTS, type=SetType(key=("ipv4_addr", "inet_service"))),
            AddSet(set=ANSWERS, type=SetType(key=("inet_service",), data="ipv4_addr")),
        ]
    )


def in_snapshot(executor: CffiExecutor) -> SetState | None:
    return executor.snapshot().tables[FILTER].sets[PORTS.name]


def alone(executor: CffiExecutor) -> SetState | None:
    return executor.set_state(PORTS)


Look = Callable[[CffiExecutor], SetState | None]
LOOKS: list[Look] = [in_snapshot, alone]


@pytest.mark.parametrize("look", LOOKS)
def test_a_set_that_is_just_growing_is_listed_whole(executor: CffiExecutor, look: Look) -> None:
    keys = [(f"10.0.{index >> 8}.{index & 255}", 80) for index in range(MANY)]
    # All is made before the commit: the kernel is done some ten milliseconds after it.
    additions = [AddElement(set=PORTS, key=key) for key in keys]
    for _ in range(10):
        make(executor)
        executor.commit(additions)
        grown = look(executor)

        assert grown is not None
        assert len(grown.elements) == MANY
        executor.commit([DeleteTable(table=FILTER)])


class Torn:
    """Listings in which an element stands in another's place, as the kernel sends them.

    Args:
        executor: what lists.
        times: how many of its listings are torn.
    """

    def __init__(self, executor: CffiExecutor, times: int) -> None:
        self._run = executor._library.run
        self._times = times
        self.listings = 0

    def run(self, commands: bytes, *, dry_run: bool = False) -> Reply:
        reply = self._run(commands, dry_run=dry_run)
        self.listings += reply.done
        if not reply.done or self.listings > self._times:
            return reply
        listed: dict[str, Any] = json.loads(reply.output)
        for item in listed["nftables"]:
            elements = item.get("set", item.get("map", {})).get("elem")
            if elements:
                elements[0] = elements[1]
        return reply._replace(output=json.dumps(listed).encode())


@pytest.fixture
def tear(executor: CffiExecutor, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Torn]:
    def tear(times: int) -> Torn:
        torn = Torn(executor, times)
        monkeypatch.setattr(executor._library, "run", torn.run)
        return torn

    make(executor)
    executor.commit(
        [
            *(AddElement(set=PORTS, key=("192.0.2.1", port)) for port in (80, 443)),
            *(AddElement(set=ANSWERS, key=(port,), data="192.0.2.1") for port in (80, 443)),
        ]
    )
    return tear


def test_what_is_torn_is_listed_again(executor: CffiExecutor, tear: Callable[[int], Torn]) -> None:
    whole = executor.snapshot()
    torn = tear(3)

    assert executor.snapshot() == whole
    assert torn.listings == 4


def test_a_table_that_goes_between_two_listings_is_not_there(
    executor: CffiExecutor, tear: Callable[[int], Torn], monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = tear(1)

    def and_then_delete(commands: bytes, *, dry_run: bool = False) -> Reply:
        reply = torn.run(commands, dry_run=dry_run)
        if torn.listings == 1 and reply.done:
            torn.run(b'{"nftables":[{"delete":{"table":{"family":"ip","name":"filter"}}}]}')
        return reply

    monkeypatch.setattr(executor._library, "run", and_then_delete)
    assert executor.snapshot().tables == {}


@pytest.mark.parametrize(
    ("look", "what", "torn_set"),
    [
        (CffiExecutor.snapshot, "iptables -t filter", "(answers|ports)"),
        (lambda executor: executor.set_state(PORTS), "iptables -t filter ports", "ports"),
        (lambda executor: executor.set_state(ANSWERS), "iptables -t filter answers", "answers"),
    ],
)
def test_given_up_when_it_is_torn_each_time(
    executor: CffiExecutor,
    tear: Callable[[int], Torn],
    look: Callable[[CffiExecutor], object],
    what: str,
    torn_set: str,
) -> None:
    torn = tear(1_000)
    with pytest.raises(
        ListingFailed,
        match=(
            rf"^{what} was not listed whole in 20 attempts: 1 of the 2 elements of {torn_set} came "
            r"twice, because the kernel was moving them; try again when the ruleset changes less$"
        ),
    ):
        look(executor)
    assert torn.listings == 20
