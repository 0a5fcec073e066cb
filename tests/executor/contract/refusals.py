"""A refused transaction leaves nothing, and says which operation it was."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence

import pytest

from nfcore.exceptions import CommitRefused
from nfcore.executor import Executor
from nfcore.operations import (
    AddChain,
    AddTable,
    BaseChain,
    DeleteChain,
    DeleteTable,
    FlushChain,
    Operation,
)
from tests.executor.build import (
    FILTER,
    FILTER6,
    NAT,
    add,
    base,
    chain,
    delete,
    jump,
    rules_of,
    state_of,
    with_filter,
)
from tests.executor.contract.part import Part

__all__ = ["Refusals"]

FORWARD, DOCKER, USER = chain("FORWARD"), chain("DOCKER"), chain("DOCKER-USER")

OTHER_HOOK = BaseChain(type="filter", hook="input", priority=0)

REFUSALS: dict[str, tuple[int, Callable[[], Sequence[Operation]]]] = {
    "a chain in no table": (errno.ENOENT, lambda: [AddChain(chain=chain("PREROUTING", NAT))]),
    "a rule in no chain": (errno.ENOENT, lambda: [add(chain("NONE"), "-j ACCEPT")]),
    "a rule in no table": (errno.ENOENT, lambda: [add(chain("X", NAT), "-j ACCEPT")]),
    "a jump to no chain": (errno.ENOENT, lambda: [add(FORWARD, "-j NONE")]),
    "a goto to no chain": (errno.ENOENT, lambda: [add(FORWARD, "-g NONE")]),
    "a jump to a built-in chain": (errno.EOPNOTSUPP, lambda: [jump(DOCKER, "FORWARD")]),
    "deleting a chain that is jumped to": (errno.EBUSY, lambda: [DeleteChain(chain=USER)]),
    "deleting a chain that jumps to itself": (
        errno.EBUSY,
        lambda: [add(DOCKER, "-j DOCKER"), DeleteChain(chain=DOCKER)],
    ),
    "deleting no chain": (errno.ENOENT, lambda: [DeleteChain(chain=chain("NONE"))]),
    "flushing no chain": (errno.ENOENT, lambda: [FlushChain(chain=chain("NONE"))]),
    "deleting no table": (errno.ENOENT, lambda: [DeleteTable(table=NAT)]),
    "deleting no rule": (errno.ENOENT, lambda: [delete(FORWARD, 4711)]),
    "a rule before no rule": (errno.ENOENT, lambda: [add(FORWARD, "-j ACCEPT", before=4711)]),
    "a loop": (errno.EMLINK, lambda: [add(FORWARD, "-j DOCKER"), add(DOCKER, "-j DOCKER")]),
    "jumps nested too deep": (
        errno.EMLINK,
        lambda: [
            *(AddChain(chain=chain(f"D{depth}")) for depth in range(16)),
            *(add(chain(f"D{depth}"), f"-j D{depth + 1}") for depth in range(15)),
            add(FORWARD, "-j D0"),
        ],
    ),
    "a user-defined chain as a built-in one": (
        errno.EEXIST,
        lambda: [AddChain(chain=DOCKER, base=OTHER_HOOK)],
    ),
    "a built-in chain with another hook": (
        errno.EOPNOTSUPP,
        lambda: [AddChain(chain=FORWARD, base=OTHER_HOOK)],
    ),
    "a nat chain in the forward hook": (
        errno.EOPNOTSUPP,
        lambda: [
            AddTable(table=NAT),
            AddChain(chain=chain("X", NAT), base=BaseChain(type="nat", hook="forward", priority=0)),
        ],
    ),
    "a nat chain before connection tracking": (
        errno.EOPNOTSUPP,
        lambda: [
            AddTable(table=NAT),
            AddChain(
                chain=chain("X", NAT), base=BaseChain(type="nat", hook="input", priority=-200)
            ),
        ],
    ),
    "a route chain in the input hook": (
        errno.EOPNOTSUPP,
        lambda: [
            AddChain(chain=chain("X"), base=BaseChain(type="route", hook="input", priority=0))
        ],
    ),
    "a masquerade reached from prerouting": (
        errno.EOPNOTSUPP,
        lambda: [
            AddTable(table=NAT),
            base(chain("PREROUTING", NAT)),
            AddChain(chain=chain("X", NAT)),
            add(chain("X", NAT), "-j MASQUERADE"),
            add(chain("PREROUTING", NAT), "-j X"),
        ],
    ),
}


class Refusals(Part):
    """A refused transaction leaves nothing, and says which operation it was."""

    @pytest.mark.parametrize("what", REFUSALS)
    def test_refused_with_the_operation_and_the_kernels_answer(
        self, executor: Executor, what: str
    ) -> None:
        with_filter(executor, "DOCKER", "DOCKER-USER")
        executor.commit([add(FORWARD, "-j DOCKER-USER")])
        before = self.used(executor)
        number, make = REFUSALS[what]
        harmless: list[Operation] = [
            AddChain(chain=chain("EXTRA")),
            add(chain("EXTRA"), "-j RETURN"),
        ]
        operations = [*harmless, *make(), *harmless]
        last = len(operations) - len(harmless) - 1
        if what == "jumps nested too deep" and not self.limits.deepest_jumps:
            executor.commit(operations)
            return

        for attempt in (executor.check, executor.commit):
            with pytest.raises(CommitRefused) as caught:
                attempt(operations)
            assert self.limits.answers.get(what, os.strerror(number)) in caught.value.answer
            assert caught.value.index == last
            assert caught.value.operation == operations[last]
        assert self.used(executor) == before

    def test_a_rule_is_not_deleted_twice(self, executor: Executor) -> None:
        with_filter(executor)
        executor.commit([add(FORWARD, "-j ACCEPT")])
        (held,) = state_of(executor, FORWARD).rules

        with pytest.raises(CommitRefused) as caught:
            executor.commit([delete(FORWARD, held.handle), delete(FORWARD, held.handle)])

        assert caught.value.index == 1
        assert rules_of(executor, FORWARD) == ["-j ACCEPT"]

    def test_a_handle_counts_in_its_own_chain_only(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER")
        executor.commit([add(FORWARD, "-j ACCEPT")])
        (held,) = state_of(executor, FORWARD).rules

        for operation in (delete(DOCKER, held.handle), add(DOCKER, "-j DROP", before=held.handle)):
            with pytest.raises(CommitRefused, match=os.strerror(errno.ENOENT)):
                executor.commit([operation])

    def test_one_bad_ipv6_rule_keeps_the_ipv4_rules_out(self, executor: Executor) -> None:
        with_filter(executor)

        with pytest.raises(CommitRefused) as caught:
            executor.commit([add(FORWARD, "-j ACCEPT"), add(chain("X", FILTER6), "-j ACCEPT")])

        assert caught.value.index == 1
        assert rules_of(executor, FORWARD) == []

    @pytest.mark.parametrize("bad", [0, 1, 2, 64, 65, 127])
    def test_the_bad_one_among_many_is_found(self, executor: Executor, bad: int) -> None:
        with_filter(executor)
        operations = [add(FORWARD, f"-i if{number} -j ACCEPT") for number in range(128)]
        operations[bad] = add(FORWARD, "-j NONE")

        with pytest.raises(CommitRefused) as caught:
            executor.commit(operations)

        assert (caught.value.index, caught.value.operation) == (bad, operations[bad])
        assert rules_of(executor, FORWARD) == []

    def test_the_first_of_two_bad_ones_is_named(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER")
        kernel_refuses, library_refuses = jump(DOCKER, "FORWARD"), add(FORWARD, "-j NONE")

        with pytest.raises(CommitRefused) as caught:
            executor.commit([kernel_refuses, library_refuses])

        assert caught.value.operation == kernel_refuses
        assert os.strerror(errno.EOPNOTSUPP) in caught.value.answer

    def test_a_loop_that_the_same_transaction_opens_again_is_none(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER")
        operations: list[Operation] = [
            add(FORWARD, "-j DOCKER"),
            add(DOCKER, "-j DOCKER"),
            FlushChain(chain=DOCKER),
        ]
        if not self.limits.checked_at_the_end:
            with pytest.raises(CommitRefused):
                executor.commit(operations)
            assert rules_of(executor, FORWARD) == []
            return

        executor.commit(operations)

        assert rules_of(executor, DOCKER) == []

    def test_what_was_only_checked_is_forgotten(self, executor: Executor) -> None:
        with_filter(executor)
        operations: list[Operation] = [AddChain(chain=DOCKER), DeleteTable(table=FILTER)]

        executor.check(operations)
        executor.check([add(FORWARD, "-j ACCEPT")])
        executor.commit(operations)

        self.check_gone(executor, FILTER)
