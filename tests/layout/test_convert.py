"""From one layout into the other, in one transaction; and what is detected of a host."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings

from nfcore.bridge import (
    Driver,
    DriverConfig,
    MadeBy,
    NetworkSpec,
    NetworkState,
    PublishedPort,
    Recorder,
    program_link,
)
from nfcore.engine import Engine, Ruleset
from nfcore.exceptions import InvalidInput
from nfcore.executor import FakeExecutor
from nfcore.host import Host, save_text
from nfcore.layout import (
    Layout,
    RulesLayout,
    SetsLayout,
    convert,
    layout_named,
    layout_of,
)
from tests.bridge.strategies import Wanted, configs, topologies
from tests.layout.histories import History, histories, play
from tests.layout.networks import BACK, FRONT, LINK, WEB, fill
from translate import IPAddress, IPVersion


def text(ruleset: Ruleset) -> list[str]:
    return [save_text(ruleset, version) for version in IPVersion]


@given(histories(max_networks=2, max_steps=8), configs)
@settings(max_examples=25)
def test_there_and_back(history: History, config: DriverConfig) -> None:
    engine = Engine(FakeExecutor())
    rules: Layout = RulesLayout(Driver(config=config))
    sets: Layout = SetsLayout(Driver(config=config))
    play(history, engine, rules)
    states = rules.networks(engine.ruleset)
    for old, new in ((rules, sets), (sets, rules)):
        with engine.transaction() as transaction:
            convert(transaction, old, new)
        assert layout_of(engine.ruleset).name == new.name
        assert specs(new.networks(engine.ruleset)) == specs(states)
    assert not any(table.sets for table in engine.ruleset.snapshot().tables.values())


def specs(states: tuple[NetworkState, ...]) -> list[object]:
    return [(s.spec, s.ports, s.links, s.made_by) for s in states]


@given(topologies(max_networks=2), configs)
@settings(max_examples=15)
def test_apply_converts_and_then_has_nothing_to_do(
    topology: tuple[Wanted, ...], config: DriverConfig
) -> None:
    host = Host(Engine(FakeExecutor()), userland_proxy=not config.hairpin)
    host.apply(topology)
    before = [host.save(version) for version in IPVersion]
    converted = host.apply(topology, layout="sets")
    assert converted.networks.kept == tuple(wanted.spec.name for wanted in topology)
    assert [host.save(version) for version in IPVersion] == before
    assert not host.apply(topology).changed
    assert not host.apply(topology, layout="sets").changed
    host.apply((), layout=None)
    assert host.networks() == ()
    host.close()


def test_others_networks_stay_rules() -> None:
    engine = Engine(FakeExecutor())
    rules, sets = RulesLayout(), SetsLayout()
    with engine.transaction() as transaction:
        rules.ensure_started(transaction)
        rules.create_network(transaction, FRONT, made_by=MadeBy.APPLY)
        rules.create_network(transaction, BACK)
    foreign = Engine(FakeExecutor.parse(without_tags(engine)))
    with foreign.transaction() as transaction:
        assert convert(transaction, rules, sets) == ()
        sets.create_network(transaction, FRONT)  # is there, as rules
    assert [state.made_by for state in sets.networks(foreign.ruleset)] == [MadeBy.OTHERS] * 2
    assert not len(foreign.ruleset.named_set(sets._names[0].same) or ())


def without_tags(engine: Engine) -> str:
    executor = engine._executor
    assert isinstance(executor, FakeExecutor)
    lines = executor.dump().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("# tag"))


def test_leaks_of_the_sets_are_taken_out() -> None:
    engine = Engine(FakeExecutor())
    fill(engine, SetsLayout())
    host = Host(engine)
    leaks = host.fix_leaks([Inhabitants(FRONT)])
    assert leaks
    (front,) = host.networks()
    assert (front.spec, front.ports, front.links) == (FRONT, (), (LINK,))
    assert not host.leaks([Inhabitants(FRONT)])


def test_rules_for_links_and_hairpin_ports_stand_for_elements() -> None:
    engine = Engine(FakeExecutor())
    layout = SetsLayout(Driver(config=DriverConfig(enable_userland_proxy=False)))
    fill(engine, layout)
    with engine.transaction() as transaction:
        recorder = Recorder()
        program_link(recorder, LINK, FRONT.bridge, "append")
        layout.remove_rules(transaction, recorder.rules)
        layout.remove_rules(transaction, layout.driver.port_rules(FRONT, [WEB]))
    (front, *_) = layout.networks(engine.ruleset)
    assert (WEB in front.ports, front.links) == (False, ())
    assert not [
        element
        for table, state in engine.ruleset.snapshot().tables.items()
        if table.version is IPVersion.V4
        for name in ("hairpin", "any_address", "any_port", "links", "replies")
        if name in state.sets
        for element in state.sets[name].elements
    ]


@dataclass(frozen=True)
class Inhabitants:
    """A network as a file describes it, without a container."""

    spec: NetworkSpec
    ports: tuple[PublishedPort, ...] = ()
    addresses: frozenset[IPAddress] | None = frozenset()


def test_layouts_by_name() -> None:
    assert layout_named("sets").name == "sets"
    assert layout_named("rules").name == "rules"
    with pytest.raises(InvalidInput, match="no layout 'tables': rules, sets"):
        layout_named("tables")
