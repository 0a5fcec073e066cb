"""Real packets: the same topology programmed three times gives each the same way and source."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pyroute2 import netns as netns_tools

from nfcore.bridge import Driver, DriverConfig
from nfcore.engine import Engine, IptRule
from nfcore.executor import CffiExecutor
from nfcore.layout import Layout, RulesLayout, SetsLayout
from tests.bridge.legacy import LegacyFirewall
from tests.bridge.strategies import Wanted, configs
from tests.layout.lab import PacketLab
from tests.layout.neighbourhoods import neighbourhoods
from tests.translate.evaluate.lab.namespaces import run
from translate import IPVersion

EXAMPLES = int(os.environ.get("NFCORE_LAB_EXAMPLES", "4"))
"""How many topologies are programmed; ``make explore`` asks for more."""

pytestmark = pytest.mark.xdist_group("packet-lab")


@pytest.fixture(scope="module")
def lab() -> Iterator[PacketLab]:
    with PacketLab.open() as opened:
        yield opened


class RememberingFirewall(LegacyFirewall):
    """Knows by itself what is there: ip6tables-legacy -C (1.8.9) takes one rule for another."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        super().__init__(thread)
        self._there: set[IptRule] = set()

    def exists(self, rule: IptRule) -> bool:
        return rule in self._there

    def append(self, rule: IptRule, *, tag: str | None = None) -> None:
        super().append(rule, tag=tag)
        self._there.add(rule)

    def insert(self, rule: IptRule, *, tag: str | None = None) -> None:
        super().insert(rule, tag=tag)
        self._there.add(rule)

    def delete(self, rule: IptRule) -> None:
        super().delete(rule)
        self._there.discard(rule)


def by_docker(router: str, driver: Driver, topology: tuple[Wanted, ...]) -> None:
    """iptables-legacy, a command for every rule."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(netns_tools.setns, router).result()
        firewall = RememberingFirewall(thread)
        driver.start(firewall)
        for wanted in topology:
            driver.create_network(firewall, wanted.spec)
        for wanted in topology:
            for port in wanted.ports:
                driver.publish(firewall, wanted.spec, port)
            for link in wanted.links:
                driver.link(firewall, wanted.spec, link)
        for version in IPVersion:
            firewall.set_policy(version, "filter", "FORWARD", "drop")


def by_layout(kind: type[Layout]) -> Callable[[str, Driver, tuple[Wanted, ...]], None]:
    def program(router: str, driver: Driver, topology: tuple[Wanted, ...]) -> None:
        layout = kind(driver)
        with Engine(CffiExecutor(netns=router)) as engine, engine.transaction() as transaction:
            layout.ensure_started(transaction)
            for wanted in topology:
                layout.create_network(transaction, wanted.spec)
            for wanted in topology:
                for port in wanted.ports:
                    layout.publish(transaction, wanted.spec, port)
                for link in wanted.links:
                    layout.link(transaction, wanted.spec, link)
            for version in IPVersion:
                transaction.set_policy(version, "filter", "FORWARD", "drop")

    return program


PROGRAMS: Mapping[str, Callable[[str, Driver, tuple[Wanted, ...]], None]] = {
    "docker": by_docker,
    "rules": by_layout(RulesLayout),
    "sets": by_layout(SetsLayout),
}


def clear(router: str) -> None:
    run(router, ["nft", "flush", "ruleset"])
    for program in ("iptables-legacy", "ip6tables-legacy"):
        for table in ("filter", "nat"):
            run(router, [program, "-t", table, "-F"])
            run(router, [program, "-t", table, "-X"])
        run(router, [program, "-P", "FORWARD", "ACCEPT"])


@given(topology=neighbourhoods(), config=configs)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_all_three_agree(
    lab: PacketLab, topology: tuple[Wanted, ...], config: DriverConfig
) -> None:
    probes = [*lab.probes()]
    found = {}
    for name, program in PROGRAMS.items():
        clear(lab.router)
        program(lab.router, Driver(config=config), topology)
        found[name] = lab.outcomes(probes)
    clear(lab.router)
    differing = {
        probe: [found[name].get(probe) for name in PROGRAMS]
        for probe in probes
        if len({found[name].get(probe) for name in PROGRAMS}) > 1
    }
    assert not differing
    assert any(found["docker"].values())
