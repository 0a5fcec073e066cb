"""A built-in chain's policy."""

from __future__ import annotations

import pytest

from nfcore.exceptions import InvalidInput
from nfcore.executor import Executor
from nfcore.operations import AddChain, AddTable, BaseChain, Policy, SetPolicy
from tests.executor.build import FILTER, chain, state_of, with_filter
from tests.executor.contract.part import Part

__all__ = ["Policies"]

FORWARD, DOCKER = chain("FORWARD"), chain("DOCKER")


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
