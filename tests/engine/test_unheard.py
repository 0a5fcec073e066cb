"""Commits of many elements, which nobody listens to, and others that commit meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nfcore.engine import Engine, IptRule, Mirror, Transaction
from nfcore.exceptions import BackendUnavailable, CommitRefused, ListingFailed, NetfilterError
from nfcore.executor import CffiExecutor, open_executor
from nfcore.operations import (
    BARE,
    AddElements,
    DeleteElements,
    Operation,
    SetRef,
    SetType,
)
from tests.engine.test_mirror import FORWARD, Mirrored, rule
from tests.netns import in_netns
from tests.unheard import monitors_that_leave
from translate import IPVersion

NAMES = SetRef(table=FORWARD.table, name="names")
FEW, MANY = 3, 64


def add(transaction: Transaction, names: Sequence[str]) -> None:
    transaction.add_elements({NAMES: {(name,): BARE for name in names}})


def delete(transaction: Transaction, names: Sequence[str]) -> None:
    transaction.delete_elements({NAMES: [(name,) for name in names]})


def several(number: int, first: int = 0) -> list[str]:
    return [f"br{name}" for name in range(first, first + number)]


class Deaf(Mirrored):
    """An engine that may commit unheard beside whoever is busy, and how often it did."""

    def __init__(self, netns: str, patch: pytest.MonkeyPatch) -> None:
        super().__init__(netns)
        self.unheard = 0
        leave = self.monitor.leave

        def counted() -> None:
            self.unheard += 1
            leave()

        patch.setattr(self.monitor, "leave", counted)
        patch.setattr("nfcore.engine._mirror._CALM", -1.0)
        self.add(rule("br0"))
        with self.engine.transaction() as transaction:
            transaction.new_set(NAMES, SetType(key=("ifname",)))

    def held(self) -> set[str]:
        state = self.executor.set_state(NAMES)
        assert state is not None
        return {str(key[0]) for key in state.elements}


@pytest.fixture
def host(netns: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deaf]:
    deaf = Deaf(netns, monkeypatch)
    with deaf.engine:
        yield deaf


def test_many_elements_are_committed_unheard(host: Deaf) -> None:
    with host.engine.transaction() as transaction:
        add(transaction, several(MANY))
    host.agrees()
    with host.engine.transaction() as transaction:
        delete(transaction, several(MANY))
        add(transaction, several(MANY, first=100))
    host.agrees()
    host.engine.commit(lambda _: [AddElements(NAMES, {(n,): BARE for n in several(MANY)})])
    host.agrees()
    assert host.held() == {*several(MANY), *several(MANY, first=100)}
    assert (host.unheard, host.mirror.listings, host.lost, host.heard) == (3, 1, 0, [])


def test_with_legacy_tables_beside_nf_tables_too(
    netns: str, own_lock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    del own_lock
    left = monitors_that_leave(monkeypatch)
    fill = ("-p", "sctp", "-j", "CHECKSUM", "--checksum-fill")
    checksum = IptRule(IPVersion.V4, "mangle", "POSTROUTING", fill)
    with Engine(open_executor("nftables", netns=netns)) as engine:
        with engine.transaction() as transaction:
            transaction.new_set(NAMES, SetType(key=("ifname",)))
            checksum.append(transaction)
        with engine.transaction() as transaction:
            add(transaction, several(MANY))
        held = engine.ruleset.named_set(NAMES)
        assert held is not None
        assert {key[0] for key in held} == set(several(MANY))
        assert len(left) == 1


def test_few_elements_and_those_beside_rules_are_heard(host: Deaf) -> None:
    with host.engine.transaction() as transaction:
        add(transaction, several(MANY - 1))
    with host.engine.transaction() as transaction:
        add(transaction, several(MANY, first=100))
        rule("br1").append(transaction)
    host.agrees()
    assert (host.unheard, host.mirror.listings) == (0, 1)


def test_everybody_else_is_heard_before_and_behind(host: Deaf) -> None:
    for number in range(3):
        in_netns(host.netns, ["nft", f"add element ip filter names {{ before{number} }}"])
        with host.engine.transaction() as transaction:
            add(transaction, several(MANY, first=100 * number))
        in_netns(host.netns, ["nft", f"add element ip filter names {{ behind{number} }}"])
    host.agrees()
    assert (host.unheard, host.mirror.listings, host.lost) == (3, 1, 0)
    assert [commit.program for commit in host.heard] == ["nft"] * 6


def test_beside_somebody_busy_all_is_heard(host: Deaf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nfcore.engine._mirror._CALM", 1000.0)
    in_netns(host.netns, ["nft", "add element ip filter names { lo }"])
    with host.engine.transaction() as transaction:
        add(transaction, several(MANY))
    monkeypatch.setattr("nfcore.engine._mirror._CALM", 0.0)
    with host.engine.transaction() as transaction:
        delete(transaction, several(MANY))
    assert (host.unheard, host.mirror.listings) == (1, 1)


def test_a_commit_that_went_through_is_no_failure_where_nobody_can_listen_any_more(
    host: Deaf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise BackendUnavailable("the process has lost its rights")

    with monkeypatch.context() as patch:
        patch.setattr(host.monitor, "join", fail)
        with host.engine.transaction() as transaction:
            add(transaction, several(MANY))
    assert host.lost == 1
    assert {str(key[0]) for key in host.engine.ruleset.sets(FORWARD.table)["names"]} == {
        *several(MANY)
    }
    nowhere = DeleteElements(NAMES, [(name,) for name in several(MANY, first=1000)])
    monkeypatch.setattr(host.monitor, "join", fail)
    with pytest.raises(CommitRefused, match="No such file or directory"):
        host.engine.commit(lambda _: [nowhere])


def test_what_is_refused_is_refused_and_heard_is_again(host: Deaf) -> None:
    nowhere = [DeleteElements(NAMES, [(name,) for name in several(MANY)])]
    with pytest.raises(CommitRefused, match="No such file or directory") as refused:
        host.engine.commit(lambda _: nowhere)
    assert refused.value.index == 0
    assert (host.unheard, host.lost) == (1, 0)
    in_netns(host.netns, ["nft", "add element ip filter names { lo }"])
    host.agrees()
    assert (len(host.heard), host.mirror.listings) == (1, 1)


def test_whatever_ends_a_commit_all_is_heard_again(
    host: Deaf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been carried out: the generation tells."""
    commit = CffiExecutor.commit

    def interrupted(executor: CffiExecutor, operations: Sequence[Operation], **_: object) -> None:
        commit(executor, operations)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(CffiExecutor, "commit", interrupted)
        with suppress(KeyboardInterrupt), host.engine.transaction() as transaction:
            add(transaction, several(MANY))
    host.agrees()
    assert (host.lost, host.mirror.listings) == (1, 2)
    in_netns(host.netns, ["nft", "add element ip filter names { lo }"])
    host.agrees()
    assert (len(host.heard), host.mirror.listings) == (1, 2)


def test_a_kernel_that_names_no_generation_behind_it_ends_the_picture(
    host: Deaf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit has gone through, so it is no error of its."""
    answers = iter([host.executor.generation()])

    def silent(_: CffiExecutor) -> int:
        for answer in answers:
            return answer
        raise ListingFailed("the kernel named no generation")

    with monkeypatch.context() as patch:
        patch.setattr(CffiExecutor, "generation", silent)
        with host.engine.transaction() as transaction:
            add(transaction, several(MANY))
    host.agrees()
    assert (host.unheard, host.lost, host.mirror.listings) == (1, 1, 2)


# Others, at any moment of it.

Act = Callable[[Deaf], None]


def _nft(command: str, host: Deaf) -> None:
    in_netns(host.netns, ["nft", command])


OTHERS: Mapping[str, Act] = {
    "adds": partial(_nft, "add element ip filter names { lo }; add rule ip filter FORWARD drop"),
    "deletes one of them": partial(
        _nft, "add element ip filter names { br0 }; delete element ip filter names { br0 }"
    ),
    "flushes": partial(_nft, "flush set ip filter names; flush chain ip filter FORWARD"),
}
MOMENTS = ("while it is planned", "before its turn", "right behind it", "when all is heard again")


class Meddler:
    """Acts once, at a moment of the next commit."""

    def __init__(self, host: Deaf, patch: pytest.MonkeyPatch) -> None:
        self._host = host
        self._moment, self._act = "", OTHERS["adds"]
        self.commits = 0
        commit, join = CffiExecutor.commit, host.monitor.join

        def around(
            executor: CffiExecutor, operations: Sequence[Operation], *, generation: int | None
        ) -> None:
            self.at("before its turn")
            commit(executor, operations, generation=generation)
            self.at("right behind it")

        def joined() -> None:
            join()
            self.at("when all is heard again")

        patch.setattr(CffiExecutor, "commit", around)
        patch.setattr(host.monitor, "join", joined)

    def will(self, act: Act, moment: str) -> None:
        self._act, self._moment = act, moment

    def at(self, moment: str) -> None:
        if moment == self._moment:
            self._moment = ""
            before = self._host.executor.generation()
            self._act(self._host)
            self.commits += self._host.executor.generation() - before  # none to flush what is empty


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", OTHERS)
def test_whoever_commits_meanwhile_is_taken_in(
    what: str, moment: str, host: Deaf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with host.engine.transaction() as transaction:
        add(transaction, several(MANY))
    monkeypatch.setattr(Mirror, "_wait_for_notification", pytest.fail)  # there will be none
    meddler = Meddler(host, monkeypatch)
    meddler.will(OTHERS[what], moment)
    with host.engine.transaction() as transaction:
        delete(transaction, several(MANY))
        add(transaction, several(MANY, first=100))
        meddler.at("while it is planned")
    told = host.lost + len(host.heard)
    host.agrees()
    assert told == 1, "before anybody looks"
    planned = moment == "while it is planned"
    assert (host.lost, host.mirror.listings) == ((0, 1) if planned else (1, 2))
    over = moment in MOMENTS[:2]
    assert set(several(MANY, first=100)) <= host.held() or (what == "flushes" and not over)
    assert not set(several(MANY)) & host.held()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([FEW, MANY]),
            st.sampled_from([0, 5, 50]),
            st.sampled_from([None, *OTHERS]),
            st.sampled_from(MOMENTS),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_picture_is_right_whatever_happens(
    host: Deaf, steps: list[tuple[int, int, str | None, str]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        meddler = Meddler(host, patch)
        for number, first, what, moment in steps:
            if what is not None:
                meddler.will(OTHERS[what], moment)
            before = host.lost + len(host.heard) - meddler.commits
            with suppress(NetfilterError), host.engine.transaction() as transaction:
                view = transaction.named_set(NAMES)
                names = several(number, first)
                there = [name for name in names if (name,) in view]
                delete(transaction, there)
                add(transaction, [name for name in names if name not in there])
                meddler.at("while it is planned")
            meddler.will(OTHERS["adds"], "")
            host.agrees()
            assert host.lost + len(host.heard) - meddler.commits == before


@contextmanager
def busy(netns: str) -> Iterator[None]:
    """Somebody whose commits are going on when ours begins or ends."""
    done = threading.Event()
    names = [f"x{number}" for number in range(500)]

    def work() -> None:
        with CffiExecutor(netns=netns) as executor:
            while not done.wait(0.01):
                executor.commit([AddElements(NAMES, {(name,): BARE for name in names})])
                executor.commit([DeleteElements(NAMES, [(name,) for name in names])])

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_beside_somebody_busy_the_picture_is_right(
    host: Deaf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nfcore.engine._mirror._CALM", 0.001)
    for spell in range(10):
        with busy(host.netns):
            for number in range(10 * spell, 10 * spell + 10):
                with host.engine.transaction() as transaction:
                    delete(transaction, several(MANY, first=100 * number))
                    add(transaction, several(MANY, first=100 * (number + 1)))
        host.agrees()
    assert host.held() == set(several(MANY, first=10_000))
    assert host.unheard > 0
