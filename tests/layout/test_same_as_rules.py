"""After the same history, the layout of sets tells and saves what the layout of rules does."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from nfcore.bridge import Driver, DriverConfig, MadeBy, NetworkState
from nfcore.engine import Engine
from nfcore.executor import FakeExecutor
from nfcore.host import save_text
from nfcore.layout import Layout, RulesLayout, SetsLayout
from nfcore.operations import SetState, Snapshot, TableRef
from tests.bridge.strategies import Wanted, configs, topologies
from tests.layout.histories import History, histories, play
from translate import IPVersion


def as_rules_tell(states: tuple[NetworkState, ...]) -> list[NetworkState]:
    """Not all rules tell of hairpin mode, nor of the order of internal networks.

    (Of two that have no IP version in common no rules stand above one another.)
    """
    known = [replace(state, hairpin=None) for state in states]
    return sorted(known, key=lambda state: state.spec.bridge)


def saved(engine: Engine, layout: Layout) -> list[str]:
    ruleset = layout.expand(engine.ruleset)
    return [line for version in IPVersion for line in save_text(ruleset, version).splitlines()]


@given(histories(), configs)
@settings(max_examples=60)
def test_histories(history: History, config: DriverConfig) -> None:
    layouts = [RulesLayout(Driver(config=config)), SetsLayout(Driver(config=config))]
    engines = [Engine(FakeExecutor()) for _ in layouts]
    for engine, layout in zip(engines, layouts, strict=True):
        play(history, engine, layout)
    rules, sets = zip(engines, layouts, strict=True)
    assert saved(*sets) == saved(*rules)
    states = [layout.networks(engine.ruleset) for engine, layout in (sets, rules)]
    assert as_rules_tell(states[0]) == as_rules_tell(states[1])


def sets_of(snapshot: Snapshot) -> dict[TableRef, dict[str, SetState]]:
    return {ref: dict(table.sets) for ref, table in snapshot.tables.items()}


@given(topologies(), configs, st.sampled_from([MadeBy.APPLY, MadeBy.HAND]))
@settings(max_examples=40)
def test_networks_come_back_as_they_were_asked_for(
    topology: tuple[Wanted, ...], config: DriverConfig, made_by: MadeBy
) -> None:
    engine, layout = Engine(FakeExecutor()), SetsLayout(Driver(config=config))
    with engine.transaction() as transaction:
        layout.ensure_started(transaction)
    started = engine.ruleset.snapshot()
    with engine.transaction() as transaction:
        for wanted in topology:
            layout.create_network(transaction, wanted.spec, made_by=made_by)
    states = layout.networks(engine.ruleset)
    assert [state.spec for state in states] == [wanted.spec for wanted in topology]
    assert all(state.made_by is made_by for state in states)
    with engine.transaction() as transaction:
        for wanted in topology:
            layout.create_network(transaction, wanted.spec, made_by=made_by)
        assert transaction.operations() == ()
    with engine.transaction() as transaction:
        for state in states:
            layout.delete_network(transaction, state.spec, hairpin=state.hairpin)
    assert sets_of(engine.ruleset.snapshot()) == sets_of(started)
    with engine.transaction() as transaction:
        layout.stop(transaction)
    assert not any(table.sets for table in engine.ruleset.snapshot().tables.values())
