"""Many networks in one call are what they are in as many calls."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nfcore.bridge import Driver, DriverConfig, MadeBy, NetworkParts, NetworkSpec, PublishedPort
from nfcore.engine import Engine, Transaction
from nfcore.exceptions import CommitRefused, Conflict, InvalidInput
from nfcore.executor import FakeExecutor
from nfcore.layout import Layout, RulesLayout, SetsLayout
from nfcore.layout.sets._comments import number_of
from nfcore.layout.sets._names import names_of
from nfcore.operations import AddElements, ElementKey, Operation, SetElement, Snapshot, each_element
from tests.bridge.strategies import Wanted, configs, topologies
from tests.layout.networks import FIXED, FRONT, WEB
from translate import IPVersion

LAYOUTS = st.sampled_from([RulesLayout, SetsLayout])
HAIRPIN = DriverConfig(enable_userland_proxy=False)


def one_by_one(
    transaction: Transaction, layout: Layout, networks: Sequence[Wanted], made_by: MadeBy
) -> None:
    for network in networks:
        layout.create_network(transaction, network.spec, made_by=made_by)
        for port in network.ports:
            layout.publish(transaction, network.spec, port)
        for link in network.links:
            layout.link(transaction, network.spec, link)


def together(
    transaction: Transaction, layout: Layout, networks: Sequence[Wanted], made_by: MadeBy
) -> None:
    told: list[int] = []
    layout.create_networks(transaction, networks, made_by=made_by, progress=told.append)
    assert told == [*range(1, len(networks) + 1)]


def pictured(snapshot: Snapshot) -> object:
    """Without rules' handles, and of elements' numbers their order alone: gaps don't matter."""
    numbers = sorted(
        {
            number
            for state in snapshot.tables.values()
            for held in state.sets.values()
            for element in held.elements.values()
            if (number := number_of(element.comment)) is not None
        }
    )

    def ranked(element: SetElement) -> SetElement:
        number = number_of(element.comment)
        if number is None or element.comment is None:
            return element
        rank = f"{numbers.index(number)}{element.comment.removeprefix(number)}"
        return element._replace(comment=rank)

    return {
        table: (
            {
                name: (chain.base, [(rule.body, rule.tag) for rule in chain.rules])
                for name, chain in state.chains.items()
            },
            {
                name: (held.type, {key: ranked(one) for key, one in held.elements.items()})
                for name, held in state.sets.items()
            },
        )
        for table, state in snapshot.tables.items()
    }


@settings(max_examples=40)
@given(topologies(), configs, LAYOUTS, st.sampled_from([MadeBy.APPLY, MadeBy.HAND]), st.data())
def test_they_come_and_go(
    topology: tuple[Wanted, ...],
    config: DriverConfig,
    kind: type[Layout],
    made_by: MadeBy,
    data: st.DataObject,
) -> None:
    before = data.draw(st.integers(0, len(topology)), label="there already")
    layout = kind(Driver(config=config))
    engines = [Engine(FakeExecutor()) for _ in range(2)]
    for engine, create in zip(engines, (one_by_one, together), strict=True):
        with engine.transaction() as transaction:
            layout.ensure_started(transaction)
        with engine.transaction() as transaction:
            one_by_one(transaction, layout, topology[:before], made_by)
        with engine.transaction() as transaction:
            create(transaction, layout, topology, made_by)
    first, second = (pictured(engine.ruleset.snapshot()) for engine in engines)
    assert first == second

    states = layout.networks(engines[0].ruleset)
    with engines[0].transaction() as transaction:
        for state in states:
            layout.delete_network(
                transaction,
                state.spec,
                ports=state.ports,
                links=state.links,
                hairpin=state.hairpin,
            )
    with engines[1].transaction() as transaction:
        layout.delete_networks(transaction, states)
    first, second = (pictured(engine.ruleset.snapshot()) for engine in engines)
    assert first == second


@pytest.fixture
def engine() -> Engine:
    return Engine(FakeExecutor())


def refused(engine: Engine, layout: Layout, *networks: NetworkParts) -> None:
    """Nothing of a refused call stays in the transaction."""
    with engine.transaction() as transaction:
        layout.ensure_started(transaction)
    with engine.transaction() as transaction:
        try:
            layout.create_networks(transaction, networks)
        finally:
            assert transaction.operations() == ()


def alike(name: str, spec: NetworkSpec = FRONT) -> NetworkSpec:
    return replace(spec, name=name, bridge=f"br-{name}")


@pytest.mark.parametrize("config", [DriverConfig(), HAIRPIN], ids=["proxy", "hairpin"])
@pytest.mark.parametrize("spec", [FRONT, FIXED, replace(FRONT, host_ipv4=IPv4Address("192.0.2.1"))])
def test_two_with_one_subnet(engine: Engine, config: DriverConfig, spec: NetworkSpec) -> None:
    layout = SetsLayout(Driver(config=config))
    subnet = spec.subnet_v4
    with pytest.raises(Conflict, match=f"^network twin: subnet {subnet} is another network's$"):
        refused(engine, layout, NetworkParts(spec), NetworkParts(alike("twin", spec)))
    with engine.transaction() as transaction:
        layout.create_network(transaction, spec)
    with pytest.raises(Conflict, match=f"^network twin: subnet {subnet} is another network's$"):
        refused(engine, layout, NetworkParts(alike("twin", spec)))


def test_two_with_one_host_port(engine: Engine) -> None:
    other = replace(
        FRONT, name="other", bridge="br-other", subnet_v4=IPv4Network("10.9.0.0/16"), subnet_v6=None
    )
    port = PublishedPort(address=IPv4Address("10.9.0.2"), port=80, host_port=WEB.host_port)
    networks = NetworkParts(FRONT, (WEB,)), NetworkParts(other, (port,))
    clash = r"^ip nat any_address holds \(6, 8080\) with 10\.1\.0\.2, not 10\.9\.0\.2$"
    with pytest.raises(Conflict, match=clash):
        refused(engine, SetsLayout(), *networks)


def test_a_port_that_does_not_fit(engine: Engine) -> None:
    port = replace(WEB, address=IPv4Address("10.200.0.2"))
    with pytest.raises(InvalidInput, match="network front"):
        refused(engine, SetsLayout(), NetworkParts(FIXED), NetworkParts(FRONT, (port,)))


def test_one_that_is_named_twice_is_one(engine: Engine) -> None:
    layout = SetsLayout()
    with engine.transaction() as transaction:
        layout.create_networks(transaction, [NetworkParts(FRONT), NetworkParts(FRONT, (WEB,))])
    (state,) = layout.networks(engine.ruleset)
    assert (state.spec, state.ports) == (FRONT, (WEB,))


def test_the_line_that_asked_is_named_with_one_element_among_many() -> None:
    executor = Refusing()
    engine, layout = Engine(executor), SetsLayout()
    with engine.transaction() as transaction:
        layout.ensure_started(transaction)
    executor.refused = ("br-fixed",)
    transaction = engine.begin()
    layout.create_networks(transaction, [NetworkParts(FRONT)])
    layout.create_networks(transaction, [NetworkParts(FIXED)])  # this one
    with pytest.raises(CommitRefused) as error:
        transaction.commit()
    assert str(error.value.operation) == "nft add element ip filter isolated { br-fixed }"
    lines, first = inspect.getsourcelines(
        test_the_line_that_asked_is_named_with_one_element_among_many
    )
    place = next(number for number, line in enumerate(lines) if "# this one" in line)
    assert f":{first + place} in " in str(error.value.call_site)


class Refusing(FakeExecutor):
    """Refuses one element, as if the kernel knew why."""

    refused: ElementKey = ()

    def commit(self, operations: Sequence[Operation], *, generation: int | None = None) -> None:
        for index, part in each_element(operations):
            if isinstance(part, AddElements) and self.refused in part.elements:
                raise CommitRefused("no", index=index, operation=part)
        super().commit(operations, generation=generation)


V4_ONLY = replace(FRONT, subnet_v6=None)


@pytest.mark.parametrize("specs", [(V4_ONLY, FRONT), (FRONT, V4_ONLY)], ids=["gains", "loses"])
def test_no_network_loses_its_default_drop(engine: Engine, specs: Sequence[NetworkSpec]) -> None:
    """Where it is created again with another IP version, which nothing but a layout allows."""
    layout = SetsLayout()
    for spec in specs:
        with engine.transaction() as transaction:
            layout.create_network(transaction, spec)
    for version in IPVersion:
        names = names_of(version)
        forwarded, isolated, unguarded = (
            engine.ruleset.named_set(ref)
            for ref in (names.forwarded, names.isolated, names.unguarded)
        )
        assert forwarded is not None
        assert isolated is not None
        assert unguarded is not None
        assert {*forwarded} == {*isolated} == {(FRONT.bridge,)}
        assert {*unguarded} == set()


def test_two_with_one_subnet_that_neither_translates_go_together(engine: Engine) -> None:
    layout = SetsLayout(Driver(config=HAIRPIN))
    first = replace(FRONT, masquerade=False)
    networks = NetworkParts(first), NetworkParts(alike("twin", first))
    with engine.transaction() as transaction:
        layout.ensure_started(transaction)
    started = pictured(engine.ruleset.snapshot())
    for network in networks:
        with engine.transaction() as transaction:
            layout.create_network(transaction, network.spec)
    with engine.transaction() as transaction:
        layout.delete_networks(transaction, networks)
    assert [held for _, held in _sets(pictured(engine.ruleset.snapshot()))] == [
        held for _, held in _sets(started)
    ]


def _sets(picture: object) -> list[tuple[object, object]]:
    assert isinstance(picture, dict)
    return [(table, sets) for table, (_, sets) in picture.items()]


def test_two_ports_behind_one_host_port_can_be_released_at_once(engine: Engine) -> None:
    layout = SetsLayout()
    other = replace(WEB, address=IPv4Address("10.1.0.9"))
    with engine.transaction() as transaction:
        layout.create_networks(transaction, [NetworkParts(FRONT, (WEB,))])
    with engine.transaction() as transaction:
        layout.release(transaction, FRONT, WEB, other)
    (state,) = layout.networks(engine.ruleset)
    assert state.ports == ()


@pytest.mark.parametrize("kind", [RulesLayout, SetsLayout])
def test_a_host_port_that_leads_elsewhere_by_now_stays(engine: Engine, kind: type[Layout]) -> None:
    layout = kind()
    other = replace(WEB, address=IPv4Address("10.1.0.9"))
    with engine.transaction() as transaction:
        layout.ensure_started(transaction)
        layout.create_networks(transaction, [NetworkParts(FRONT, (WEB,))])
    with engine.transaction() as transaction:
        layout.release(transaction, FRONT, other)
    (state,) = layout.networks(engine.ruleset)
    assert state.ports == (WEB,)


def test_nothing_stays_of_ports_that_cannot_be_published(engine: Engine) -> None:
    layout = SetsLayout()
    free = replace(WEB, host_port=8081)
    taken = replace(WEB, address=IPv4Address("10.1.0.9"))
    with engine.transaction() as transaction:
        layout.create_networks(transaction, [NetworkParts(FRONT, (WEB,))])
    with engine.transaction() as transaction:
        with pytest.raises(Conflict, match="any_address holds"):
            layout.publish(transaction, FRONT, free, taken)
        assert transaction.operations() == ()


def test_a_network_keeps_the_mode_that_it_was_made_in(engine: Engine) -> None:
    proxied, hairpin = SetsLayout(), SetsLayout(Driver(config=HAIRPIN))
    with engine.transaction() as transaction:
        proxied.create_network(transaction, FRONT)
        proxied.ensure_started(transaction)
    before = _sets(pictured(engine.ruleset.snapshot()))
    with engine.transaction() as transaction:
        hairpin.create_network(transaction, FRONT)
    assert _sets(pictured(engine.ruleset.snapshot())) == before


def with_element(engine: Engine, key: ElementKey, comment: str) -> None:
    """Somebody else's element among those that tell of networks."""
    with engine.transaction() as transaction:
        SetsLayout().ensure_started(transaction)
    same = names_of(IPVersion.V4).same
    engine.commit(lambda _: [AddElements(same, {key: SetElement(comment=comment)})])


def test_a_bridge_that_is_somebody_elses(engine: Engine) -> None:
    with_element(engine, (FRONT.bridge, FRONT.bridge), "mine")
    with pytest.raises(Conflict, match=r"^network front: bridge br-front is in use by another$"):
        refused(engine, SetsLayout(), NetworkParts(FRONT))


def test_numbers_go_on_whatever_others_note(engine: Engine) -> None:
    with_element(engine, ("x", "x"), "zz")
    layout = SetsLayout()
    for spec in (FRONT, FIXED):
        with engine.transaction() as transaction:
            layout.create_network(transaction, spec)
    assert [state.spec for state in layout.networks(engine.ruleset)] == [FRONT, FIXED]
    held = engine.ruleset.named_set(names_of(IPVersion.V4).same)
    assert held is not None
    numbers = [number_of(element.comment) for _, element in held.items()]
    assert numbers == [None, "00000000", "00000001"]


def test_none_at_all(engine: Engine) -> None:
    layout = SetsLayout()
    with engine.transaction() as transaction:
        layout.create_networks(transaction, [])
        layout.delete_networks(transaction, [])
    assert layout.networks(engine.ruleset) == ()
