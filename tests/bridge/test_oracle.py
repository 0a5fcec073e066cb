"""iptables-legacy, driven with the same arguments in the same order, saves the same rules."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Network

import pytest

from nfcore.bridge import (
    Driver,
    DriverConfig,
    Link,
    NetworkSpec,
    PublishedPort,
    Wsl2Host,
)
from nfcore.engine import Engine, Firewall, IptRule
from nfcore.executor import FakeExecutor
from nfcore.host import save_text
from tests.bridge.combos import COMBINATIONS, driver_for
from tests.bridge.legacy import LegacyFirewall, legacy_firewall
from tests.conftest import new_netns
from translate import IPVersion


@dataclass
class Pair:
    """The engine and iptables-legacy, told the same things."""

    engine: Engine
    legacy: LegacyFirewall

    def tell(self, step: Callable[[Firewall], None]) -> None:
        with self.engine.transaction() as tx:
            step(tx)
        step(self.legacy)

    def compare(self, what: str = "") -> None:
        ruleset = self.engine.ruleset
        for version in IPVersion:
            ours = save_text(ruleset, version)
            theirs = _tables(self.legacy.save(version))
            assert _tables(ours) == theirs, f"{what} {version.program}"


def _tables(text: str) -> dict[str, list[str]]:
    """Each table's lines; iptables-legacy prints the tables in another order."""
    return {
        lines[0]: lines[1:] for lines in (t.split("\n") for t in text.split("COMMIT\n")) if lines[0]
    }


@pytest.fixture
def pair(netns: str) -> Iterator[Pair]:
    with legacy_firewall(netns) as legacy, Engine(FakeExecutor()) as engine:
        yield Pair(engine, legacy)


@pytest.mark.parametrize("hairpin", [False, True], ids=["proxy", "hairpin"])
def test_every_combination(pair: Pair, hairpin: bool) -> None:
    pair.tell(driver_for(hairpin=hairpin).start)
    pair.compare("start")
    for combination in COMBINATIONS:
        if combination.hairpin == hairpin:
            pair.tell(combination.create)
            pair.compare(f"{combination.name} created")
            pair.tell(combination.delete)
            pair.compare(f"{combination.name} deleted")


def network(index: int) -> NetworkSpec:
    return NetworkSpec(
        name=f"net{index}",
        bridge=f"br{index}",
        subnet_v4=IPv4Network(f"172.20.{index}.0/24"),
        subnet_v6=IPv6Network(f"fd00:20:{index}::/64") if index % 2 else None,
        internal=index == 3,
        icc=index != 2,
    )


def on_port(
    step: Callable[[Firewall, NetworkSpec, PublishedPort], None],
    spec: NetworkSpec,
    port: PublishedPort,
    firewall: Firewall,
) -> None:
    step(firewall, spec, port)


def random_steps(seed: int, count: int) -> Iterator[tuple[str, Callable[[Firewall], None]]]:
    """A history of networks, ports, links and driver starts, each as a name and a step."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible walk, no secret
    driver = driver_for(hairpin=bool(seed % 2))
    there: dict[int, NetworkSpec] = {}
    for _ in range(count):
        kind = rng.choice(["create", "create", "delete", "publish", "release", "link", "user"])
        spec = network(rng.randrange(5))
        container = IPv4Address(int(spec.subnet_v4.network_address) + 2) if spec.subnet_v4 else None
        assert container is not None
        port = PublishedPort(address=container, port=80, host_port=8000 + rng.randrange(2))
        link = Link(parent=container + 1, child=container, port=5432)
        if kind == "create":
            there[int(spec.bridge[2:])] = spec
            yield f"create {spec.bridge}", partial(driver.create_network, spec=spec)
        elif kind == "delete":
            yield f"delete {spec.bridge}", partial(driver.delete_network, spec=spec)
        elif kind == "publish" and not spec.internal:
            yield f"publish {port}", partial(on_port, driver.publish, spec, port)
        elif kind == "release":
            yield f"release {port}", partial(on_port, driver.release, spec, port)
        elif kind == "link":
            yield f"link {link}", partial(driver.link, spec=spec, link=link)
        elif kind == "user":
            own = IptRule(IPVersion.V4, "filter", "FORWARD", ("-i", f"eth{rng.randrange(3)}"))
            yield f"insert {own}", own.insert


@pytest.mark.parametrize("seed", range(6))
def test_a_random_history(pair: Pair, seed: int) -> None:
    pair.tell(driver_for(hairpin=bool(seed % 2)).start)
    for name, step in random_steps(seed, 60):
        pair.tell(step)
        pair.compare(name)


def test_starting_over_what_an_older_driver_left(pair: Pair) -> None:
    def older(firewall: Firewall) -> None:
        firewall.new_chain(IPVersion.V4, "filter", "DOCKER-ISOLATION")
        for args in (("-j", "DOCKER-ISOLATION"), ("-i", "eth0", "-j", "ACCEPT")):
            IptRule(IPVersion.V4, "filter", "FORWARD", args).append(firewall)
        returns = IptRule(IPVersion.V4, "filter", "DOCKER-ISOLATION", ("-j", "RETURN"))
        returns.append(firewall)

    driver = driver_for(hairpin=False)
    pair.tell(older)
    pair.tell(driver.start)
    pair.compare("first start")
    pair.tell(lambda firewall: driver.create_network(firewall, network(1)))
    users_own = IptRule(IPVersion.V4, "filter", "DOCKER-USER", ("-i", "eth0", "-j", "DROP"))
    pair.tell(users_own.insert)
    pair.compare("network")
    pair.tell(driver.start)
    pair.compare("second start")
    pair.tell(lambda firewall: driver_for(hairpin=True).create_network(firewall, network(1)))
    pair.compare("network in hairpin mode")
    pair.tell(driver.start)
    pair.compare("third start")


def test_the_wsl2_rule_comes_and_goes(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> None:
    wslinfo = tmp_path_factory.mktemp("wsl") / "wslinfo"
    wslinfo.touch(mode=0o755)
    wsl = Wsl2Host(wslinfo=wslinfo, has_link=lambda name: name == "loopback0")
    driver = Driver(host=wsl)
    pair.tell(driver.start)
    assert "-A DOCKER -d 127.0.0.0/8 -i loopback0 -j RETURN" in pair.legacy.save(IPVersion.V4)
    pair.tell(lambda firewall: driver.create_network(firewall, network(1)))
    pair.compare("WSL2")
    pair.tell(replace(driver, config=DriverConfig(enable_userland_proxy=False)).ensure_started)
    assert "loopback0" not in pair.legacy.save(IPVersion.V4)
    pair.compare("WSL2 without proxy")


def test_a_policy(pair: Pair) -> None:
    pair.tell(lambda firewall: firewall.set_policy(IPVersion.V4, "filter", "FORWARD", "drop"))
    pair.compare("policy")
    assert ":FORWARD DROP" in pair.legacy.save(IPVersion.V4)


def test_the_oracle_notices_a_difference() -> None:
    with new_netns() as netns, legacy_firewall(netns) as legacy:
        pair = Pair(Engine(FakeExecutor()), legacy)
        pair.tell(driver_for(hairpin=False).start)
        network_one = network(1)
        driver_for(hairpin=False).create_network(legacy, network_one)
        with pytest.raises(AssertionError):
            pair.compare()
