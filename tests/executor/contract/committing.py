"""What was committed is what is shown."""

from __future__ import annotations

import pytest

from nfcore.exceptions import InvalidInput
from nfcore.executor import Executor
from nfcore.operations import BASE_CHAINS, AddChain, AddTable, SetPolicy, TableRef
from tests.executor.build import (
    FILTER,
    FILTER6,
    add,
    base,
    chain,
    native,
    rule,
    state_of,
    with_filter,
)
from tests.executor.contract.part import Part
from translate import Counters, IPVersion, Opaque

__all__ = ["CommitAndSnapshot"]

FORWARD, DOCKER = chain("FORWARD"), chain("DOCKER")


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
