"""What a transaction sends, says and refuses."""

from __future__ import annotations

import pytest

import translate
from nfcore.engine import Engine, IptRule, Transaction
from nfcore.exceptions import (
    CommitRefused,
    Conflict,
    InvalidInput,
    InvalidRule,
    NotFound,
    ParseError,
    TransactionClosed,
)
from nfcore.executor import FakeExecutor
from nfcore.operations import (
    BASE_CHAINS,
    AddRule,
    ChainRef,
    DeleteRule,
    FlushChain,
    TableRef,
)
from translate import IPVersion

V4, V6 = IPVersion.V4, IPVersion.V6


def rule(*args: str, chain: str = "FORWARD", table: str = "filter") -> IptRule:
    return IptRule(V4, table, chain, args)


JUMP = rule("-j", "USER")
STAGE = rule("-j", "STAGE")
ACCEPT_A = rule("-i", "a", "-j", "ACCEPT")
ACCEPT_B = rule("-i", "b", "-j", "ACCEPT")
ACCEPT_C = rule("-i", "c", "-j", "ACCEPT")


@pytest.fixture
def executor() -> FakeExecutor:
    return FakeExecutor()


@pytest.fixture
def engine(executor: FakeExecutor) -> Engine:
    """An engine over FORWARD: jump to USER, jump to STAGE, accept a."""
    engine = Engine(executor)
    with engine.transaction() as tx:
        for chain in ("USER", "STAGE"):
            tx.new_chain(V4, "filter", chain)
        for held in (JUMP, STAGE, ACCEPT_A):
            held.append(tx)
    return engine


def ensure_on_top(tx: Transaction, jump: IptRule) -> None:
    jump.delete(tx)
    jump.insert(tx)


def lines(engine: Engine, chain: str = "FORWARD") -> list[str]:
    with engine.transaction() as tx:
        return [" ".join(translate.format(held.body)) for held in tx.rules(V4, "filter", chain)]


def test_the_first_rule_makes_its_table_and_built_in_chain(executor: FakeExecutor) -> None:
    with Engine(executor).transaction() as tx:
        ACCEPT_A.append(tx)
        assert tx.changes() == (("+", "iptables -t filter -A FORWARD -i a -j ACCEPT"),)
    (table,) = executor.snapshot().tables.items()
    assert str(table[0]) == "iptables -t filter"
    assert table[1].chains["FORWARD"].base == BASE_CHAINS["filter", "FORWARD"]


def test_a_jump_that_is_on_top_already_is_left_alone(engine: Engine) -> None:
    with engine.transaction() as tx:
        ensure_on_top(tx, STAGE)
        ensure_on_top(tx, JUMP)
        assert tx.operations() == ()


def test_new_rules_go_to_the_head_and_the_jumps_on_top_of_them(engine: Engine) -> None:
    with engine.transaction() as tx:
        ACCEPT_B.insert(tx)
        ACCEPT_C.insert(tx)
        ensure_on_top(tx, STAGE)
        ensure_on_top(tx, JUMP)
        assert tx.changes() == (
            ("-", "iptables -t filter -D FORWARD -j STAGE"),
            ("-", "iptables -t filter -D FORWARD -j USER"),
            ("+", "iptables -t filter -I FORWARD -i b -j ACCEPT"),
            ("+", "iptables -t filter -I FORWARD -i c -j ACCEPT"),
            ("+", "iptables -t filter -I FORWARD -j STAGE"),
            ("+", "iptables -t filter -I FORWARD -j USER"),
        )
    assert lines(engine) == [
        "-j USER",
        "-j STAGE",
        "-i c -j ACCEPT",
        "-i b -j ACCEPT",
        "-i a -j ACCEPT",
    ]


def test_a_jump_below_another_rule_is_moved_on_top(engine: Engine) -> None:
    with engine.transaction() as tx:
        ACCEPT_B.insert(tx)
    with engine.transaction() as tx:
        ensure_on_top(tx, JUMP)
        assert tx.changes() == (
            ("-", "iptables -t filter -D FORWARD -j USER"),
            ("+", "iptables -t filter -I FORWARD -j USER"),
        )
    assert lines(engine)[:2] == ["-j USER", "-i b -j ACCEPT"]


def test_a_rule_added_at_the_end_above_one_that_comes_back_there(engine: Engine) -> None:
    with engine.transaction() as tx:
        ACCEPT_A.delete(tx)
        ACCEPT_B.append(tx)
        ACCEPT_A.append(tx)
        assert tx.changes() == (
            ("-", "iptables -t filter -D FORWARD -i a -j ACCEPT"),
            ("+", "iptables -t filter -A FORWARD -i b -j ACCEPT"),
            ("+", "iptables -t filter -A FORWARD -i a -j ACCEPT"),
        )
    assert lines(engine)[2:] == ["-i b -j ACCEPT", "-i a -j ACCEPT"]


def test_a_chain_removed_and_filled_again_as_it_was_is_left_alone(engine: Engine) -> None:
    with engine.transaction() as tx:
        tx.flush_chain(V4, "filter", "FORWARD")
        for held in (JUMP, STAGE, ACCEPT_A):
            held.append(tx)
        assert tx.operations() == ()


def test_a_chain_filled_otherwise_is_flushed_first(engine: Engine) -> None:
    with engine.transaction() as tx:
        tx.flush_chain(V4, "filter", "FORWARD")
        ACCEPT_B.append(tx)
        assert [type(operation) for operation in tx.operations()] == [FlushChain, AddRule]
        assert tx.changes() == (
            ("-", "iptables -t filter -F FORWARD"),
            ("+", "iptables -t filter -A FORWARD -i b -j ACCEPT"),
        )


def test_a_rule_added_and_deleted_again_was_never_there(engine: Engine) -> None:
    with engine.transaction() as tx:
        ACCEPT_B.append(tx)
        assert ACCEPT_B.exists(tx)
        ACCEPT_B.delete(tx)
        assert not ACCEPT_B.exists(tx)
        assert tx.operations() == ()


def test_policies_chains_and_both_versions_go_in_one_commit(engine: Engine) -> None:
    with engine.transaction() as tx:
        tx.set_policy(V4, "filter", "FORWARD", "drop")
        tx.new_chain(V6, "nat", "DOCKER")
        STAGE.delete(tx)
        tx.remove_chain(V4, "filter", "STAGE")
        IptRule(V6, "nat", "OUTPUT", ("-j", "DOCKER")).append(tx)
        assert tx.policy(V4, "filter", "FORWARD") == "drop"
        assert tx.changes() == (
            ("+", "ip6tables -t nat -N DOCKER"),
            ("-", "iptables -t filter -D FORWARD -j STAGE"),
            ("+", "iptables -t filter -P FORWARD DROP"),
            ("+", "ip6tables -t nat -A OUTPUT -j DOCKER"),
            ("-", "iptables -t filter -X STAGE"),
        )


def test_a_policy_set_back_is_no_change(engine: Engine) -> None:
    with engine.transaction() as tx:
        tx.set_policy(V4, "filter", "FORWARD", "drop")
        tx.set_policy(V4, "filter", "FORWARD", "accept")
        assert tx.operations() == ()


def test_the_first_of_several_equal_rules_is_deleted(
    engine: Engine, executor: FakeExecutor
) -> None:
    forward = ChainRef(table=TableRef(version=V4, name="filter"), name="FORWARD")
    bodies = [
        translate.parse(held.args, version=V4, chain="FORWARD") for held in (ACCEPT_B, ACCEPT_A)
    ]
    executor.commit([AddRule(chain=forward, body=body) for body in bodies])
    with engine.transaction() as tx:
        ACCEPT_A.delete(tx)
        assert ACCEPT_A.exists(tx)
    assert lines(engine)[2:] == ["-i b -j ACCEPT", "-i a -j ACCEPT"]


def test_a_tag_is_kept_and_plays_no_part_in_existence(engine: Engine) -> None:
    with engine.transaction() as tx:
        ACCEPT_B.append(tx, tag="front")
    with engine.transaction() as tx:
        assert ACCEPT_B.exists(tx)
        ACCEPT_B.append(tx, tag="other")
        assert tx.operations() == ()
        assert [held.tag for held in tx.rules(V4, "filter", "FORWARD")][-1] == "front"


def test_a_rule_put_back_with_another_tag_is_replaced(engine: Engine) -> None:
    with engine.transaction() as tx:
        ACCEPT_A.delete(tx)
        ACCEPT_A.append(tx, tag="front")
        assert [type(operation) for operation in tx.operations()] == [DeleteRule, AddRule]


def test_an_exception_abandons_the_transaction(engine: Engine) -> None:
    def program_and_fail(tx: Transaction) -> None:
        ACCEPT_B.append(tx)
        raise ZeroDivisionError

    before = engine.ruleset.snapshot()
    with pytest.raises(ZeroDivisionError), engine.transaction() as tx:
        program_and_fail(tx)
    assert tx.closed
    assert engine.ruleset.snapshot() == before


def test_a_block_may_end_its_transaction_itself(engine: Engine) -> None:
    before = engine.ruleset.snapshot()
    with engine.transaction() as tx:
        ACCEPT_B.append(tx)
        tx.abandon()
    assert engine.ruleset.snapshot() == before
    with engine.transaction() as tx:
        ACCEPT_B.append(tx)
        tx.commit()
    assert ACCEPT_B.exists(engine.begin())


def test_nothing_to_do_sends_nothing(engine: Engine, executor: FakeExecutor) -> None:
    before = executor.generation()
    with engine.transaction() as tx:
        ACCEPT_A.append(tx)
    assert executor.generation() == before


def test_a_savepoint_undoes_its_block_only(engine: Engine) -> None:
    def program_and_fail(tx: Transaction) -> None:
        tx.flush_chain(V4, "filter", "FORWARD")
        ACCEPT_C.append(tx)
        tx.new_chain(V4, "nat", "NEW")
        raise ZeroDivisionError

    with engine.transaction() as tx:
        ACCEPT_B.append(tx)
        with pytest.raises(ZeroDivisionError), tx.savepoint():
            program_and_fail(tx)
        assert not tx.has_chain(V4, "nat", "NEW")
    assert lines(engine) == ["-j USER", "-j STAGE", "-i a -j ACCEPT", "-i b -j ACCEPT"]


def test_a_savepoint_brings_deleted_rules_back_to_their_places(engine: Engine) -> None:
    def delete_and_fail(tx: Transaction) -> None:
        for held in (ACCEPT_B, ACCEPT_C, ACCEPT_A, JUMP):
            held.delete(tx)
        tx.set_policy(V4, "filter", "FORWARD", "drop")
        raise ZeroDivisionError

    with engine.transaction() as tx:
        ACCEPT_B.insert(tx)
        ACCEPT_C.append(tx)
        before = tx.operations()
        with pytest.raises(ZeroDivisionError), tx.savepoint():
            delete_and_fail(tx)
        assert tx.operations() == before
        assert tx.is_referenced(V4, "filter", "USER")


def test_a_refused_commit_names_the_operation_and_the_users_own_line(engine: Engine) -> None:
    before = engine.ruleset.snapshot()
    tx = engine.begin()
    ACCEPT_B.append(tx)
    rule("-j", "STAGE", chain="USER").append(tx)
    rule("-j", "USER", chain="STAGE").append(tx)
    with pytest.raises(CommitRefused) as caught:
        tx.commit()
    refusal = caught.value
    assert isinstance(refusal.operation, AddRule)
    assert refusal.call_site is not None
    assert refusal.call_site.startswith(f"{__file__}:")
    assert refusal.call_site.endswith(
        "in test_a_refused_commit_names_the_operation_and_the_users_own_line"
    )
    assert f"asked for at {refusal.call_site}" in str(refusal)
    assert engine.ruleset.snapshot() == before


@pytest.mark.parametrize("how", ["committed", "abandoned"])
def test_an_ended_transaction_refuses_everything(engine: Engine, how: str) -> None:
    tx = engine.begin()
    tx.commit() if how == "committed" else tx.abandon()
    for use in (
        lambda: tx.exists(ACCEPT_A),
        lambda: tx.append(ACCEPT_A),
        lambda: tx.delete(ACCEPT_A),
        lambda: tx.rules(V4, "filter", "FORWARD"),
        lambda: tx.new_chain(V4, "filter", "X"),
        lambda: tx.is_referenced(V4, "filter", "X"),
        lambda: tx.savepoint().__enter__(),
        tx.operations,
        tx.changes,
        tx.commit,
    ):
        with pytest.raises(TransactionClosed, match=f"the transaction was {how}; begin a new one"):
            use()
    tx.abandon()


def test_a_missing_chain_is_refused_by_name(engine: Engine) -> None:
    with engine.transaction() as tx:
        with pytest.raises(
            NotFound, match="no chain GONE in iptables -t filter for iptables -t filter -A GONE"
        ):
            rule("-j", "ACCEPT", chain="GONE").append(tx)
        with pytest.raises(
            NotFound, match=r"no chain GONE in iptables -t filter, to which iptables .* jumps"
        ):
            rule("-j", "GONE").append(tx)
        with pytest.raises(NotFound, match="no chain iptables -t filter GONE"):
            tx.flush_chain(V4, "filter", "GONE")
        rule("-j", "ACCEPT", chain="GONE").delete(tx)
        assert not rule("-j", "ACCEPT", chain="GONE").exists(tx)
        assert list(tx.rules(V4, "filter", "GONE")) == []


def test_chains_that_cannot_be_removed(engine: Engine) -> None:
    with engine.transaction() as tx:
        rule("-j", "RETURN", chain="USER").append(tx)
        with pytest.raises(Conflict, match="USER is not empty: flush it before it is removed"):
            tx.remove_chain(V4, "filter", "USER")
        with pytest.raises(Conflict, match="FORWARD is a built-in chain, which cannot be removed"):
            tx.remove_chain(V4, "filter", "FORWARD")
        tx.remove_chain(V4, "filter", "STAGE")
        with pytest.raises(
            Conflict, match=r"STAGE cannot be removed \(asked for at .*\): a rule of FORWARD jumps"
        ):
            tx.commit()
        STAGE.delete(tx)


def test_only_built_in_chains_have_a_policy(engine: Engine) -> None:
    with engine.transaction() as tx:
        message = "USER is no built-in chain: only those have a policy"
        with pytest.raises(Conflict, match=message):
            tx.set_policy(V4, "filter", "USER", "drop")
        with pytest.raises(Conflict, match=message):
            tx.policy(V4, "filter", "USER")


def test_bad_words_are_refused_before_anything_is_sent(engine: Engine) -> None:
    with engine.transaction() as tx:
        with pytest.raises(InvalidInput, match="no table 'fliter': iptables has filter, nat"):
            tx.new_chain(V4, "fliter", "X")
        with pytest.raises(InvalidRule, match="chain name"):
            tx.new_chain(V4, "filter", "with space")
        with pytest.raises(ParseError):
            rule("--nonsense").append(tx)
        assert tx.operations() == ()


def test_a_rule_prints_as_a_command() -> None:
    assert str(rule("-m", "comment", "--comment", "two words")) == (
        "iptables -t filter -A FORWARD -m comment --comment 'two words'"
    )
    assert str(IptRule(V6, "nat", "DOCKER", ("-j", "RETURN"))).startswith("ip6tables -t nat -A")
