"""Listings that were overtaken, that lack elements, or that are none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nfcore.exceptions import ListingFailed
from nfcore.executor import CffiExecutor, NftablesModuleExecutor
from nfcore.executor._library import Reply
from nfcore.executor._native import NativeExecutor
from nfcore.operations import (
    AddSet,
    AddTable,
    DeleteTable,
    SetRef,
    SetState,
    SetType,
)
from tests.elements import adding
from tests.executor.build import FILTER, FILTER6, with_filter
from tests.netns import in_netns

PORTS = SetRef(table=FILTER, name="ports")
ANSWERS = SetRef(table=FILTER, name="answers")
MANY = 20_000


@pytest.fixture(params=[CffiExecutor, NftablesModuleExecutor], ids=lambda kind: kind.name)
def executor(request: pytest.FixtureRequest, netns: str) -> Iterator[NativeExecutor]:
    opened: NativeExecutor = request.param(netns=netns)
    with opened:
        yield opened


def test_both_ip_versions_are_listed(executor: NativeExecutor) -> None:
    executor.commit([AddTable(table=FILTER), AddTable(table=FILTER6)])

    assert set(executor.snapshot().tables) == {FILTER, FILTER6}


def test_begun_again_when_the_ruleset_changed_meanwhile(
    executor: NativeExecutor, netns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_filter(executor)
    run, changes = executor._library.run, iter(["add table ip a", "add table ip b"])

    def run_while_others_commit(commands: bytes, *, dry_run: bool = False) -> Reply:
        for change in changes:
            in_netns(netns, ["nft", change])
            break
        return run(commands, dry_run=dry_run)

    monkeypatch.setattr(executor._library, "run", run_while_others_commit)
    snapshot = executor.snapshot()

    assert snapshot.generation == executor.generation()
    assert next(changes, None) is None


def test_given_up_when_the_ruleset_never_rests(
    executor: NativeExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations = iter(range(1000))
    monkeypatch.setattr(executor._kernel, "generation", lambda: next(generations))

    with pytest.raises(ListingFailed, match=r"^the ruleset changed during each of 20 listings$"):
        executor.snapshot()


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (
            Reply(done=False, output=b"", error=b"internal:0:0-0: Error: No such thing\n\n"),
            r"^iptables -t filter could not be listed: No such thing$",
        ),
        (
            Reply(done=False, output=b"", error=b""),
            r"^iptables -t filter could not be listed: libnftables gave no reason$",
        ),
        (
            Reply(done=True, output=b"{nonsense", error=b""),
            r"^iptables -t filter was listed, but not as JSON: ",
        ),
    ],
)
def test_answers_that_are_no_listing(
    executor: NativeExecutor,
    monkeypatch: pytest.MonkeyPatch,
    reply: Reply,
    message: str,
) -> None:
    with_filter(executor)
    monkeypatch.setattr(executor._library, "run", lambda *_, **__: reply)

    with pytest.raises(ListingFailed, match=message):
        executor.snapshot()


def make(executor: NativeExecutor) -> None:
    executor.commit(
        [
            AddTable(table=FILTER),
            AddSet(set=PORTS, type=SetType(key=("ipv4_addr", "inet_service"))),
            AddSet(set=ANSWERS, type=SetType(key=("inet_service",), data="ipv4_addr")),
        ]
    )


def in_snapshot(executor: NativeExecutor) -> SetState | None:
    return executor.snapshot().tables[FILTER].sets[PORTS.name]


def alone(executor: NativeExecutor) -> SetState | None:
    return executor.set_state(PORTS)


Look = Callable[[NativeExecutor], SetState | None]
LOOKS: list[Look] = [in_snapshot, alone]


@pytest.mark.parametrize("look", LOOKS)
def test_a_set_that_is_just_growing_is_listed_whole(executor: NativeExecutor, look: Look) -> None:
    keys = [(f"10.0.{index >> 8}.{index & 255}", 80) for index in range(MANY)]
    # All is made before the commit: the kernel is done some ten milliseconds after it.
    additions = [adding(PORTS, *key) for key in keys]
    for _ in range(5):
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

    def __init__(self, executor: NativeExecutor, times: int) -> None:
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
def tear(executor: NativeExecutor, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Torn]:
    def tear(times: int) -> Torn:
        torn = Torn(executor, times)
        monkeypatch.setattr(executor._library, "run", torn.run)
        return torn

    make(executor)
    executor.commit(
        [
            *(adding(PORTS, "192.0.2.1", port) for port in (80, 443)),
            *(adding(ANSWERS, port, data="192.0.2.1") for port in (80, 443)),
        ]
    )
    return tear


def test_what_is_torn_is_listed_again(
    executor: NativeExecutor, tear: Callable[[int], Torn]
) -> None:
    whole = executor.snapshot()
    torn = tear(3)

    assert executor.snapshot() == whole
    assert torn.listings == 4


def test_a_table_that_goes_between_two_listings_is_not_there(
    executor: NativeExecutor, tear: Callable[[int], Torn], monkeypatch: pytest.MonkeyPatch
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
        (NativeExecutor.snapshot, "iptables -t filter", "(answers|ports)"),
        (lambda executor: executor.set_state(PORTS), "iptables -t filter ports", "ports"),
        (lambda executor: executor.set_state(ANSWERS), "iptables -t filter answers", "answers"),
    ],
)
def test_given_up_when_it_is_torn_each_time(
    executor: NativeExecutor,
    tear: Callable[[int], Torn],
    look: Callable[[NativeExecutor], object],
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
