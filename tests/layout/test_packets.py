"""Real packets: the same topology programmed three times gives each the same way and source."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network, IPv6Network, ip_address

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pyroute2 import netns as netns_tools

from nfcore.bridge import Driver, DriverConfig, Link, NetworkSpec, PublishedPort
from nfcore.engine import Engine, IptRule
from nfcore.executor import open_executor
from nfcore.explain import as_text
from nfcore.host import survey
from nfcore.layout import Layout, RulesLayout, SetsLayout
from tests.bridge.legacy import LegacyFirewall
from tests.bridge.strategies import Wanted, configs
from tests.layout.explaining import foretold
from tests.layout.lab import HOST, HOST_PORTS, OUTSIDE, Outcome, PacketLab, Probe, container
from tests.layout.neighbourhoods import neighbourhoods
from tests.layout.networks import program_networks
from tests.translate.evaluate.lab.namespaces import run
from translate import IPVersion

MASQUERADED = {4: HOST[4][0], 6: HOST[6][-1]}
"""The addresses that the kernel chooses towards outside."""
EXAMPLES = int(os.environ.get("NFCORE_LAB_EXAMPLES", "4"))
"""How many topologies are programmed; ``make explore`` asks for more."""
EXPLAINED = 40
"""How many of a topology's packets are explained, once for each program."""

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
    def with_layout(router: str, driver: Driver, topology: tuple[Wanted, ...]) -> None:
        layout = kind(driver)
        executor = open_executor("nftables", netns=router)  # with the legacy tables for CHECKSUM
        with Engine(executor) as engine, engine.transaction() as transaction:
            program_networks(transaction, layout, topology, policy="drop")

    return with_layout


PROGRAMS: Mapping[str, Callable[[str, Driver, tuple[Wanted, ...]], None]] = {
    "docker": by_docker,
    "rules": by_layout(RulesLayout),
    "sets": by_layout(SetsLayout),
}


def clear(router: str) -> None:
    run(router, ["nft", "flush", "ruleset"])
    for program in ("iptables-legacy", "ip6tables-legacy"):
        for table in ("filter", "nat", "mangle"):
            run(router, [program, "-t", table, "-F"])
            run(router, [program, "-t", table, "-X"])
        run(router, [program, "-P", "FORWARD", "ACCEPT"])


def check_explanations(
    lab: PacketLab, name: str, probes: Sequence[Probe], found: Mapping[Probe, Outcome]
) -> None:
    """Real packets do what `nfcore explain` says of them."""
    told = survey(backend="legacy" if name == "docker" else "nftables", netns=lab.router)
    for probe in probes:
        expected, explanation = foretold(told, probe)
        assert found.get(probe) == expected, "\n".join([name, str(probe), *as_text(explanation)])


@given(topology=neighbourhoods(), config=configs)
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.usefixtures("own_lock")
def test_all_three_agree(
    lab: PacketLab, topology: tuple[Wanted, ...], config: DriverConfig
) -> None:
    probes = [*lab.probes()]
    found: dict[str, dict[Probe, Outcome]] = {}
    for name, program in PROGRAMS.items():
        clear(lab.router)
        program(lab.router, Driver(config=config), topology)
        found[name] = lab.outcomes(probes, expected=found.get("docker"))
        check_explanations(lab, name, random.sample(probes, EXPLAINED), found[name])
    clear(lab.router)
    differing = {
        probe: [found[name].get(probe) for name in PROGRAMS]
        for probe in probes
        if len({found[name].get(probe) for name in PROGRAMS}) > 1
    }
    assert not differing
    assert any(found["docker"].values())


@pytest.mark.usefixtures("own_lock")
@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("version", [4, 6])
def test_sctp_is_published(lab: PacketLab, name: str, version: int) -> None:
    """Its checksums, which DNAT makes anew, are right where they arrive, CHECKSUM or not."""
    locked, free = (
        NetworkSpec(
            name=f"net{number}",
            bridge=f"br{number}",
            subnet_v4=IPv4Network(f"10.{number}.0.0/24"),
            subnet_v6=IPv6Network(f"fd00:{number}::/64"),
            icc=number == 2,
        )
        for number in (1, 2)
    )
    inner, other, hairpin = (container(*who, version) for who in ((1, 2), (1, 3), (2, 2)))
    topology = (
        Wanted(
            locked,
            (_sctp_port(inner, HOST_PORTS[0]),),
            (Link(parent=ip_address(other), child=ip_address(inner), port=5432, protocol="sctp"),),
        ),
        Wanted(free, (_sctp_port(hairpin, HOST_PORTS[2]),)),
    )
    driver = Driver(config=DriverConfig(enable_userland_proxy=False, sctp_checksum=True))
    clear(lab.router)
    PROGRAMS[name](lab.router, driver, topology)
    host = HOST[version][0]
    probes = {
        Probe("outside", "sctp", host, HOST_PORTS[0]): Outcome("c1.2", OUTSIDE[version]),
        Probe("outside", "sctp", host, HOST_PORTS[1]): Outcome("router", OUTSIDE[version]),
        Probe("outside", "sctp", inner, 80): Outcome("c1.2", OUTSIDE[version]),
        Probe("outside", "sctp", inner, 5432): None,
        Probe("c1.3", "sctp", inner, 5432): Outcome("c1.2", other),
        Probe("c1.2", "sctp", other, 5432): None,
        Probe("c2.2", "sctp", host, HOST_PORTS[2]): Outcome("c2.2", container(2, 1, version)),
        Probe("c2.3", "sctp", host, HOST_PORTS[2]): Outcome("c2.2", container(2, 3, version)),
        Probe("c1.3", "sctp", OUTSIDE[version], 80): Outcome("outside", MASQUERADED[version]),
    }
    found = lab.outcomes([*probes], expected=[p for p, outcome in probes.items() if outcome])
    clear(lab.router)
    assert {probe: found.get(probe) for probe in probes} == probes


def _sctp_port(address: str, host_port: int) -> PublishedPort:
    return PublishedPort(address=ip_address(address), port=80, protocol="sctp", host_port=host_port)
