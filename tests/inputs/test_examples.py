"""The files in examples/ say what they are meant to say."""

import io
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from nfcore.bridge import NetworkSpec
from nfcore.inputs import Topology, load

EXAMPLES = Path(__file__).parents[2] / "examples"
DOCKER0 = NetworkSpec(
    name="bridge",
    bridge="docker0",
    subnet_v4=IPv4Network("172.17.0.0/16"),
    gateway_v4=IPv4Address("172.17.0.1"),
)


def read(name: str) -> Topology:
    return load(str(EXAMPLES / name), stdin=io.BytesIO())


def shown(topology: Topology) -> dict[str, list[str]]:
    return {network.spec.name: [str(p) for p in network.ports] for network in topology.networks}


def test_a_new_daemon() -> None:
    assert read("scenario-docker0.yml").specs == (DOCKER0,)


def test_a_daemon_with_a_network_that_publishes_a_port() -> None:
    topology = read("scenario-bridge1.yml")
    assert topology.specs == (
        DOCKER0,
        NetworkSpec(
            name="bridge1",
            bridge="bridge1",
            subnet_v4=IPv4Network("192.0.2.0/24"),
            gateway_v4=IPv4Address("192.0.2.1"),
        ),
    )
    assert shown(topology) == {"bridge": [], "bridge1": ["0.0.0.0:8080->192.0.2.2:80/tcp"]}


def test_the_shop() -> None:
    topology = read("compose.yml")
    assert topology.notes == ()
    assert [(n.name, n.bridge, n.internal, n.icc) for n in topology.specs] == [
        ("front", "br-front", False, True),
        ("back", "br-back", False, False),
        ("data", "br-data", True, True),
    ]
    published = shown(topology)
    assert len(published["front"]) == 18
    assert published["back"] == [
        "127.0.0.1:9090->172.21.0.20:9090/tcp",
        "[::1]:9090->[fd00:21::20]:9090/tcp",
    ]
    assert published["data"] == []
