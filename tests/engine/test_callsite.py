"""Whose line of code an operation is put down to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from nfcore.bridge import Driver, NetworkSpec, PublishedPort
from nfcore.engine import Engine, IptRule, Transaction
from nfcore.executor import FakeExecutor
from nfcore.layout import Layout, RulesLayout, SetsLayout
from translate import IPVersion

NETWORK = NetworkSpec(name="front", bridge="bridge1", subnet_v4=IPv4Network("192.0.2.0/24"))
PORT = PublishedPort(address=IPv4Address("192.0.2.2"), port=80, host_port=8080)


def lines_asking(transaction: Transaction) -> set[str]:
    """The function and the number of each line, counted from the function's first."""
    sites = [step.site for step in transaction._view.steps()]
    return {f"{site.code.co_name}+{site.line - site.code.co_firstlineno}" for site in sites if site}


def create_and_publish(transaction: Transaction, layout: Layout) -> None:
    layout.create_network(transaction, NETWORK)
    layout.publish(transaction, NETWORK, PORT)


@pytest.mark.parametrize("kind", [RulesLayout, SetsLayout])
def test_a_layouts_operations_are_its_callers(kind: type[Layout]) -> None:
    layout = kind(Driver())
    with Engine(FakeExecutor()).transaction() as transaction:
        layout.ensure_started(transaction)
        before = lines_asking(transaction)
        create_and_publish(transaction, layout)
        new = lines_asking(transaction) - before

    assert new == {"create_and_publish+1", "create_and_publish+2"}


def append_in_a_block(transaction: Transaction) -> None:
    with transaction.savepoint():
        IptRule(IPVersion.V4, "filter", "INPUT", ("-i", "a", "-j", "DROP")).append(transaction)
        Driver().ensure_started(transaction)
        IptRule(IPVersion.V4, "filter", "INPUT", ("-i", "b", "-j", "DROP")).append(transaction)


def test_each_line_of_a_users_own_block_stands_for_itself() -> None:
    with Engine(FakeExecutor()).transaction() as transaction:
        append_in_a_block(transaction)
        lines = lines_asking(transaction)

    assert lines == {f"append_in_a_block+{number}" for number in (2, 3, 4)}
