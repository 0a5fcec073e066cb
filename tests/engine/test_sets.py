"""Named sets and nft's own rules in transactions, over the fake and over the kernel's mirror."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from nfcore.engine import Engine, Mirror, Transaction
from nfcore.exceptions import Conflict, NotFound, Overtaken
from nfcore.executor import CffiExecutor, FakeExecutor, open_executor
from nfcore.operations import (
    AddElements,
    ChainRef,
    DeleteElements,
    NativeRule,
    Operation,
    SetElement,
    SetRef,
    SetType,
    TableRef,
)
from tests.elements import adding, by_set, deleting, keys_by_set
from tests.netns import in_netns
from translate import IPVersion

FILTER = TableRef(version=IPVersion.V4, name="filter")
FORWARD = ChainRef(table=FILTER, name="FORWARD")
SAME = SetRef(table=FILTER, name="same")
PAIR = SetType(key=("ifname", "ifname"))
PORTS = SetRef(table=FILTER, name="ports")
PORT = SetType(key=("inet_proto", "inet_service"), data="ipv4_addr")
LOOKUP = NativeRule(
    expr=(
        {
            "match": {
                "op": "==",
                "left": {"concat": [{"meta": {"key": "iifname"}}, {"meta": {"key": "oifname"}}]},
                "right": "@same",
            }
        },
        {"accept": None},
    )
)


def pair(name: str, *, comment: str | None = None) -> AddElements:
    return adding(SAME, name, name, comment=comment)


def gone(name: str) -> DeleteElements:
    return deleting(SAME, name, name)


@pytest.fixture(params=["fake", "kernel"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "fake":
        yield Engine(FakeExecutor())
        return
    netns = request.getfixturevalue("netns")
    with Engine(open_executor("cffi", netns=netns)) as opened:
        yield opened


def keys(transaction: Transaction) -> set[str]:
    return {str(key[0]) for key, _ in transaction.named_set(SAME).items()}


def test_a_transaction_sees_its_own_elements(engine: Engine) -> None:
    with engine.transaction() as transaction:
        transaction.new_set(SAME, PAIR)
        transaction.add_elements(by_set(pair("a", comment="1"), pair("b", comment="2")))
        transaction.delete_elements(keys_by_set(gone("a"), gone("none")))
        assert keys(transaction) == {"b"}
        assert transaction.newest([SAME]) == "2"
    with engine.transaction() as transaction:
        assert transaction.named_set(SAME).get(("b", "b")) == SetElement(comment="2")
        assert transaction.named_set(SAME).get(("a", "a")) is None
        assert len(transaction.named_set(SAME)) == 1
        transaction.delete_elements(keys_by_set(gone("b")))
        transaction.add_elements(by_set(pair("b", comment="2")))
        transaction.add_elements(by_set(pair("b", comment="3")))
        assert transaction.operations() == ()


def test_rules_and_elements_go_in_one_commit(engine: Engine) -> None:
    with engine.transaction() as transaction:
        transaction.new_set(SAME, PAIR)
        transaction.add_native(FORWARD, LOOKUP, tag="sets:same")
        transaction.add_native(FORWARD, LOOKUP, tag="sets:same", at_head=True)
        transaction.add_elements(by_set(pair("a")))
    with engine.transaction() as transaction:
        held = transaction.tagged(FORWARD, "sets:same")
        assert held is not None
        assert len(list(transaction.rules(IPVersion.V4, "filter", "FORWARD"))) == 1
        transaction.remove_set(SAME)
        transaction.delete_tagged(FORWARD, "sets:same")
        transaction.delete_tagged(FORWARD, "sets:same")
    assert engine.ruleset.named_set(SAME) is None
    assert engine.ruleset.snapshot().tables[FILTER].sets == {}


def change_all_and_fail(transaction: Transaction) -> None:
    with transaction.savepoint():
        transaction.add_elements(by_set(pair("c")))
        transaction.delete_elements(keys_by_set(gone("a"), gone("c")))
        transaction.add_elements(by_set(pair("a")))
        transaction.remove_set(SAME)
        transaction.new_set(PORTS, PORT)
        raise ZeroDivisionError


def test_a_savepoint_takes_elements_back(engine: Engine) -> None:
    with engine.transaction() as transaction:
        transaction.new_set(SAME, PAIR)
        transaction.add_elements(by_set(pair("a"), pair("b")))
    with engine.transaction() as transaction:
        with pytest.raises(ZeroDivisionError):
            change_all_and_fail(transaction)
        assert keys(transaction) == {"a", "b"}
        assert transaction.operations() == ()


def test_a_removed_set_can_be_made_again(engine: Engine) -> None:
    with engine.transaction() as transaction:
        transaction.new_set(SAME, PAIR)
        transaction.add_elements(by_set(pair("a"), pair("b")))
    with engine.transaction() as transaction:
        transaction.remove_set(SAME)
        transaction.new_set(SAME, PAIR)
        transaction.add_elements(by_set(pair("b"), pair("c")))
    with engine.transaction() as transaction:
        assert keys(transaction) == {"b", "c"}


def test_what_cannot_be(engine: Engine) -> None:
    with engine.transaction() as transaction:
        with pytest.raises(NotFound, match="no ip filter same"):
            transaction.add_elements(by_set(pair("a")))
        with pytest.raises(NotFound, match="no chain"):
            transaction.add_native(ChainRef(table=FILTER, name="NONE"), LOOKUP, tag="x")
        jump = NativeRule(expr=({"jump": {"target": "NONE"}},))
        with pytest.raises(NotFound, match="no chain"):
            transaction.add_native(FORWARD, jump, tag="x")
        transaction.new_set(PORTS, PORT)
        with pytest.raises(Conflict, match=r"is of .*, not of ifname \. ifname"):
            transaction.new_set(PORTS, PAIR)
        one = adding(PORTS, 6, 80, data="10.0.0.1")
        other = adding(PORTS, 6, 80, data="10.0.0.2")
        transaction.add_elements(by_set(one))
        with pytest.raises(Conflict, match=r"holds \(6, 80\) with 10.0.0.1, not 10.0.0.2"):
            transaction.add_elements(by_set(other))


def test_changes_are_nft_commands(engine: Engine) -> None:
    with engine.transaction() as transaction:
        transaction.new_set(PORTS, PORT)
        transaction.add_elements(by_set(adding(PORTS, 6, 80, data="10.0.0.1")))
        assert transaction.changes() == (
            ("+", "nft add map ip filter ports { type inet_proto . inet_service : ipv4_addr; }"),
            ("+", "nft add element ip filter ports { 6 . 80 : 10.0.0.1 }"),
        )
    with engine.transaction() as transaction:
        transaction.remove_set(PORTS)
        assert transaction.changes() == (("-", "nft delete set ip filter ports"),)


def test_the_mirror_hears_of_others_elements(netns: str) -> None:
    with CffiExecutor(netns=netns) as executor:
        mirror = Mirror(executor, executor.monitor())
        engine = Engine(executor, source=mirror)
        with engine.transaction() as transaction:
            transaction.new_set(SAME, PAIR)
            transaction.add_elements(by_set(pair("a"), pair("b")))
        in_netns(netns, ["nft", "delete element ip filter same { a . a }"])
        in_netns(netns, ["nft", 'add element ip filter same { c . c comment "7" }'])
        with engine.transaction() as transaction:
            assert keys(transaction) == {"b", "c"}
            transaction.add_elements(by_set(pair("d")))
            in_netns(netns, ["nft", "delete element ip filter same { b . b }"])
        assert engine.ruleset.snapshot() == executor.snapshot()
        in_netns(netns, ["nft", "delete set ip filter same"])
        assert engine.ruleset.named_set(SAME) is None
        assert mirror.listings == 1
        engine.close()


def test_a_transaction_is_made_again_over_others_elements(netns: str) -> None:
    with Engine(open_executor("cffi", netns=netns)) as engine:
        with engine.transaction() as transaction:
            transaction.new_set(SAME, PAIR)
            transaction.add_elements(by_set(pair("a")))
        with engine.transaction() as transaction:
            transaction.delete_elements(keys_by_set(gone("a")))
            in_netns(netns, ["nft", "delete element ip filter same { a . a }"])
        assert list(engine.ruleset.sets(FILTER)["same"].items()) == []


def test_what_others_made_impossible_stays_impossible() -> None:
    """A second commit must not send the half that could be made again."""
    executor = FakeExecutor()
    with Engine(executor).transaction() as transaction:
        transaction.new_set(SAME, PAIR)
        transaction.new_set(PORTS, PORT)
    mine, theirs = (adding(PORTS, 6, 80, data=f"10.0.0.{number}") for number in (1, 2))
    transaction = Engine(executor).begin()
    transaction.add_elements(by_set(pair("a")))
    transaction.add_elements(by_set(mine))
    executor.commit([theirs])
    before = executor.snapshot()
    for _ in range(2):
        with pytest.raises(Conflict, match=r"holds \(6, 80\) with 10\.0\.0\.2, not 10\.0\.0\.1"):
            transaction.commit()
        assert executor.snapshot() == before
    executor.commit([deleting(PORTS, 6, 80)])
    transaction.commit()
    assert executor.snapshot().tables[FILTER].sets["ports"].elements[6, 80].data == "10.0.0.1"


def test_whoever_never_comes_first_is_told() -> None:
    class Busy(FakeExecutor):
        attempts = 0

        def commit(self, operations: Sequence[Operation], *, generation: int | None = None) -> None:
            del operations, generation
            self.attempts += 1
            raise Overtaken("another was first")

    executor = Busy()
    transaction = Engine(executor).begin()
    transaction.new_set(SAME, PAIR)
    with pytest.raises(Overtaken, match=r"^others committed first, 20 times one after the other$"):
        transaction.commit()
    assert executor.attempts == 20
    assert not transaction.closed
