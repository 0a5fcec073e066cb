"""Two of Docker's own integration scenarios, as its `iptables -S` shows them, and IPv6 twins."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest

from nfcore.bridge import NetworkSpec, PublishedPort
from nfcore.engine import Engine
from nfcore.executor import FakeExecutor, open_executor
from tests.bridge.combos import driver_for
from translate import IPVersion, save_line

SUBNETS = {
    IPVersion.V4: ("172.17.0.0/16", "192.0.2.0/24", "192.0.2.2/32", "192.0.2.2:80", "127.0.0.0/8"),
    IPVersion.V6: (
        "fd00:17::/64",
        "2001:db8:2::/64",
        "2001:db8:2::2/128",
        "[2001:db8:2::2]:80",
        "::1/128",
    ),
}
DOCKER0 = NetworkSpec(
    name="bridge",
    bridge="docker0",
    subnet_v4=IPv4Network("172.17.0.0/16"),
    subnet_v6=IPv6Network("fd00:17::/64"),
)
BRIDGE1 = NetworkSpec(
    name="bridge1",
    bridge="bridge1",
    subnet_v4=IPv4Network("192.0.2.0/24"),
    subnet_v6=IPv6Network("2001:db8:2::/64"),
)
PORTS = [
    PublishedPort(address=address, port=80, host_port=8080)
    for address in (IPv4Address("192.0.2.2"), IPv6Address("2001:db8:2::2"))
]


@pytest.fixture(params=["fake", "kernel"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine over a new daemon with its default bridge."""
    kernel = request.param == "kernel"
    netns = request.getfixturevalue("netns") if kernel else None
    with Engine(open_executor(netns=netns) if kernel else FakeExecutor()) as engine:
        with engine.transaction() as tx:
            driver_for(hairpin=False).start(tx)
            driver_for(hairpin=False).create_network(tx, DOCKER0)
        yield engine


def listed(engine: Engine, version: IPVersion, table: str, chain: str) -> list[str]:
    words = f"-A {chain} "
    rules = engine.ruleset.rules(version, table, chain)
    return [save_line(held.body).removeprefix(words) for held in rules]


def of_network(bridge: str) -> list[str]:
    return [
        f"-o {bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        f"-o {bridge} -j DOCKER",
        f"-i {bridge} ! -o {bridge} -j ACCEPT",
        f"-i {bridge} -o {bridge} -j ACCEPT",
    ]


JUMPS = ["-j DOCKER-USER", "-j DOCKER-ISOLATION-STAGE-1"]


@pytest.mark.parametrize("version", IPVersion)
def test_a_new_daemon(engine: Engine, version: IPVersion) -> None:
    subnet, *_, loopback = SUBNETS[version]
    for (table, chain), rules in {
        ("filter", "FORWARD"): [*JUMPS, *of_network("docker0")],
        ("filter", "DOCKER"): ["! -i docker0 -o docker0 -j DROP"],
        ("filter", "DOCKER-ISOLATION-STAGE-1"): [
            "-i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2",
            "-j RETURN",
        ],
        ("filter", "DOCKER-ISOLATION-STAGE-2"): ["-o docker0 -j DROP", "-j RETURN"],
        ("filter", "DOCKER-USER"): ["-j RETURN"],
        ("nat", "PREROUTING"): ["-m addrtype --dst-type LOCAL -j DOCKER"],
        ("nat", "OUTPUT"): [f"! -d {loopback} -m addrtype --dst-type LOCAL -j DOCKER"],
        ("nat", "POSTROUTING"): [f"-s {subnet} ! -o docker0 -j MASQUERADE"],
        ("nat", "DOCKER"): ["-i docker0 -j RETURN"],
    }.items():
        assert listed(engine, version, table, chain) == rules, (table, chain)


@pytest.mark.parametrize("version", IPVersion)
def test_a_network_with_a_published_port(engine: Engine, version: IPVersion) -> None:
    with engine.transaction() as tx:
        driver_for(hairpin=False).create_network(tx, BRIDGE1)
        for port in PORTS:
            driver_for(hairpin=False).publish(tx, BRIDGE1, port)
    first, second, container, destination, _ = SUBNETS[version]
    outside = "! -s fe80::/10 " if version is IPVersion.V6 else ""
    for (table, chain), rules in {
        ("filter", "FORWARD"): [*JUMPS, *of_network("bridge1"), *of_network("docker0")],
        ("filter", "DOCKER"): [
            f"-d {container} ! -i bridge1 -o bridge1 -p tcp -m tcp --dport 80 -j ACCEPT",
            "! -i docker0 -o docker0 -j DROP",
            "! -i bridge1 -o bridge1 -j DROP",
        ],
        ("filter", "DOCKER-ISOLATION-STAGE-1"): [
            "-i bridge1 ! -o bridge1 -j DOCKER-ISOLATION-STAGE-2",
            "-i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2",
            "-j RETURN",
        ],
        ("filter", "DOCKER-ISOLATION-STAGE-2"): [
            "-o bridge1 -j DROP",
            "-o docker0 -j DROP",
            "-j RETURN",
        ],
        ("nat", "POSTROUTING"): [
            f"-s {second} ! -o bridge1 -j MASQUERADE",
            f"-s {first} ! -o docker0 -j MASQUERADE",
        ],
        ("nat", "DOCKER"): [
            "-i bridge1 -j RETURN",
            "-i docker0 -j RETURN",
            f"{outside}! -i bridge1 -p tcp -m tcp --dport 8080 -j DNAT "
            f"--to-destination {destination}",
        ],
    }.items():
        assert listed(engine, version, table, chain) == rules, (table, chain)
