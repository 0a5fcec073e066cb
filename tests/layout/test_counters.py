"""What networks and ports have forwarded is told in both layouts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nfcore.bridge import GatewayMode, NetworkState
from nfcore.engine import Engine
from nfcore.executor import CffiExecutor, FakeExecutor
from nfcore.host import save_text
from nfcore.layout import RulesLayout, SetsLayout
from tests.layout.networks import BACK, FRONT, WEB, WEB_6, fill
from tests.netns import in_netns
from translate import Counters, IPVersion


def by_name(states: tuple[NetworkState, ...]) -> dict[str, NetworkState]:
    return {state.spec.name: state for state in states}


def test_rules_count() -> None:
    executor = FakeExecutor()
    fill(Engine(executor), RulesLayout())
    counted = executor.dump()
    for line, counters in (
        ("-A FORWARD -o br-front -j DOCKER", "[2:100]"),
        ("-A FORWARD -i br-front '!' -o br-front -j ACCEPT", "[3:1000]"),
        ("-A FORWARD -i br-back -o br-back -j DROP", "[7:70]"),
        ("-A DOCKER '!' -i br-front -p tcp -m tcp --dport 8080", "[5:500]"),
    ):
        assert f"[0:0] {line}" in counted
        counted = counted.replace(f"[0:0] {line}", f"{counters} {line}", 1)
    states = by_name(RulesLayout().networks(Engine(FakeExecutor.parse(counted)).ruleset))
    assert states["front"].counters == Counters(packets=5, bytes=1100)
    assert states["back"].counters == Counters(packets=7, bytes=70)
    assert states["front"].port_counters == {
        WEB: Counters(packets=5, bytes=500),
        WEB_6: Counters(),
    }


@pytest.mark.parametrize("mode", [GatewayMode.NAT, GatewayMode.ROUTED])
def test_elements_count(netns: str, mode: GatewayMode) -> None:
    layout = SetsLayout()
    spec = replace(FRONT, gateway_mode_v4=mode)
    with Engine(CffiExecutor(netns=netns)) as engine, engine.transaction() as transaction:
        layout.ensure_started(transaction)
        layout.create_network(transaction, spec)
        layout.create_network(transaction, BACK)
        layout.publish(transaction, spec, WEB)
    count(netns, "filter", "forwarded", '"br-front"', 5)
    count(netns, "filter", "icc_off", '"br-back" . "br-back"', 7)
    if mode is GatewayMode.NAT:
        count(netns, "nat", "any_address", "tcp . 8080", 3)
    else:
        count(netns, "filter", "published", '"br-front" . 10.1.0.2 . tcp . 80', 3)
    with Engine(CffiExecutor(netns=netns)) as engine:
        states = by_name(layout.networks(engine.ruleset))
        saved = save_text(layout.expand(engine.ruleset), IPVersion.V4, counters=True)
    assert states["front"].counters == Counters(packets=5, bytes=500)
    assert states["back"].counters == Counters(packets=7, bytes=700)
    assert states["front"].port_counters == {WEB: Counters(packets=3, bytes=300)}
    # An element that one rule stands for has its counters; `forwarded` counts for three at once.
    opened = "-A DOCKER -d 10.1.0.2/32 ! -i br-front -o br-front -p tcp -m tcp --dport 80 -j ACCEPT"
    port = {
        GatewayMode.NAT: "[3:300] -A DOCKER ! -i br-front -p tcp -m tcp --dport 8080 -j DNAT",
        GatewayMode.ROUTED: f"[3:300] {opened}",
    }
    assert port[mode] in saved
    assert "[7:700] -A FORWARD -i br-back -o br-back -j DROP" in saved
    assert "[0:0] -A FORWARD -i br-front ! -o br-front -j ACCEPT" in saved


def count(netns: str, table: str, name: str, key: str, packets: int) -> None:
    """Put an element in again with other counters."""
    listed = in_netns(netns, ["nft", "list", "table", "ip", table]).stdout
    element = next(
        found
        for line in listed.splitlines()
        for found in line.split("elements = {")[-1].strip(" }").split(", ")
        if found.strip().startswith(f"{key} counter packets 0 bytes 0")
    )
    counted = element.replace(
        "counter packets 0 bytes 0", f"counter packets {packets} bytes {packets * 100}"
    )
    in_netns(netns, ["nft", f"delete element ip {table} {name} {{ {key} }}"])
    in_netns(netns, ["nft", f"add element ip {table} {name} {{ {counted} }}"])
