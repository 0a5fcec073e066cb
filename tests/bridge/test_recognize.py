"""What was asked for is read back from the rules, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import translate
from nfcore.bridge import (
    Driver,
    DriverConfig,
    GatewayMode,
    Link,
    MadeBy,
    NetworkSpec,
    NetworkState,
    PublishedPort,
    missing_rules,
    recognize,
)
from nfcore.engine import Engine, IptRule, PlacedRule, Ruleset
from nfcore.executor import FakeExecutor
from tests.bridge.combos import COMBINATIONS, Combination, driver_for
from tests.bridge.strategies import Wanted, configs, topologies
from translate import IPVersion, Rule


def programmed(driver: Driver, networks: tuple[Wanted, ...], made_by: MadeBy) -> Engine:
    engine = Engine(FakeExecutor())
    with engine.transaction() as tx:
        driver.start(tx)
    for wanted in networks:
        with engine.transaction() as tx:
            driver.create_network(tx, wanted.spec, made_by=made_by)
            for port in wanted.ports:
                driver.publish(tx, wanted.spec, port)
            for link in wanted.links:
                driver.link(tx, wanted.spec, link)
    return engine


def has_rules(spec: NetworkSpec, version: IPVersion) -> bool:
    """Networks that have no IP version in common tell nothing of their order."""
    return not spec.internal or spec.subnet(version) is not None


def by_version(ports: tuple[PublishedPort, ...]) -> dict[IPVersion, list[PublishedPort]]:
    return {version: [p for p in ports if p.version is version] for version in IPVersion}


@settings(max_examples=100)
@given(
    config=configs,
    networks=topologies(),
    made_by=st.sampled_from([MadeBy.HAND, MadeBy.APPLY]),
)
def test_networks_come_back_as_they_were_asked_for_in_their_order(
    config: DriverConfig, networks: tuple[Wanted, ...], made_by: MadeBy
) -> None:
    driver = Driver(config=config)
    engine = programmed(driver, networks, made_by)
    states = {state.spec.bridge: state for state in recognize(engine.ruleset)}
    assert len(states) == len(networks)
    for version in IPVersion:
        in_order = [state.spec for state in states.values() if has_rules(state.spec, version)]
        assert in_order == [w.spec for w in networks if has_rules(w.spec, version)]
    for wanted in networks:
        state = states[wanted.spec.bridge]
        assert state.spec == wanted.spec
        assert by_version(state.ports) == by_version(wanted.ports)
        assert state.links == wanted.links
        assert state.made_by is made_by
        assert state.hairpin in {None, config.hairpin}
        with engine.transaction() as tx:
            assert missing_rules(tx, driver, state) == ()


class Untagged:
    """A ruleset without what nfcore noted in it: what others would have made."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset

    def rules(self, version: IPVersion, table: str, chain: str) -> Iterator[PlacedRule]:
        for rule in self._ruleset.rules(version, table, chain):
            yield PlacedWithoutTag(rule)


class PlacedWithoutTag:
    def __init__(self, rule: PlacedRule) -> None:
        self.body = rule.body
        self.counters = rule.counters
        self.tag = None


@pytest.mark.parametrize("combination", COMBINATIONS, ids=lambda combination: combination.name)
def test_what_others_made_with_dockers_form_is_known_by_its_bridge(
    combination: Combination,
) -> None:
    engine = Engine(FakeExecutor())
    with engine.transaction() as tx:
        driver_for(hairpin=combination.hairpin).start(tx)
        combination.create(tx)
    (state,) = recognize(Untagged(engine.ruleset))
    spec = combination.spec
    assert state.made_by is MadeBy.OTHERS
    assert state.hairpin in {None, combination.hairpin}
    assert state.spec.name == state.spec.bridge == spec.bridge
    assert (state.spec.icc, state.spec.internal) == (spec.icc, spec.internal)
    assert state.links == combination.links
    natted = spec.gateway_mode_v4 is GatewayMode.NAT
    for version in IPVersion:
        known = spec.internal or (natted and spec.masquerade)
        assert state.subnet(version) == (spec.subnet(version) if known else None)
        assert (state.spec.subnet(version) is None) == (spec.subnet(version) is None)
        if spec.subnet(version) is not None:
            assert state.spec.gateway_mode(version) is spec.gateway_mode(version)
    if natted:
        assert state.spec.masquerade == spec.masquerade
        assert by_version(state.ports) == by_version(combination.ports)
    else:
        assert {(p.address, p.port, p.protocol) for p in state.ports} == {
            (p.address, p.port, p.protocol) for p in combination.ports
        }


def test_other_peoples_rules_are_no_network() -> None:
    engine = Engine(FakeExecutor())
    with engine.transaction() as tx:
        Driver().start(tx)
        for table, chain, args in (
            ("filter", "FORWARD", ("-i", "virbr0", "-o", "virbr0", "-j", "ACCEPT")),
            ("filter", "FORWARD", ("-i", "eth0", "!", "-o", "eth0", "-j", "ACCEPT")),
            ("nat", "POSTROUTING", ("-s", "10.0.0.0/8", "!", "-o", "eth0", "-j", "MASQUERADE")),
            ("filter", "DOCKER", ("-i", "a", "-o", "b", "-j", "DROP")),
            ("filter", "DOCKER", ("!", "-i", "br+", "-o", "br+", "-j", "DROP")),
            ("filter", "DOCKER", ("-p", "tcp", "--dport", "0", "-d", "10.0.0.1", "-j", "ACCEPT")),
            ("filter", "DOCKER", ("!", "-i", "a:1", "-o", "a:1", "-j", "DROP")),
        ):
            IptRule(IPVersion.V4, table, chain, args).append(tx)
        assert recognize(tx) == ()
        assert recognize(engine.ruleset) == ()


def test_a_transactions_own_changes_count() -> None:
    engine = Engine(FakeExecutor())
    spec = NetworkSpec(name="front", bridge="br0", subnet_v4=IPv4Network("172.18.0.0/16"))
    with engine.transaction() as tx:
        Driver().start(tx)
        Driver().create_network(tx, spec)
        assert [state.spec for state in recognize(tx)] == [spec]
        Driver().delete_network(tx, spec)
        assert recognize(tx) == ()


FRONT = NetworkSpec(
    name="front", bridge="br0", subnet_v4=IPv4Network("172.18.0.0/16"), host_ipv4=None
)
WEB = PublishedPort(address=IPv4Address("172.18.0.2"), port=80, host_port=8080)


def with_one_network(*, hairpin: bool = False) -> Engine:
    return programmed(driver_for(hairpin=hairpin), (Wanted(FRONT, (WEB,)),), MadeBy.APPLY)


def all_rules(ruleset: Ruleset) -> list[IptRule]:
    return [
        IptRule(table.version, table.name, chain, tuple(translate.format(held.body)))
        for table in ruleset.snapshot().tables
        for chain in ruleset.chains(table)
        for held in ruleset.rules(table.version, table.name, chain)
    ]


@pytest.mark.parametrize("hairpin", [False, True], ids=["proxy", "hairpin"])
def test_a_missing_rule_is_named(hairpin: bool) -> None:
    driver = driver_for(hairpin=hairpin)
    engine = with_one_network(hairpin=hairpin)
    tells_of_itself = ("DNAT", "-i br0 -o br0")
    own = [
        rule
        for rule in all_rules(engine.ruleset)
        if "br0" in rule.args and not any(words in str(rule) for words in tells_of_itself)
    ]
    assert len(own) >= 8
    for rule in own:
        tx = engine.begin()
        rule.delete(tx)
        (state,) = recognize(tx)
        assert (state.spec, state.made_by, state.ports) == (FRONT, MadeBy.APPLY, (WEB,))
        (missing,) = missing_rules(tx, driver, state)
        assert parsed(missing) == parsed(rule)
        tx.abandon()


def parsed(rule: IptRule) -> Rule:
    return translate.parse(rule.args, version=rule.version, table=rule.table, chain=rule.chain)


def test_without_its_dnat_rule_a_port_is_not_published() -> None:
    engine = with_one_network()
    with engine.transaction() as tx:
        next(rule for rule in all_rules(engine.ruleset) if "DNAT" in rule.args).delete(tx)
    (state,) = recognize(engine.ruleset)
    assert state.ports == ()


def test_without_its_tagged_rule_a_network_is_known_by_its_bridge() -> None:
    engine = with_one_network()
    with engine.transaction() as tx:
        icc = ("-i", "br0", "-o", "br0", "-j", "ACCEPT")
        IptRule(IPVersion.V4, "filter", "FORWARD", icc).delete(tx)
    (state,) = recognize(engine.ruleset)
    assert (state.spec.name, state.made_by) == ("br0", MadeBy.OTHERS)
    assert state.subnet(IPVersion.V4) == FRONT.subnet_v4


@pytest.mark.parametrize(
    "tag",
    [
        "front v4=nonsense",
        "front v4=172.18.0.0/16+zz",
        "front v4=172.18.0.0/16+ffffffff",
        "front",
        "%28",
        "someone else's note",
    ],
)
def test_a_damaged_tag_is_no_tag(tag: str) -> None:
    engine = with_one_network()
    icc = IptRule(IPVersion.V4, "filter", "FORWARD", ("-i", "br0", "-o", "br0", "-j", "ACCEPT"))
    with engine.transaction() as tx:
        icc.delete(tx)
        icc.insert(tx, tag=tag)
    (state,) = recognize(engine.ruleset)
    assert (state.spec.name, state.made_by) == ("br0", MadeBy.OTHERS)


def test_tags_that_contradict_each_other_are_no_tags() -> None:
    dual = replace(FRONT, subnet_v6=IPv6Network("fd00::/64"))
    engine = programmed(Driver(), (Wanted(dual),), MadeBy.HAND)
    icc = IptRule(IPVersion.V6, "filter", "FORWARD", ("-i", "br0", "-o", "br0", "-j", "ACCEPT"))
    with engine.transaction() as tx:
        icc.delete(tx)
        icc.insert(tx, tag="back v6=fd00::/64")
    (state,) = recognize(engine.ruleset)
    assert state.made_by is MadeBy.OTHERS


def test_one_tag_of_two_is_lost_and_the_network_is_still_nfcores() -> None:
    dual = replace(FRONT, subnet_v6=IPv6Network("fd00::/64"))
    engine = programmed(Driver(), (Wanted(dual),), MadeBy.HAND)
    icc = IptRule(IPVersion.V6, "filter", "FORWARD", ("-i", "br0", "-o", "br0", "-j", "ACCEPT"))
    with engine.transaction() as tx:
        icc.delete(tx)
    (state,) = recognize(engine.ruleset)
    assert (state.spec.name, state.made_by) == ("front", MadeBy.HAND)


def test_a_hairpin_port_without_its_accepting_rule_belongs_to_the_subnet_that_holds_it() -> None:
    engine = with_one_network(hairpin=True)
    accepting = ("!", "-i", "br0", "-o", "br0", "-p", "tcp", "-d", "172.18.0.2", "--dport", "80")
    with engine.transaction() as tx:
        IptRule(IPVersion.V4, "filter", "DOCKER", (*accepting, "-j", "ACCEPT")).delete(tx)
    (state,) = recognize(engine.ruleset)
    assert state.ports == (WEB,)


def test_where_the_driver_programs_one_version_the_tag_keeps_the_other() -> None:
    driver = Driver(config=DriverConfig(enable_ip6tables=False))
    dual = replace(FRONT, subnet_v6=IPv6Network("fd00::/64"), gateway_mode_v6=GatewayMode.ROUTED)
    engine = programmed(driver, (Wanted(dual),), MadeBy.HAND)
    (state,) = recognize(engine.ruleset)
    assert state.spec == dual


def test_a_link_is_known_by_either_of_its_rules() -> None:
    engine = with_one_network()
    link = Link(parent=IPv4Address("172.18.0.3"), child=IPv4Address("172.18.0.2"), port=5432)
    with engine.transaction() as tx:
        Driver().link(tx, FRONT, link)
        Driver().link(tx, FRONT, link)
    for end in ("--dport", "--sport"):
        tx = engine.begin()
        rule = next(r for r in all_rules(engine.ruleset) if end in r.args and "5432" in r.args)
        rule.delete(tx)
        assert links_of(recognize(tx)) == (link,)
        tx.abandon()


def links_of(states: tuple[NetworkState, ...]) -> Any:
    (state,) = states
    return state.links
