"""Every packet gets the same verdict and the same addresses from both layouts."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from nfcore.bridge import Driver, DriverConfig, NetworkSpec
from nfcore.engine import Engine
from nfcore.executor import FakeExecutor
from nfcore.layout import RulesLayout, SetsLayout
from tests.bridge.strategies import Wanted, configs
from tests.layout.decoding import decoded, evaluating_lookups, undecoded
from tests.layout.histories import History, histories, play
from tests.layout.neighbourhoods import neighbourhoods
from tests.layout.packets import environment, packets
from translate import IPVersion
from translate.evaluate import Packet, Policy, walk


@given(st.data(), histories(topology=neighbourhoods(), max_steps=6), configs)
@settings(max_examples=40)
def test_layouts_agree(data: st.DataObject, history: History, config: DriverConfig) -> None:
    rules, sets = (Engine(FakeExecutor()) for _ in range(2))
    play(history, rules, RulesLayout(Driver(config=config)))
    play(history, sets, SetsLayout(Driver(config=config)))
    host = environment(history.topology)
    policies: tuple[Policy, ...] = ("DROP", "ACCEPT")
    forward = data.draw(st.sampled_from(policies))
    for version in IPVersion:
        as_rules = undecoded(rules.ruleset.snapshot(), version, forward=forward)
        as_sets = decoded(sets.ruleset.snapshot(), version, forward=forward)
        for packet in data.draw(
            st.lists(packets(history.topology, version), min_size=20, max_size=40)
        ):
            expected = walk(packet, as_rules, host)
            with evaluating_lookups():
                found = walk(packet, as_sets, host)
            if (found.outcome, found.packet) != (expected.outcome, expected.packet):
                note("\n".join(str(step) for step in expected.steps))
                note("\n".join(str(step.place) for step in found.steps))
            assert expected.uncertain == found.uncertain == ()
            assert (found.outcome, found.packet) == (expected.outcome, expected.packet)


@pytest.mark.parametrize("newer_has_address", [True, False])
def test_the_newer_network_translates_what_the_host_sends_into_it(newer_has_address: bool) -> None:
    address = IPv4Address("192.0.2.8")
    older, newer = (
        NetworkSpec(
            name=f"net{index}",
            bridge=f"br{index}",
            subnet_v4=IPv4Network(f"10.{index}.0.0/16"),
            host_ipv4=address if (index == 2) is newer_has_address else None,
        )
        for index in (1, 2)
    )
    topology = (Wanted(older), Wanted(newer))
    history = History(topology, (("create", 0, 0), ("create", 0, 0)))
    config = DriverConfig(enable_userland_proxy=False)
    rules, sets = (Engine(FakeExecutor()) for _ in range(2))
    play(history, rules, RulesLayout(Driver(config=config)))
    play(history, sets, SetsLayout(Driver(config=config)))
    as_rules = undecoded(rules.ruleset.snapshot(), IPVersion.V4, forward="DROP")
    as_sets = decoded(sets.ruleset.snapshot(), IPVersion.V4, forward="DROP")
    sources = set()
    for source, destination in (("10.1.0.1", "10.2.0.9"), ("10.2.0.1", "10.1.0.9")):
        packet = Packet(
            source=IPv4Address(source),
            destination=IPv4Address(destination),
            protocol=6,
            sport=40000,
            dport=80,
        )
        expected = walk(packet, as_rules, environment(topology))
        with evaluating_lookups():
            found = walk(packet, as_sets, environment(topology))
        assert (found.outcome, found.packet) == (expected.outcome, expected.packet)
        sources.add(expected.packet.source)
    assert (address in sources) is newer_has_address
