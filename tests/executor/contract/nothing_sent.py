"""What cannot be right, or said in nft, is refused before anything is sent."""

from __future__ import annotations

import pytest

from nfcore.exceptions import InvalidInput, InvalidRule
from nfcore.executor import Executor
from nfcore.operations import AddChain, AddTable, Operation, TableRef
from tests.executor.build import add, chain, delete, rules_of, with_filter
from tests.executor.contract.part import Part
from translate import IPVersion, Untranslatable

__all__ = ["NothingSent"]

FORWARD, DOCKER = chain("FORWARD"), chain("DOCKER")
ONE_TOO_LONG = f"-m comment --comment {'x' * 250} -j ACCEPT"


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
