"""`Watcher`: what others do while it repairs is repaired next, not at the next event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import pytest

from bench.workload import make_network
from nfcore.events import Event, PictureLost, RulesRepaired
from nfcore.exceptions import BackendUnavailable, NetfilterError
from nfcore.executor import CffiExecutor
from nfcore.host import Watcher
from nfcore.operations import Operation
from tests.netns import in_netns
from tests.unheard import monitors_that_leave

FEW, MANY = 2, 20
"""Networks; those many have elements enough to be committed unheard."""


class Watched:
    """A watcher that has its networks in place, and what it told."""

    def __init__(self, netns: str) -> None:
        self.netns = netns
        self.told: list[Event] = []
        self.watcher = Watcher(
            CffiExecutor(netns=netns), [make_network(0, "ipv4")], observer=self.told.append
        )
        self.watcher.repair()
        assert not self.watcher.wait(timeout=0)

    def wants(self, networks: int) -> None:
        self.watcher.set_wanted([make_network(number, "ipv4") for number in range(networks)])

    def flush(self) -> None:
        in_netns(self.netns, ["nft", "flush", "ruleset"])

    def listed(self) -> str:
        return in_netns(self.netns, ["nft", "-s", "list", "ruleset"]).stdout


@pytest.fixture
def watched(netns: str) -> Iterator[Watched]:
    made = Watched(netns)
    yield made
    made.watcher.close()


def commits(
    patch: pytest.MonkeyPatch,
    *,
    before: Callable[[], None] = lambda: None,
    behind: Callable[[], None] = lambda: None,
) -> None:
    """Have others act around the next commit."""
    commit = CffiExecutor.commit

    def around(
        executor: CffiExecutor, operations: Sequence[Operation], *, generation: int | None = None
    ) -> None:
        patch.setattr(CffiExecutor, "commit", commit)
        before()
        commit(executor, operations, generation=generation)
        behind()

    patch.setattr(CffiExecutor, "commit", around)


@pytest.mark.parametrize(("networks", "culprit"), [(FEW, "nft (process "), (MANY, "")])
def test_a_flush_right_behind_a_repair_is_repaired_next(
    networks: int, culprit: str, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits(monkeypatch, behind=watched.flush)
    watched.wants(networks)
    watched.watcher.repair()
    assert "DOCKER" not in watched.listed()

    assert watched.watcher.wait(timeout=0)
    repair = watched.watcher.repair()
    assert repair is not None
    assert repair.networks == networks
    assert watched.listed().count("br-0000000000") >= networks
    lost = [event for event in watched.told if isinstance(event, PictureLost)]
    assert len(lost) == (0 if culprit else 1)
    assert not watched.watcher.wait(timeout=0)


def test_somebody_unheard_of_is_told_as_such(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.wants(MANY)
    commits(monkeypatch, behind=watched.flush)
    watched.watcher.repair()
    watched.told.clear()
    watched.watcher.wait(timeout=0)
    repair = watched.watcher.repair()
    assert str(repair).startswith("somebody changed the rules; put back after ")
    (event,) = (event for event in watched.told if isinstance(event, RulesRepaired))
    assert event.culprits == ()


def test_a_flush_that_comes_before_is_repaired_at_once(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits(monkeypatch, before=watched.flush)
    watched.wants(MANY)
    repair = watched.watcher.repair()
    while watched.watcher.wait(timeout=0):
        repair = watched.watcher.repair() or repair
    assert repair is not None
    assert watched.listed().count("br-0000000000") >= MANY


def test_a_repair_that_fails_is_not_tried_again_until_somebody_commits(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise BackendUnavailable("as asked")

    watched.flush()
    commits(monkeypatch, before=refuse)
    assert watched.watcher.wait(timeout=1)
    with suppress(NetfilterError):
        watched.watcher.repair()
    assert not watched.watcher.wait(timeout=0)
    in_netns(watched.netns, ["nft", "add", "table", "ip", "other"])
    assert watched.watcher.wait(timeout=1)
    repair = watched.watcher.repair()
    assert repair is not None
    assert len(repair.culprits) == 2


def test_many_networks_are_unheard_indeed(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = monitors_that_leave(monkeypatch)
    watched.wants(FEW)
    watched.watcher.repair()
    assert left == []
    watched.wants(MANY)
    watched.watcher.repair()
    assert len(left) == 1
