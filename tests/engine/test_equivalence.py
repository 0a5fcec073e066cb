"""Whatever a transaction is told, it ends up where the same calls on plain lists do."""

from __future__ import annotations

from hypothesis import example, given, settings

from nfcore.engine import Engine, Ruleset, Transaction
from nfcore.exceptions import Conflict
from nfcore.executor import FakeExecutor
from nfcore.operations import ChainRef, TableRef
from tests.engine.programs import (
    CHAINS,
    USER_CHAINS,
    Block,
    Call,
    PlainFirewall,
    Program,
    programs,
    run_plain,
    run_transaction,
    shown,
    shown_plain,
)
from translate import IPVersion

FILTER = TableRef(version=IPVersion.V4, name="filter")


def makes_a_loop(call: Call) -> bool:
    """ONE may jump to TWO; any other jump between them the kernel would refuse."""
    return call[0] in {"append", "insert"} and call[1] in USER_CHAINS and call[3] in USER_CHAINS


def without_loops(program: Program) -> Program:
    """The program without jumps that are for the kernel to refuse, not for the engine."""
    kept: list[Call | Block] = []
    for step in program:
        if isinstance(step, Block):
            kept.append(Block(tuple(without_loops(step.calls)), step.fails))
        elif not makes_a_loop(step) or (step[1], step[3]) == USER_CHAINS:
            kept.append(step)
    return kept


def check_view(transaction: Transaction, plain: PlainFirewall) -> None:
    for chain in CHAINS:
        place = (IPVersion.V4, "filter", chain)
        assert shown(transaction, chain) == shown_plain(plain, chain)
        assert transaction.has_chain(*place) == (chain in plain.chains)
        assert transaction.is_referenced(*place) == plain.is_referenced(chain)
    assert transaction.policy(IPVersion.V4, "filter", "FORWARD") == plain.chains["FORWARD"].policy


def check_ruleset(ruleset: Ruleset, plain: PlainFirewall) -> None:
    for chain in CHAINS:
        assert shown(ruleset, chain) == shown_plain(plain, chain)
    for chain in USER_CHAINS:
        held = ruleset.chain(ChainRef(table=FILTER, name=chain))
        assert (held is not None) == (chain in plain.chains)


@settings(max_examples=300)
@given(first=programs(), second=programs())
@example(
    first=[("new", "TWO"), ("append", "FORWARD", "a", "TWO", ""), ("remove", "TWO")], second=[]
)
def test_a_commit_leaves_what_plain_lists_hold(first: Program, second: Program) -> None:
    engine = Engine(FakeExecutor())
    plain = PlainFirewall()
    for program in (without_loops(first), without_loops(second)):
        before = plain.copy()
        transaction, model = engine.begin(), engine.ruleset
        assert run_transaction(transaction, program) == run_plain(plain, program)
        check_view(transaction, plain)
        if any(plain.is_referenced(chain) for chain in {*USER_CHAINS} - {*plain.chains}):
            try:
                transaction.commit()
            except Conflict:
                plain = before
                continue
            raise AssertionError("a chain that is still jumped to was removed")
        operations = transaction.operations()
        transaction.commit()
        model.apply(operations, range(1_000_000, 1_000_000 + len(operations)))
        check_ruleset(engine.ruleset, plain)
        check_ruleset(model, plain)
        if plain == before:
            assert not operations
