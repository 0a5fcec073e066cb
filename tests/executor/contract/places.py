"""Where rules go, and how they leave."""

from __future__ import annotations

from nfcore.executor import Executor
from nfcore.operations import AddChain, AddTable, DeleteChain, DeleteTable, FlushChain
from tests.executor.build import (
    FILTER,
    add,
    chain,
    delete,
    rules_of,
    state_of,
    with_filter,
)
from tests.executor.contract.part import Part

__all__ = ["Places"]

FORWARD, DOCKER, USER = chain("FORWARD"), chain("DOCKER"), chain("DOCKER-USER")


class Places(Part):
    """Where rules go, and how they leave."""

    def test_head_tail_and_before(self, executor: Executor) -> None:
        with_filter(executor)
        executor.commit([add(FORWARD, "-i a -j DROP"), add(FORWARD, "-i b -j DROP")])
        last = state_of(executor, FORWARD).rules[1].handle

        executor.commit(
            [
                add(FORWARD, "-i head -j DROP", place="head"),
                add(FORWARD, "-i one -j DROP", before=last),
                add(FORWARD, "-i two -j DROP", before=last, place="head"),
                add(FORWARD, "-i tail -j DROP"),
            ]
        )

        assert rules_of(executor, FORWARD) == [
            f"-i {name} -j DROP" for name in ("head", "a", "one", "two", "b", "tail")
        ]

    def test_before_a_rule_that_the_same_transaction_deletes(self, executor: Executor) -> None:
        with_filter(executor)
        executor.commit([add(FORWARD, f"-i {name} -j DROP") for name in "abc"])
        middle = state_of(executor, FORWARD).rules[1].handle

        executor.commit([delete(FORWARD, middle), add(FORWARD, "-i new -j DROP", before=middle)])

        assert rules_of(executor, FORWARD) == [f"-i {name} -j DROP" for name in ("a", "new", "c")]

    def test_deleting_one_rule_leaves_the_others_with_their_handles(
        self, executor: Executor
    ) -> None:
        with_filter(executor)
        executor.commit([add(FORWARD, f"-i {name} -j DROP") for name in "abc"])
        first, second, third = state_of(executor, FORWARD).rules

        executor.commit([delete(FORWARD, second.handle)])
        executor.commit([add(FORWARD, "-i d -j DROP")])

        *kept, new = state_of(executor, FORWARD).rules
        assert kept == [first, third]
        assert new.handle not in {first.handle, second.handle, third.handle}

    def test_equal_rules_are_two_rules(self, executor: Executor) -> None:
        with_filter(executor)
        executor.commit([add(FORWARD, "-j ACCEPT"), add(FORWARD, "-j ACCEPT")])

        assert rules_of(executor, FORWARD) == ["-j ACCEPT", "-j ACCEPT"]

    def test_flushing_empties_one_chain(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER")
        executor.commit([add(FORWARD, "-j DOCKER"), add(DOCKER, "-j RETURN")])

        executor.commit([FlushChain(chain=DOCKER)])

        assert rules_of(executor, DOCKER) == []
        assert rules_of(executor, FORWARD) == ["-j DOCKER"]

    def test_deleting_a_chain_takes_its_rules_along(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER", "DOCKER-USER")
        executor.commit([add(DOCKER, "-j DOCKER-USER")])

        executor.commit([DeleteChain(chain=DOCKER), DeleteChain(chain=USER)])

        assert list(executor.snapshot().tables[FILTER].chains) == self.chains()

    def test_a_jump_and_its_chain_leave_in_one_transaction(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER")
        executor.commit([add(FORWARD, "-j DOCKER")])
        (jump,) = state_of(executor, FORWARD).rules

        executor.commit([delete(FORWARD, jump.handle), DeleteChain(chain=DOCKER)])

        assert rules_of(executor, FORWARD) == []

    def test_a_chain_is_replaced_in_one_transaction(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER")
        executor.commit([add(DOCKER, "-i old -j DROP")])

        executor.commit(
            [DeleteChain(chain=DOCKER), AddChain(chain=DOCKER), add(DOCKER, "-i new -j DROP")]
        )

        assert rules_of(executor, DOCKER) == ["-i new -j DROP"]

    def test_deleting_a_table_takes_all_of_it(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER")
        executor.commit([add(FORWARD, "-j DOCKER")])

        executor.commit([DeleteTable(table=FILTER)])

        self.check_gone(executor, FILTER)

    def test_adding_then_deleting_makes_a_table_absent_either_way(self, executor: Executor) -> None:
        for _ in range(2):
            executor.commit([AddTable(table=FILTER), DeleteTable(table=FILTER)])

        self.check_gone(executor, FILTER)
