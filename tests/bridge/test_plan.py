"""A file's networks come, stay and go with it; everybody else's are left alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given, settings

from nfcore.bridge import (
    AppliedNetworks,
    Driver,
    DriverConfig,
    GatewayMode,
    Link,
    MadeBy,
    NetworkSpec,
    NetworkState,
    PublishedPort,
    WantedNetwork,
    plan_apply,
    recognize,
)
from nfcore.engine import Change, Engine, IptRule, Ruleset
from nfcore.exceptions import Conflict, InvalidInput
from nfcore.executor import FakeExecutor
from tests.bridge.combos import driver_for
from tests.bridge.strategies import Wanted, configs, topologies
from translate import IPVersion, save_line

FRONT = NetworkSpec(
    name="front", bridge="br-front", subnet_v4=IPv4Network("172.18.0.0/16"), subnet_v6=None
)
BACK = NetworkSpec(name="back", bridge="br-back", subnet_v4=IPv4Network("172.19.0.0/16"))
WEB = PublishedPort(address=IPv4Address("172.18.0.2"), port=80, host_port=8080)
TLS = PublishedPort(address=IPv4Address("172.18.0.2"), port=443, host_port=8443)
DRIVER = driver_for(hairpin=False)


@pytest.fixture
def engine() -> Engine:
    return Engine(FakeExecutor())


def apply(engine: Engine, *wanted: WantedNetwork, driver: Driver = DRIVER) -> AppliedNetworks:
    with engine.transaction() as tx:
        return plan_apply(tx, driver, wanted)


def changes(engine: Engine, *wanted: WantedNetwork, driver: Driver = DRIVER) -> tuple[Change, ...]:
    with engine.transaction() as tx:
        plan_apply(tx, driver, wanted)
        return tx.changes()


def states(engine: Engine) -> dict[str, NetworkState]:
    return {state.spec.name: state for state in recognize(engine.ruleset)}


def make_by_hand(engine: Engine, spec: NetworkSpec, *ports: PublishedPort) -> None:
    with engine.transaction() as tx:
        DRIVER.ensure_started(tx)
        DRIVER.create_network(tx, spec)
        for port in ports:
            DRIVER.publish(tx, spec, port)


def make_by_others(engine: Engine, spec: NetworkSpec, *ports: PublishedPort) -> None:
    """With Docker's own form: the same rules, and nothing noted with them."""
    make_by_hand(engine, spec, *ports)
    with engine.transaction() as tx:
        for version in IPVersion:
            for target in ("ACCEPT", "DROP"):
                args = ("-i", spec.bridge, "-o", spec.bridge, "-j", target)
                icc = IptRule(version, "filter", "FORWARD", args)
                if icc.exists(tx):
                    icc.delete(tx)
                    icc.append(tx)


def lines(ruleset: Ruleset) -> Counter[str]:
    return Counter(
        f"{table} {save_line(held.body)}"
        for table in ruleset.snapshot().tables
        for chain in ruleset.chains(table)
        for held in ruleset.rules(table.version, table.name, chain)
    )


@settings(max_examples=60)
@given(config=configs, first=topologies(), second=topologies())
def test_applying_again_changes_nothing_and_an_edit_leads_where_a_fresh_start_does(
    config: DriverConfig, first: tuple[Wanted, ...], second: tuple[Wanted, ...]
) -> None:
    driver = Driver(config=config)
    engine, fresh = Engine(FakeExecutor()), Engine(FakeExecutor())
    for networks in (first, second):
        apply(engine, *networks, driver=driver)
        assert changes(engine, *networks, driver=driver) == ()
    apply(fresh, *second, driver=driver)
    shared = lines(engine.ruleset) - lines(fresh.ruleset)
    assert all("DOCKER" in line.split(" -j ")[1] for line in shared), "only the jumps stay"
    assert not lines(fresh.ruleset) - lines(engine.ruleset)
    edited, made_anew = states(engine), states(fresh)
    assert edited.keys() == made_anew.keys()
    for name, state in edited.items():
        assert state.spec == made_anew[name].spec
        assert set(state.ports) == set(made_anew[name].ports)
        assert set(state.links) == set(made_anew[name].links)


def test_it_says_what_it_does(engine: Engine) -> None:
    assert apply(engine, Wanted(FRONT), Wanted(BACK)) == AppliedNetworks(created=("front", "back"))
    assert apply(engine, Wanted(replace(FRONT, icc=False))) == AppliedNetworks(
        deleted=("back",), changed=("front",)
    )
    assert apply(engine, Wanted(replace(FRONT, icc=False))) == AppliedNetworks(kept=("front",))
    assert apply(engine) == AppliedNetworks(deleted=("front",))


def test_only_the_difference_in_ports_is_committed(engine: Engine) -> None:
    apply(engine, Wanted(FRONT, (WEB,)), Wanted(BACK))
    container = "-d 172.18.0.2/32 ! -i br-front -o br-front -p tcp -m tcp"
    outside = "! -i br-front -p tcp -m tcp"
    to = "-j DNAT --to-destination 172.18.0.2"
    assert changes(engine, Wanted(FRONT, (TLS,)), Wanted(BACK)) == (
        ("-", f"iptables -t filter -D DOCKER {container} --dport 80 -j ACCEPT"),
        ("-", f"iptables -t nat -D DOCKER {outside} --dport 8080 {to}:80"),
        ("+", f"iptables -t filter -I DOCKER {container} --dport 443 -j ACCEPT"),
        ("+", f"iptables -t nat -A DOCKER {outside} --dport 8443 {to}:443"),
    )


def test_a_second_host_port_keeps_the_rule_that_both_need(engine: Engine) -> None:
    also = replace(WEB, host_port=8081)
    apply(engine, Wanted(FRONT, (WEB, also)))
    (change,) = changes(engine, Wanted(FRONT, (also,)))
    assert change[0] == "-"
    assert "--dport 8080 -j DNAT" in change[1]


def test_a_host_port_moves_from_one_network_to_another(engine: Engine) -> None:
    there = replace(WEB, address=IPv4Address("172.19.0.2"))
    apply(engine, Wanted(FRONT, (WEB,)), Wanted(BACK))
    apply(engine, Wanted(FRONT), Wanted(BACK, (there,)))
    assert states(engine)["front"].ports == ()
    assert states(engine)["back"].ports == (there,)


def test_links_come_and_go(engine: Engine) -> None:
    link = Link(parent=IPv4Address("172.18.0.3"), child=IPv4Address("172.18.0.2"), port=5432)
    apply(engine, Wanted(FRONT, (), (link,)))
    assert states(engine)["front"].links == (link,)
    apply(engine, Wanted(FRONT))
    assert states(engine)["front"].links == ()


def net_additions(made: Sequence[Change]) -> int:
    """How many rules are new, jumps that are made again on top of them not counted."""
    rules: dict[str, Counter[str]] = {"+": Counter(), "-": Counter()}
    for sign, command in made:
        rules[sign][re.sub(r" -[AID] ", " ", command, count=1)] += 1
    assert not rules["-"] - rules["+"]
    return (rules["+"] - rules["-"]).total()


def test_a_missing_rule_is_put_back_and_nothing_else_happens(engine: Engine) -> None:
    dual = replace(FRONT, subnet_v6=IPv6Network("fd00:18::/64"))
    wanted = (Wanted(dual, (WEB, TLS)), Wanted(BACK))
    apply(engine, *wanted)
    whole = lines(engine.ruleset)
    ruleset = engine.ruleset
    for table in ruleset.snapshot().tables:
        for chain in ruleset.chains(table):
            for held in ruleset.rules(table.version, table.name, chain):
                words = tuple(word.strip('"') for word in save_line(held.body).split()[2:])
                with engine.transaction() as tx:
                    IptRule(table.version, table.name, chain, words).delete(tx)
                assert lines(engine.ruleset) != whole
                assert net_additions(changes(engine, *wanted)) == 1, save_line(held.body)
                assert lines(engine.ruleset) == whole


def test_a_flushed_chain_is_filled_again(engine: Engine) -> None:
    wanted = (Wanted(FRONT, (WEB,)), Wanted(BACK))
    apply(engine, *wanted)
    whole = lines(engine.ruleset)
    with engine.transaction() as tx:
        tx.flush_chain(IPVersion.V4, "filter", "FORWARD")
    assert apply(engine, *wanted).kept == ("front", "back")
    assert lines(engine.ruleset) == whole
    assert states(engine)["front"].made_by is MadeBy.APPLY
    assert changes(engine, *wanted) == ()


def test_a_jump_belongs_on_top(engine: Engine) -> None:
    apply(engine, Wanted(FRONT))
    with engine.transaction() as tx:
        IptRule(IPVersion.V4, "filter", "FORWARD", ("-i", "eth0", "-j", "DROP")).insert(tx)
    apply(engine, Wanted(FRONT))
    forward = [
        save_line(held.body) for held in engine.ruleset.rules(IPVersion.V4, "filter", "FORWARD")
    ]
    assert forward[:3] == [
        "-A FORWARD -j DOCKER-USER",
        "-A FORWARD -j DOCKER-ISOLATION-STAGE-1",
        "-A FORWARD -i eth0 -j DROP",
    ]


def test_networks_made_by_hand_or_by_others_are_left_alone(engine: Engine) -> None:
    docker0 = replace(BACK, name="docker0", bridge="docker0", subnet_v4=IPv4Network("10.9.0.0/16"))
    make_by_hand(engine, BACK)
    make_by_others(engine, docker0, replace(WEB, address=IPv4Address("10.9.0.2"), host_port=1))
    apply(engine, Wanted(FRONT, (WEB,)))
    apply(engine)
    assert {name: state.made_by for name, state in states(engine).items()} == {
        "back": MadeBy.HAND,
        "docker0": MadeBy.OTHERS,
    }
    assert len(states(engine)["docker0"].ports) == 1


def test_dockers_own_network_is_wanted_as_it_is(engine: Engine) -> None:
    make_by_others(engine, FRONT, WEB)
    assert changes(engine, Wanted(FRONT)) == ()
    assert states(engine)["br-front"].ports == (WEB,)


def clashing(engine: Engine, *wanted: WantedNetwork) -> str:
    before = engine.ruleset.snapshot()
    with pytest.raises(Conflict) as caught:
        apply(engine, *wanted)
    assert engine.ruleset.snapshot() == before
    return str(caught.value)


def test_conflicts_with_what_is_left_alone(engine: Engine) -> None:
    make_by_hand(engine, FRONT, WEB)
    assert clashing(engine, Wanted(FRONT)) == (
        "network front: a network of this name is there already, made by hand: take another name, "
        "or remove that one first"
    )
    other = replace(FRONT, name="other", subnet_v4=IPv4Network("172.20.0.0/16"))
    assert clashing(engine, Wanted(other)) == (
        "network other: bridge br-front has rules already, as network front, made by hand: "
        "take another bridge name"
    )
    overlapping = replace(BACK, subnet_v4=IPv4Network("172.18.128.0/20"))
    assert clashing(engine, Wanted(overlapping)) == (
        "network back: its subnet 172.18.128.0/20 overlaps 172.18.0.0/16 of network front, "
        "made by hand: take another subnet"
    )
    port = replace(WEB, address=IPv4Address("172.19.0.2"))
    taken = "host port 8080/tcp is published already by network front: take another host port"
    assert clashing(engine, Wanted(BACK, (port,))) == (
        f"network back: 0.0.0.0:8080->172.19.0.2:80/tcp: {taken}"
    )
    one_address = replace(port, host_address=IPv4Address("198.51.100.1"))
    assert taken in clashing(engine, Wanted(BACK, (one_address,)))
    for free in (replace(port, protocol="udp"), replace(port, host_port=8081)):
        apply(engine, Wanted(BACK, (free,)))


def test_conflicts_with_others_differing_networks(engine: Engine) -> None:
    make_by_others(engine, FRONT)
    assert clashing(engine, Wanted(replace(FRONT, icc=False))) == (
        "network front: bridge br-front has rules already, as network br-front, not made by "
        "nfcore: take another bridge name"
    )


def test_routed_ports_take_no_host_port(engine: Engine) -> None:
    make_by_hand(engine, replace(FRONT, gateway_mode_v4=GatewayMode.ROUTED), WEB)
    apply(engine, Wanted(BACK, (replace(WEB, address=IPv4Address("172.19.0.2")),)))
    make_by_hand(
        engine, replace(FRONT, name="more", bridge="br1", subnet_v4=IPv4Network("10.0.0.0/8"))
    )
    routed = replace(BACK, gateway_mode_v4=GatewayMode.ROUTED)
    apply(engine, Wanted(routed, (replace(WEB, address=IPv4Address("172.19.0.2")),)))


def test_conflicts_among_what_is_wanted(engine: Engine) -> None:
    assert "network front is there already" in clashing(
        engine, Wanted(FRONT), Wanted(replace(BACK, name="front"))
    )
    twice = replace(WEB, host_address=IPv4Address("198.51.100.1"))
    assert "is published already" in clashing(engine, Wanted(FRONT, (WEB, twice)))


def test_ports_must_fit_their_network(engine: Engine) -> None:
    for spec, port, message in (
        (replace(FRONT, internal=True), WEB, "front is internal: no port can be published on it"),
        (BACK, WEB, "container 172.18.0.2 is not in subnet 172.19.0.0/16 of network back"),
        (
            replace(FRONT, subnet_v4=None, subnet_v6=IPv6Network("fd00::/64")),
            WEB,
            "network front has no IPv4 subnet for 172.18.0.2",
        ),
    ):
        with pytest.raises(InvalidInput, match=message):
            apply(engine, Wanted(spec, (port,)))
    assert recognize(engine.ruleset) == ()


def test_a_change_of_hairpin_mode_changes_every_network_and_the_jump(engine: Engine) -> None:
    apply(engine, Wanted(FRONT, (WEB,)))
    hairpin = driver_for(hairpin=True)
    assert apply(engine, Wanted(FRONT, (WEB,)), driver=hairpin).changed == ("front",)
    fresh = Engine(FakeExecutor())
    apply(fresh, Wanted(FRONT, (WEB,)), driver=hairpin)
    assert lines(engine.ruleset) == lines(fresh.ruleset)
    assert changes(engine, Wanted(FRONT, (WEB,)), driver=hairpin) == ()


def test_a_jump_that_others_need_stays(engine: Engine) -> None:
    make_by_hand(engine, BACK)
    apply(engine, Wanted(FRONT), driver=driver_for(hairpin=True))
    output = [save_line(held.body) for held in engine.ruleset.rules(IPVersion.V4, "nat", "OUTPUT")]
    assert len(output) == 2


def test_a_routed_port_may_change_its_host_address(engine: Engine) -> None:
    routed = replace(
        FRONT, subnet_v6=IPv6Network("fd00:18::/64"), gateway_mode_v6=GatewayMode.ROUTED
    )
    port = PublishedPort(address=IPv6Address("fd00:18::2"), port=80, host_port=8080)
    moved = replace(port, host_address=IPv6Address("fd00:99::1"))
    apply(engine, Wanted(routed, (port,)))
    apply(engine, Wanted(routed, (moved,)))
    assert states(engine)["front"].ports == (moved,)
    assert changes(engine, Wanted(routed, (moved,))) == ()


@pytest.mark.parametrize("version", IPVersion)
def test_replies_are_accepted_before_the_jump_that_comes_back(
    engine: Engine, version: IPVersion
) -> None:
    both = Wanted(replace(FRONT, subnet_v6=IPv6Network("fd00:18::/64")))
    apply(engine, both, Wanted(BACK))
    jump = IptRule(version, "filter", "FORWARD", ("-o", "br-front", "-j", "DOCKER"))
    with engine.transaction() as transaction:
        jump.delete(transaction)
    apply(engine, both, Wanted(BACK))
    lines = [save_line(rule.body) for rule in engine.ruleset.rules(version, "filter", "FORWARD")]
    replies = "-A FORWARD -o br-front -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    assert lines.index(replies) == lines.index("-A FORWARD -o br-front -j DOCKER") - 1
    assert changes(engine, both, Wanted(BACK)) == ()
