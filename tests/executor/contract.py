"""What every executor does. A test class inherits it and provides the ``executor`` fixture.

Where an executor cannot do what nf_tables can, its class says so with `Limits`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from nfcore.exceptions import BackendUnavailable, CommitRefused, InvalidInput, InvalidRule
from nfcore.executor import Executor
from nfcore.operations import (
    BASE_CHAINS,
    AddChain,
    AddTable,
    BaseChain,
    ChainState,
    DeleteChain,
    DeleteTable,
    FlushChain,
    Operation,
    Policy,
    SetPolicy,
    TableRef,
    TableState,
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
    native,
    rule,
    rules_of,
    state_of,
    with_filter,
)
from translate import Counters, IPVersion, Opaque, Untranslatable

__all__ = ["LEGACY_LIMITS", "ExecutorContract", "Limits"]

FORWARD, DOCKER, USER = chain("FORWARD"), chain("DOCKER"), chain("DOCKER-USER")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an executor cannot hold of the contract.

    Args:
        tags: whether tags come back; else they are dropped.
        native_rules: whether nft's own statements can be sent; else they are refused unsent.
        generations: whether snapshots have a generation; else it is None.
        fixed_tables: whether a table has all of its built-in chains, first, and its other chains by
            name; and cannot be deleted, only emptied.
        comment_bytes: how many bytes a comment may have, or None for as many as iptables takes.
        deepest_jumps: whether the depth of jumps is limited to nf_tables' 16.
        checked_at_the_end: whether a loop may be open while a transaction lasts.
        answers: what refusals say that don't say it with the error number's own text.
    """

    tags: bool = True
    native_rules: bool = True
    generations: bool = True
    fixed_tables: bool = False
    comment_bytes: int | None = 253
    deepest_jumps: bool = True
    checked_at_the_end: bool = True
    answers: Mapping[str, str] = field(default_factory=dict)


LEGACY_LIMITS = Limits(
    tags=False,
    native_rules=False,
    generations=False,
    fixed_tables=True,
    comment_bytes=None,
    deepest_jumps=False,
    answers={
        "a loop": os.strerror(errno.ELOOP),
        "a masquerade reached from prerouting": "ended with exit code 1: iptables",
    },
)

ONE_TOO_LONG = f"-m comment --comment {'x' * 250} -j ACCEPT"


class Part:
    """A part of the contract."""

    limits: ClassVar[Limits] = Limits()

    def tag(self, text: str) -> str | None:
        """A tag as it comes back."""
        return text if self.limits.tags else None

    def chains(self, *made: str) -> list[str]:
        """The names of table filter's chains, FORWARD and these having been made."""
        if self.limits.fixed_tables:
            return ["INPUT", "FORWARD", "OUTPUT", *sorted(made)]
        return ["FORWARD", *made]

    def used(self, executor: Executor) -> Mapping[TableRef, TableState]:
        """The tables that hold anything, where tables cannot be deleted."""
        tables = executor.snapshot().tables
        if not self.limits.fixed_tables:
            return tables
        return {ref: state for ref, state in tables.items() if not _is_new(ref, state)}

    def check_gone(self, executor: Executor, table: TableRef) -> None:
        """A table is deleted, or else as the kernel makes it."""
        assert table not in self.used(executor)


def _is_new(table: TableRef, state: TableState) -> bool:
    """Whether a table is as the kernel makes it."""
    return state.chains == {
        name: ChainState(base=base)
        for (owner, name), base in BASE_CHAINS.items()
        if owner == table.name
    }


class CommitAndSnapshot(Part):
    """What was committed is what is shown."""

    def test_nothing_is_there_at_first(self, executor: Executor) -> None:
        assert executor.snapshot().tables == {}

    def test_an_empty_transaction_is_none(self, executor: Executor) -> None:
        before = executor.snapshot().generation

        executor.commit([])
        executor.check([])

        assert executor.snapshot().generation == before

    def test_rules_come_back_in_order_with_handle_tag_and_counters(
        self, executor: Executor
    ) -> None:
        with_filter(executor, "DOCKER")
        executor.commit(
            [
                add(FORWARD, "-o br0 -j DOCKER", tag="front"),
                add(DOCKER, "-d 10.0.0.2/32 ! -i br0 -o br0 -p tcp -m tcp --dport 80 -j ACCEPT"),
                add(FORWARD, "-i br0 -j ACCEPT", counters=Counters(packets=3, bytes=180)),
            ]
        )

        jump, accept = state_of(executor, FORWARD).rules
        (published,) = state_of(executor, DOCKER).rules
        assert jump.body == rule(FORWARD, "-o br0 -j DOCKER")
        assert (jump.tag, jump.counters) == (self.tag("front"), Counters())
        assert accept.body == rule(FORWARD, "-i br0 -j ACCEPT")
        assert (accept.tag, accept.counters) == (None, Counters(packets=3, bytes=180))
        assert published.body.protocol is not None
        assert len({jump.handle, accept.handle, published.handle}) == 3

    @pytest.mark.parametrize("version", IPVersion)
    def test_built_in_chains_have_iptables_hooks(
        self, executor: Executor, version: IPVersion
    ) -> None:
        refs = [chain(name, TableRef(version=version, name=table)) for table, name in BASE_CHAINS]
        executor.commit(
            [
                *(AddTable(table=table) for table in {ref.table: None for ref in refs}),
                *map(base, refs),
            ]
        )

        for ref in refs:
            assert state_of(executor, ref).base == BASE_CHAINS[ref.table.name, ref.name]

    def test_adding_what_is_there_changes_nothing(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER")
        executor.commit(
            [add(DOCKER, "-j RETURN"), SetPolicy(chain=FORWARD, policy="drop")],
        )
        before = executor.snapshot()

        with_filter(executor, "DOCKER")

        assert executor.snapshot() == before

    def test_chains_stay_in_the_order_in_which_they_were_made(self, executor: Executor) -> None:
        names = ["DOCKER-USER", "A", "DOCKER", "B"]
        with_filter(executor, *names)

        assert list(executor.snapshot().tables[FILTER].chains) == self.chains(*names)

    def test_one_transaction_spans_both_ip_versions(self, executor: Executor) -> None:
        ops = [
            op
            for table in (FILTER, FILTER6)
            for op in (AddTable(table=table), AddChain(chain=chain("DOCKER", table)))
        ]

        executor.commit(ops)

        assert set(executor.snapshot().tables) == {FILTER, FILTER6}

    def test_statements_without_iptables_words_come_back_opaque(self, executor: Executor) -> None:
        with_filter(executor)
        statement = {"match": {"op": "==", "left": {"rt": {"key": "mtu"}}, "right": 1400}}
        rule = native(FORWARD, statement, {"counter": None}, {"accept": None}, tag="mine")
        if not self.limits.native_rules:
            with pytest.raises(
                InvalidInput, match="iptables has no words for nft's own statements"
            ):
                executor.commit([rule])
            return
        executor.commit([rule])

        (held,) = state_of(executor, FORWARD).rules
        (opaque,) = held.body.matches
        assert isinstance(opaque, Opaque)
        assert opaque.statement == statement
        assert held.tag == "mine"

    def test_a_generation_passes_with_a_commit_and_only_with_one(self, executor: Executor) -> None:
        first = executor.snapshot().generation
        executor.check([AddTable(table=FILTER)])
        second = executor.snapshot().generation
        executor.commit([AddTable(table=FILTER)])
        third = executor.snapshot().generation

        if not self.limits.generations:
            assert (first, second, third) == (None, None, None)
            return
        assert first == second != third


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


class Policies(Part):
    """A built-in chain's policy."""

    def test_a_policy_is_set_and_set_back(self, executor: Executor) -> None:
        with_filter(executor)
        policies: tuple[Policy, ...] = ("drop", "accept")
        for policy in policies:
            executor.commit([SetPolicy(chain=FORWARD, policy=policy)])
            held = state_of(executor, FORWARD).base
            assert held is not None
            assert held.policy == policy

    def test_setting_a_policy_makes_the_chain(self, executor: Executor) -> None:
        executor.commit([AddTable(table=FILTER), SetPolicy(chain=FORWARD, policy="drop")])

        assert state_of(executor, FORWARD).base == BaseChain(
            type="filter", hook="forward", priority=0, policy="drop"
        )

    def test_a_chain_made_with_policy_drop(self, executor: Executor) -> None:
        dropping = BaseChain(type="filter", hook="forward", priority=0, policy="drop")
        with_filter(executor)

        executor.commit([AddChain(chain=FORWARD, base=dropping)])

        assert state_of(executor, FORWARD).base == dropping

    def test_a_user_defined_chain_has_no_policy(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER")

        with pytest.raises(InvalidInput, match=r"^iptables -t filter -P DOCKER DROP: only a bui"):
            executor.commit([SetPolicy(chain=DOCKER, policy="drop")])


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


class NothingSent(Part):
    """What cannot be right, or said in nft, is refused before anything is sent."""

    def test_a_comment_that_is_too_long(self, executor: Executor) -> None:
        with_filter(executor)
        if self.limits.comment_bytes is None:
            executor.commit([add(FORWARD, ONE_TOO_LONG)])
            assert rules_of(executor, FORWARD) == [ONE_TOO_LONG]
            return
        message = r"-m comment.*: an nft comment holds \d+ bytes"
        with pytest.raises(Untranslatable, match=message):
            executor.commit([add(FORWARD, "-j ACCEPT"), add(FORWARD, ONE_TOO_LONG)])
        assert rules_of(executor, FORWARD) == []

    @pytest.mark.parametrize(
        ("operation", "error", "message"),
        [
            (delete(FORWARD, 0), InvalidInput, "a rule's handle is 1 or more, not 0"),
            (
                add(FORWARD, "-j DROP", before=-1),
                InvalidInput,
                "iptables -t filter -I FORWARD -j DROP: a rule's handle is 1 or more, not -1",
            ),
            (AddChain(chain=chain("")), InvalidRule, "a chain name cannot be empty"),
            (
                AddTable(table=TableRef(version=IPVersion.V6, name="docker")),
                InvalidInput,
                "ip6tables has no table 'docker'; its tables are filter, nat, mangle, raw, sec",
            ),
        ],
    )
    def test_refused_unsent(
        self, executor: Executor, operation: Operation, error: type[Exception], message: str
    ) -> None:
        with_filter(executor)
        before = executor.snapshot()

        for attempt in (executor.check, executor.commit):
            with pytest.raises(error, match=message):
                attempt([add(FORWARD, "-j ACCEPT"), operation])

        after = executor.snapshot()
        assert (after, after.generation) == (before, before.generation)

    def test_a_rule_goes_into_its_own_chain_only(self, executor: Executor) -> None:
        with_filter(executor, "DOCKER")
        misplaced = add(FORWARD, "-j ACCEPT")

        with pytest.raises(
            InvalidInput,
            match="a rule for iptables -t filter FORWARD cannot go into iptables -t filter DOCKER",
        ):
            executor.commit([misplaced._replace(chain=DOCKER)])


class Closing(Part):
    """After close there is nothing more."""

    def test_a_closed_executor_refuses(self, executor: Executor) -> None:
        executor.close()
        executor.close()

        message = f"^the {executor.name} executor is closed$"
        with pytest.raises(BackendUnavailable, match=message):
            executor.commit([AddTable(table=FILTER)])
        with pytest.raises(BackendUnavailable, match=message):
            executor.check([AddTable(table=FILTER)])
        with pytest.raises(BackendUnavailable, match=message):
            executor.snapshot()

    def test_a_with_block_closes(self, executor: Executor) -> None:
        with executor as entered:
            assert entered is executor

        with pytest.raises(BackendUnavailable):
            executor.snapshot()


class ExecutorContract(CommitAndSnapshot, Places, Policies, Refusals, NothingSent, Closing):
    """All of it."""
