"""The layout of sets in the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Any

import pytest

from nfcore.bridge import (
    Driver,
    DriverConfig,
    NetworkSpec,
    PublishedPort,
)
from nfcore.engine import Engine, ListingSource
from nfcore.exceptions import Conflict
from nfcore.executor import CffiExecutor
from nfcore.host import save_text
from nfcore.layout import RulesLayout, SetsLayout
from nfcore.operations import AddElements, DeleteElements
from tests.layout.networks import BACK, FIXED, FRONT, LINK, WEB, WEB_6, fill
from tests.netns import in_netns
from translate import IPVersion


@pytest.fixture(params=[False, True], ids=["proxy", "hairpin"])
def driver(request: pytest.FixtureRequest) -> Driver:
    return Driver(config=DriverConfig(enable_userland_proxy=not request.param))


@pytest.fixture
def engine(netns: str) -> Iterator[Engine]:
    with Engine(CffiExecutor(netns=netns)) as opened:
        yield opened


def contents(engine: Engine) -> dict[str, dict[str, Any]]:
    """Everything but what is counted."""
    return {
        str(table): {
            **{
                name: [(rule.handle, rule.body, rule.tag) for rule in chain.rules]
                for name, chain in state.chains.items()
            },
            **{
                name: sorted((key, each.data, each.comment) for key, each in held.elements.items())
                for name, held in state.sets.items()
            },
        }
        for table, state in engine.ruleset.snapshot().tables.items()
    }


def test_everything_loads_comes_back_and_goes(engine: Engine, driver: Driver, netns: str) -> None:
    layout = SetsLayout(driver)
    fill(engine, layout)
    with Engine(CffiExecutor(netns=netns)) as other:
        states = layout.networks(other.ruleset)
        assert [state.spec for state in states] == [FRONT, BACK, FIXED]
        assert states[0].ports == (WEB, WEB_6)
        assert states[0].links == (LINK,)
        assert contents(other) == contents(engine)
    with engine.transaction() as transaction:
        layout.ensure_started(transaction)
        assert transaction.operations() == ()
        for state in states:
            layout.delete_network(
                transaction,
                state.spec,
                ports=state.ports,
                links=state.links,
                hairpin=state.hairpin,
            )
    with engine.transaction() as transaction:
        layout.stop(transaction)
    listed = in_netns(netns, ["nft", "list", "ruleset"]).stdout
    assert "@" not in listed
    assert "set " not in listed


def test_it_saves_the_rules_that_the_other_layout_has(
    engine: Engine, driver: Driver, netns: str
) -> None:
    layout = SetsLayout(driver)
    fill(engine, layout)
    saved = [save_text(layout.expand(engine.ruleset), version) for version in IPVersion]
    in_netns(netns, ["nft", "flush", "ruleset"])
    fill(engine, RulesLayout(driver))
    assert saved == [save_text(engine.ruleset, version) for version in IPVersion]


def test_networks_ports_and_links_touch_elements_only(engine: Engine, driver: Driver) -> None:
    layout = SetsLayout(driver)
    fill(engine, layout)
    with engine.transaction() as transaction:  # in hairpin mode it is told apart from newer ones
        layout.delete_network(transaction, FIXED)
    another = NetworkSpec(
        name="another",
        bridge="br-another",
        subnet_v4=IPv4Network("10.4.0.0/16"),
        subnet_v6=IPv6Network("fd00:4::/64"),
    )
    with engine.transaction() as transaction:
        layout.create_network(transaction, another)
        layout.release(transaction, FRONT, WEB)
        layout.publish(transaction, FRONT, WEB)
        layout.unlink(transaction, FRONT, LINK)
        kinds = {type(operation) for operation in transaction.operations()}
        assert kinds == {AddElements, DeleteElements}
    with engine.transaction() as transaction:
        layout.delete_network(transaction, another)
        assert {type(operation) for operation in transaction.operations()} == {DeleteElements}


def test_dockers_own_networks_are_handled_as_rules(engine: Engine, driver: Driver) -> None:
    layout = SetsLayout(driver)
    rules = RulesLayout(driver)
    with engine.transaction() as transaction:
        rules.ensure_started(transaction)
        rules.create_network(transaction, FRONT)
    with engine.transaction() as transaction:
        layout.ensure_started(transaction)
        layout.create_network(transaction, BACK)
        layout.publish(transaction, FRONT, WEB)
        layout.link(transaction, FRONT, LINK)
    assert [state.spec for state in layout.networks(engine.ruleset)] == [BACK, FRONT]
    (front,) = rules.networks(engine.ruleset)
    assert (front.ports, front.links) == ((WEB,), (LINK,))
    with engine.transaction() as transaction:
        layout.unlink(transaction, FRONT, LINK)
        layout.release(transaction, FRONT, WEB)
        layout.delete_network(transaction, FRONT)
    assert rules.networks(engine.ruleset) == ()


def test_what_is_taken_is_refused(engine: Engine) -> None:
    layout = SetsLayout()
    fill(engine, layout)
    same_subnet = NetworkSpec(name="x", bridge="br-x", subnet_v4=FRONT.subnet_v4)
    with engine.transaction() as transaction:
        with pytest.raises(Conflict, match=r"subnet 10\.1\.0\.0/16 is another network's"):
            layout.create_network(transaction, same_subnet)
        port = PublishedPort(address=IPv4Address("10.3.0.2"), port=80, host_port=8080)
        with pytest.raises(Conflict, match=r"any_address holds .* with 10\.1\.0\.2"):
            layout.publish(transaction, FIXED, port)
        assert transaction.operations() == ()


def test_a_listing_and_the_mirror_tell_the_same(netns: str, driver: Driver) -> None:
    layout = SetsLayout(driver)
    with CffiExecutor(netns=netns) as executor:
        engine = Engine(executor, source=ListingSource(executor))
        fill(engine, layout)
        assert [state.spec for state in layout.networks(engine.ruleset)] == [FRONT, BACK, FIXED]
