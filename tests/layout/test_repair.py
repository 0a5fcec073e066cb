"""Whatever rule or element of the layout of sets is missing, the same file puts it back."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Any

import pytest

from nfcore.bridge import Driver, DriverConfig, Link, NetworkSpec, PublishedPort, plan_apply
from nfcore.engine import Engine
from nfcore.executor import FakeExecutor
from nfcore.layout import SetsLayout
from nfcore.operations import ChainRef, DeleteElements, DeleteRule, KernelRule, Operation, SetRef
from tests.bridge.strategies import Wanted

FRONT = NetworkSpec(
    name="front",
    bridge="br-front",
    subnet_v4=IPv4Network("10.1.0.0/16"),
    subnet_v6=IPv6Network("fd00:1::/64"),
)
FIXED = NetworkSpec(
    name="fixed",
    bridge="br-fixed",
    subnet_v4=IPv4Network("10.2.0.0/24"),
    host_ipv4=IPv4Address("192.0.2.9"),
)
PLAIN = NetworkSpec(name="plain", bridge="br-plain", subnet_v4=IPv4Network("10.3.0.0/24"))
BACK = NetworkSpec(
    name="back",
    bridge="br-back",
    subnet_v4=IPv4Network("10.4.0.0/24"),
    internal=True,
    icc=False,
)
WANTED = (
    Wanted(
        FRONT,
        (
            PublishedPort(address=IPv4Address("10.1.0.2"), port=80, host_port=8080),
            PublishedPort(
                address=IPv4Address("10.1.0.2"),
                port=53,
                protocol="udp",
                host_port=53,
                host_address=IPv4Address("192.0.2.1"),
            ),
        ),
    ),
    Wanted(
        FIXED, (), (Link(parent=IPv4Address("10.2.0.2"), child=IPv4Address("10.2.0.3"), port=80),)
    ),
    Wanted(PLAIN),
    Wanted(BACK),
)


@pytest.fixture(params=[False, True], ids=["proxy", "hairpin"])
def layout(request: pytest.FixtureRequest) -> SetsLayout:
    return SetsLayout(Driver(config=DriverConfig(enable_userland_proxy=not request.param)))


def filled(layout: SetsLayout) -> Engine:
    engine = Engine(FakeExecutor())
    apply(engine, layout)
    return engine


def apply(engine: Engine, layout: SetsLayout) -> tuple[Operation, ...]:
    with engine.transaction() as transaction:
        plan_apply(transaction, layout, WANTED)
        return transaction.operations()


def contents(engine: Engine) -> dict[str, Any]:
    """Rules in order; elements without their numbers, for what comes back is the newest."""
    return {
        str(table): {
            **{name: [rule.body for rule in chain.rules] for name, chain in state.chains.items()},
            **{
                name: {
                    (key, element.data, (element.comment or "")[8:])
                    for key, element in held.elements.items()
                }
                for name, held in state.sets.items()
            },
        }
        for table, state in engine.ruleset.snapshot().tables.items()
    }


def own_rules(engine: Engine) -> Iterator[tuple[ChainRef, KernelRule]]:
    for table, state in engine.ruleset.snapshot().tables.items():
        for name, chain in state.chains.items():
            for rule in chain.rules:
                if rule.tag is not None:
                    yield ChainRef(table=table, name=name), rule


def elements(engine: Engine) -> Iterator[DeleteElements]:
    for table, state in engine.ruleset.snapshot().tables.items():
        for name, held in state.sets.items():
            for key in held.elements:
                yield DeleteElements(SetRef(table=table, name=name), (key,))


def test_the_same_file_changes_nothing(layout: SetsLayout) -> None:
    assert apply(filled(layout), layout) == ()


def test_each_rule_comes_back_to_its_place(layout: SetsLayout) -> None:
    before = contents(filled(layout))
    count = len([*own_rules(filled(layout))])
    assert count > 40
    for index in range(count):
        engine = filled(layout)
        chain, rule = [*own_rules(engine)][index]
        engine.commit(
            lambda _, gone=(chain, rule): (  # type: ignore[misc]
                DeleteRule(chain=gone[0], handle=gone[1].handle, body=gone[1].body),
            )
        )
        assert contents(engine) != before
        apply(engine, layout)
        assert contents(engine) == before, (chain, rule.tag)
        assert apply(engine, layout) == ()


def test_each_element_comes_back(layout: SetsLayout) -> None:
    before = contents(filled(layout))
    gone = [*elements(filled(layout))]
    assert any(each.set.name.startswith("older_") for each in gone) is layout.config.hairpin
    for element in gone:
        engine = filled(layout)
        engine.commit(lambda _, element=element: (element,))  # type: ignore[misc]
        apply(engine, layout)
        assert contents(engine) == before, element
        assert apply(engine, layout) == ()
