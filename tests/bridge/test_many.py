"""Ten thousand networks in one transaction, and one bad rule in the middle of them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from nfcore.bridge import Driver, NetworkSpec
from nfcore.engine import Engine
from nfcore.exceptions import CommitRefused
from nfcore.executor import open_executor
from nfcore.operations import AddRule, NativeRule, Operation
from tests.netns import in_netns

NETWORKS = 10_000


def spec_of(number: int) -> NetworkSpec:
    subnet = IPv4Network((int(IPv4Address("10.0.0.0")) + (number << 8), 24))
    return NetworkSpec(name=f"n{number}", bridge=f"br{number}", subnet_v4=subnet)


def counted(listing: str) -> int:
    return listing.count("# handle")


def test_they_commit_or_leave_the_ruleset_as_it_was(netns: str) -> None:
    with Engine(open_executor("cffi", netns=netns)) as engine:
        driver = Driver()
        with engine.transaction() as transaction:
            driver.ensure_started(transaction)
            driver.create_network(transaction, spec_of(NETWORKS))
        before = in_netns(netns, ["nft", "-a", "list", "ruleset"]).stdout
        transaction = engine.begin()
        for number in range(NETWORKS):
            driver.create_network(transaction, spec_of(number))
        operations = list(transaction.operations())
    middle = next(
        index
        for index, operation in enumerate(operations)
        if index > len(operations) // 2 and isinstance(operation, AddRule)
    )
    good = operations[middle]
    assert isinstance(good, AddRule)
    jump_to_nowhere = NativeRule(expr=({"jump": {"target": "NOWHERE"}},))
    bad: list[Operation] = [*operations]
    bad[middle] = AddRule(chain=good.chain, body=jump_to_nowhere)
    with open_executor("cffi", netns=netns) as executor:
        with pytest.raises(CommitRefused, match="No such file or directory") as refused:
            executor.commit(bad)
        assert refused.value.index == middle
        assert in_netns(netns, ["nft", "-a", "list", "ruleset"]).stdout == before
        executor.commit(operations)
    after = in_netns(netns, ["nft", "-a", "list", "ruleset"]).stdout
    assert counted(after) - counted(before) == 11 * NETWORKS
