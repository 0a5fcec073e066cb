"""The mirror: one listing, then the kernel's notifications, and what can go wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nfcore.engine import Engine, IptRule, Mirror
from nfcore.exceptions import ListingFailed, Overtaken
from nfcore.executor import CffiExecutor, CommitEvents, RulesetMonitor
from nfcore.operations import (
    ChainRef,
    ChainState,
    Operation,
    SetRef,
    SetType,
    Snapshot,
    TableRef,
)
from tests.elements import adding, by_set, deleting, keys_by_set
from tests.netns import in_netns
from translate import IPVersion

FORWARD = ChainRef(table=TableRef(version=IPVersion.V4, name="filter"), name="FORWARD")


def rule(bridge: str, chain: str = "FORWARD") -> IptRule:
    return IptRule(IPVersion.V4, "filter", chain, ("-i", bridge, "-j", "ACCEPT"))


def without_counters(snapshot: Snapshot) -> dict[TableRef, dict[str, ChainState]]:
    """A mirror hears of no packets."""
    return {
        table: {
            name: replace(chain, rules=tuple(replace(r, counters=None) for r in chain.rules))
            for name, chain in state.chains.items()
        }
        for table, state in snapshot.tables.items()
    }


class Mirrored:
    """An engine with a mirror, and what its mirror heard."""

    def __init__(self, netns: str) -> None:
        self.netns = netns
        self.heard: list[CommitEvents] = []
        self.lost = 0
        self.executor = CffiExecutor(netns=netns)
        self.monitor = RulesetMonitor(netns=netns)
        self.mirror = Mirror(
            self.executor, self.monitor, on_foreign=self.heard.append, on_lost=self.lose
        )
        self.engine = Engine(self.executor, source=self.mirror)

    def lose(self) -> None:
        self.lost += 1

    def add(self, *rules: IptRule) -> None:
        with self.engine.transaction() as transaction:
            for one in rules:
                one.append(transaction)

    def agrees(self) -> None:
        """The mirror's picture is what a listing shows, handles, tags and order included."""
        pictured, listed = self.mirror.current().snapshot(), self.executor.snapshot()
        assert without_counters(pictured) == without_counters(listed)


@pytest.fixture
def host(netns: str) -> Iterator[Mirrored]:
    mirrored = Mirrored(netns)
    with mirrored.engine:
        yield mirrored


def test_own_commits_need_no_listing(host: Mirrored) -> None:
    for n in range(20):
        host.add(rule(f"br{n}"))
        host.agrees()
    with host.engine.transaction() as transaction:
        transaction.new_chain(IPVersion.V6, "nat", "DOCKER")
        rule("br100").insert(transaction)
        rule("br7").delete(transaction)
        transaction.set_policy(IPVersion.V4, "filter", "FORWARD", "drop")
    host.agrees()
    with host.engine.transaction() as transaction:
        transaction.flush_chain(IPVersion.V4, "filter", "FORWARD")
    host.agrees()
    assert host.mirror.listings == 1
    assert host.heard == []


def test_others_changes_are_seen_without_a_listing_of_it_all(host: Mirrored) -> None:
    host.add(rule("br0"), rule("br1"))
    in_netns(host.netns, ["iptables-nft", "-I", "FORWARD", "-i", "br9", "-j", "DROP"])
    host.agrees()
    in_netns(host.netns, ["iptables-nft", "-D", "FORWARD", "-i", "br0", "-j", "ACCEPT"])
    host.agrees()
    in_netns(host.netns, ["iptables-nft", "-N", "MINE"])
    in_netns(host.netns, ["iptables-nft", "-P", "FORWARD", "DROP"])
    host.agrees()
    in_netns(host.netns, ["iptables-nft", "-X", "MINE"])
    host.agrees()
    assert host.mirror.listings == 1
    assert {commit.program for commit in host.heard} == {"iptables-nft"}


def test_duplicates_are_told_apart_by_handle(host: Mirrored) -> None:
    host.add(rule("br0"))
    for _ in range(2):
        in_netns(host.netns, ["iptables-nft", "-A", "FORWARD", "-i", "br0", "-j", "ACCEPT"])
    host.agrees()
    with host.engine.transaction() as transaction:
        rule("br0").delete(transaction)
    host.agrees()
    chain = host.mirror.current().chain(FORWARD)
    assert chain is not None
    assert len(chain) == 2


def test_a_chain_vanishes(host: Mirrored) -> None:
    with host.engine.transaction() as transaction:
        transaction.new_chain(IPVersion.V4, "filter", "STAGE")
        rule("br0", "STAGE").append(transaction)
    in_netns(host.netns, ["nft", "flush chain ip filter STAGE; delete chain ip filter STAGE"])
    host.agrees()
    with host.engine.transaction() as transaction:
        assert not transaction.has_chain(IPVersion.V4, "filter", "STAGE")


def test_a_table_is_deleted_and_made_again(host: Mirrored) -> None:
    host.add(rule("br0"))
    in_netns(
        host.netns,
        ["nft", "delete table ip filter; add table ip filter; add chain ip filter FORWARD"],
    )
    host.agrees()
    in_netns(host.netns, ["nft", "flush", "ruleset"])
    host.agrees()
    host.add(rule("br0"))
    host.agrees()


def test_a_lost_notification_leads_to_a_listing(host: Mirrored) -> None:
    host.add(rule("br0"))
    in_netns(host.netns, ["iptables-nft", "-A", "FORWARD", "-i", "br5", "-j", "DROP"])
    list(host.monitor.read())  # as if they had never come
    host.agrees()
    assert host.mirror.listings == 2


def test_a_lost_notification_is_found_out_by_a_commit(host: Mirrored) -> None:
    ref = SetRef(table=FORWARD.table, name="names")
    host.add(rule("br0"))
    with host.engine.transaction() as transaction:
        transaction.new_set(ref, SetType(key=("ifname",)))
    in_netns(host.netns, ["nft", "add element ip filter names { br1 }"])
    list(host.monitor.read())  # as if they had never come
    with host.engine.transaction() as transaction:
        transaction.add_elements(by_set(adding(ref, "br2")))
        transaction.delete_elements(keys_by_set(deleting(ref, "br1")))
    assert host.mirror.listings == 2
    held = host.executor.set_state(ref)
    assert held is not None
    assert set(held.elements) == {("br2",)}

    in_netns(host.netns, ["nft", "delete element ip filter names { br2 }"])
    list(host.monitor.read())
    with host.engine.transaction() as transaction:
        transaction.add_elements(by_set(adding(ref, "br2")))  # it was there
    assert host.mirror.listings == 3
    assert host.mirror.current().snapshot().tables == host.executor.snapshot().tables


def test_a_gap_between_generations_leads_to_a_listing(host: Mirrored) -> None:
    host.add(rule("br0"))
    in_netns(host.netns, ["iptables-nft", "-A", "FORWARD", "-i", "br5", "-j", "DROP"])
    list(host.monitor.read())
    in_netns(host.netns, ["iptables-nft", "-A", "FORWARD", "-i", "br6", "-j", "DROP"])
    host.agrees()
    assert host.mirror.listings == 2


def test_a_buffer_that_runs_over_leads_to_a_listing(
    netns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nfcore.executor._monitor._BUFFER_BYTES", 1)
    host = Mirrored(netns)
    with host.engine:
        host.add(rule("br0"))
        rules = "".join(f"-A FORWARD -i x{n} -j DROP\n" for n in range(500))
        in_netns(netns, ["iptables-nft-restore", "-n"], stdin=f"*filter\n{rules}COMMIT\n")
        host.agrees()
        assert host.mirror.listings == 2


def test_a_message_that_cannot_be_read_leads_to_a_listing(
    host: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.add(rule("br0"))
    in_netns(host.netns, ["iptables-nft", "-A", "FORWARD", "-i", "br5", "-j", "DROP"])
    (commit,) = host.monitor.read()
    broken = commit._replace(messages=[commit.messages[0][:20] + b"\2\0\1\0"])
    with monkeypatch.context() as patch:
        patch.setattr(RulesetMonitor, "read", lambda *_, **__: iter([broken]))
        host.mirror.current()
    host.agrees()
    assert host.mirror.listings == 2


def test_a_handle_that_nobody_knows_leads_to_a_listing_of_the_chain(host: Mirrored) -> None:
    host.add(rule("br0"), rule("br1"))
    chain = host.mirror.current().chain(FORWARD)
    assert chain is not None
    chain.remove(next(iter(chain)))  # as if it had come without a handle
    in_netns(host.netns, ["iptables-nft", "-D", "FORWARD", "-i", "br0", "-j", "ACCEPT"])
    host.agrees()


def test_what_others_commit_before_the_commit_is_taken_into_account(host: Mirrored) -> None:
    host.add(rule("br0"))
    with host.engine.transaction() as transaction:
        rule("br1").append(transaction)
        rule("br0").delete(transaction)
        in_netns(host.netns, ["iptables-nft", "-A", "FORWARD", "-i", "br1", "-j", "ACCEPT"])
        in_netns(host.netns, ["iptables-nft", "-D", "FORWARD", "-i", "br0", "-j", "ACCEPT"])
    host.agrees()
    listed = in_netns(host.netns, ["iptables-nft-save", "-t", "filter"]).stdout
    assert listed.count("-A FORWARD -i br1 -j ACCEPT") == 1
    assert "br0" not in listed


def test_a_refusal_for_what_others_did_is_tried_again(
    host: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.add(rule("br0"))
    commit = CffiExecutor.commit
    stolen: list[str] = []

    def overtaken(executor: CffiExecutor, operations: list[Operation], **_: object) -> None:
        if not stolen:
            stolen.append("br0")
            in_netns(host.netns, ["iptables-nft", "-D", "FORWARD", "-i", "br0", "-j", "ACCEPT"])
        commit(executor, operations)

    monkeypatch.setattr(CffiExecutor, "commit", overtaken)
    with host.engine.transaction() as transaction:
        rule("br0").delete(transaction)
        rule("br1").append(transaction)
    host.agrees()
    listed = in_netns(host.netns, ["iptables-nft-save", "-t", "filter"]).stdout
    assert "-A FORWARD -i br1 -j ACCEPT" in listed


def test_a_ruleset_that_never_stands_still(host: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
    host.add(rule("br0"))
    generations = iter(range(1000, 10000))
    monkeypatch.setattr(CffiExecutor, "generation", lambda _: next(generations))
    monkeypatch.setattr("nfcore.engine._mirror._LATE", 0.0)
    with pytest.raises(ListingFailed, match="the ruleset changed during each of"):
        host.mirror.current()


def test_add_rule_operations_get_their_handles_in_order(host: Mirrored) -> None:
    body = [rule(f"br{n}") for n in range(5)]
    host.add(*body)
    chain = host.mirror.current().chain(FORWARD)
    assert chain is not None
    handles = [held.handle for held in chain]
    assert handles == sorted(handles)


def test_elements_are_followed_without_a_listing(host: Mirrored) -> None:
    ref = SetRef(table=FORWARD.table, name="names")
    with host.engine.transaction() as transaction:
        transaction.new_set(ref, SetType(key=("ifname",)))
    for number in range(5):
        with host.engine.transaction() as transaction:
            transaction.add_elements(by_set(adding(ref, f"br{number}", comment="x")))
            transaction.delete_elements(keys_by_set(deleting(ref, f"br{number - 1}")))
    in_netns(host.netns, ["nft", "add element ip filter names { lo }"])
    assert host.mirror.current().named_set(ref) is not None
    assert host.mirror.current().snapshot().tables == host.executor.snapshot().tables
    assert host.mirror.listings == 1
    assert [commit.program for commit in host.heard] == ["nft"]


def test_elements_are_planned_anew_when_others_were_first(host: Mirrored) -> None:
    ref = SetRef(table=FORWARD.table, name="names")
    with host.engine.transaction() as transaction:
        transaction.new_set(ref, SetType(key=("ifname",)))
        transaction.add_elements(by_set(adding(ref, "br0")))
    with host.engine.transaction() as transaction:
        transaction.delete_elements(keys_by_set(deleting(ref, "br0")))
        transaction.add_elements(by_set(adding(ref, "br1")))
        in_netns(host.netns, ["nft", "delete element ip filter names { br0 }"])
    held = host.executor.set_state(ref)
    assert held is not None
    assert set(held.elements) == {("br1",)}
    assert host.mirror.current().snapshot().tables == host.executor.snapshot().tables


def test_the_last_attempt_is_made_whatever_others_do(
    host: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty plans in a row were overtaken: the newest is carried out all the same."""
    ref = SetRef(table=FORWARD.table, name="names")
    with host.engine.transaction() as transaction:
        transaction.new_set(ref, SetType(key=("ifname",)))
    commit, asked = CffiExecutor.commit, []

    def overtaken(
        executor: CffiExecutor, operations: list[Operation], *, generation: int | None = None
    ) -> None:
        asked.append(generation)
        if generation is not None:
            raise Overtaken("others were first")
        commit(executor, operations)

    monkeypatch.setattr(CffiExecutor, "commit", overtaken)
    with host.engine.transaction() as transaction:
        transaction.add_elements(by_set(adding(ref, "br0")))
    assert len(asked) == 20
    host.engine.commit(lambda _: [adding(ref, "br1")])
    held = host.executor.set_state(ref)
    assert held is not None
    assert set(held.elements) == {("br0",), ("br1",)}
    assert len(asked) == 40
