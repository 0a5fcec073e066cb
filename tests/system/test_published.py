"""Flows that began before their port was published, from a client through the host."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from nfcore.executor import call_in_netns
from nfcore.system import StaleFlows, clear_flows
from tests.cli.conftest import Run
from tests.cli.test_watch import Watch
from tests.conftest import new_netns
from tests.netns import in_netns

HOST, CLIENT, CONTAINER = "198.51.100.1", "198.51.100.2", "10.1.0.2"
HOST6, CLIENT6, CONTAINER6 = "2001:db8::1", "2001:db8::2", "fd00:1::2"
SET_UP = f"""
set -e
ip -n $host link set lo up
ip link add netns $host name uplink type veth peer name eth0 netns $client
ip -n $host addr add {HOST}/24 dev uplink
ip -n $host addr add {HOST6}/64 dev uplink nodad
ip -n $host link set uplink up
ip -n $client addr add {CLIENT}/24 dev eth0
ip -n $client addr add {CLIENT6}/64 dev eth0 nodad
ip -n $client link set eth0 up
ip link add netns $host name v0 type veth peer name eth0 netns $container
ip -n $host link set v0 master br-f up
ip -n $container addr add {CONTAINER}/24 dev eth0
ip -n $container addr add {CONTAINER6}/64 dev eth0 nodad
ip -n $container link set eth0 up
ip -n $container route add default via 10.1.0.1
ip -n $container route add default via fd00:1::1
"""


@dataclass(frozen=True, slots=True)
class Lab:
    host: str
    client: str
    container: str


@contextmanager
def new_lab(nfcore: Run) -> Iterator[Lab]:
    """A client, a host with the network front, and a container on its bridge."""
    with new_netns() as host, new_netns() as client, new_netns() as container:
        nfcore(
            *("network", "create", "front", "--with-bridge", "--ip-forward", "--netns", host),
            *("--subnet", "10.1.0.0/24", "--subnet", "fd00:1::/64", "--ipv6"),
            *("-o", "com.docker.network.bridge.name=br-f"),
        ).ok()
        names = f"host={host} client={client} container={container}\n"
        in_netns(host, ["sh", "-c", names + SET_UP])
        yield Lab(host, client, container)


@pytest.fixture
def lab(nfcore: Run) -> Iterator[Lab]:
    with new_lab(nfcore) as made:
        yield made


def bound(netns: str, address: str, port: int) -> socket.socket:
    """A UDP socket in a namespace; it stays there wherever it is used."""

    def bind() -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.settimeout(2)
        made.bind((address, port))
        return made

    return call_in_netns(netns, bind)


@pytest.mark.parametrize(
    ("host", "client", "container"), [(HOST, CLIENT, CONTAINER), (HOST6, CLIENT6, CONTAINER6)]
)
def test_an_established_udp_flow_reaches_the_container_once_its_port_is_published(
    host: str, client: str, container: str, lab: Lab, nfcore: Run
) -> None:
    with (
        bound(lab.client, client, 4000) as sender,
        bound(lab.host, host, 5353) as proxy,
        bound(lab.container, container, 53) as server,
    ):
        sender.sendto(b"before", (host, 5353))
        assert proxy.recvfrom(100)[0] == b"before"
        proxy.sendto(b"answer", (client, 4000))
        assert sender.recv(100) == b"answer"
        done = json.loads(
            nfcore(
                *("port", "publish", "front", container, "5353:53/udp"),
                *("--netns", lab.host, "--json"),
            ).ok()
        )
        assert done["flows_cleared"] == 1
        sender.sendto(b"after", (host, 5353))
        assert server.recvfrom(100)[0] == b"after"
        released = nfcore(
            *("port", "release", "front", container, "5353:53/udp", "--netns", lab.host)
        ).ok()
        assert released.endswith("in one transaction; 1 tracked connection cleared\n")
        sender.sendto(b"again", (host, 5353))
        assert proxy.recvfrom(100)[0] == b"again"


def file_that_publishes(ports: str) -> str:
    return f"""
networks:
  back:
    driver_opts: {{com.docker.network.bridge.name: br-g}}
    ipam: {{config: [{{subnet: 10.9.0.0/24}}]}}
services:
  web:
    networks: {{back: {{ipv4_address: 10.9.0.2}}}}
    ports: [{ports}]
"""


def test_apply_clears_what_it_publishes_and_releases(lab: Lab, nfcore: Run) -> None:
    def apply(ports: str) -> int:
        command = ("apply", "--json", "--netns", lab.host, "-")
        cleared = json.loads(nfcore(*command, stdin=file_that_publishes(ports)).ok())[
            "flows_cleared"
        ]
        assert isinstance(cleared, int)
        return cleared

    with bound(lab.client, CLIENT, 4000) as sender:
        sender.sendto(b"x", (HOST, 5353))
        sender.sendto(b"x", (HOST, 5354))
        assert apply('"5353:53/udp"') == 1
        assert apply('"5353:53/udp"') == 0
        sender.sendto(b"x", (HOST, 5355))
        assert apply('"5354:53/udp"') == 1


def destination(netns: str) -> str:
    """Where the flow to port 5353 goes: its reply's source."""
    listed = in_netns(netns, ["cat", "/proc/net/nf_conntrack"]).stdout
    (flow,) = (line for line in listed.splitlines() if "dport=5353" in line)
    return flow.split("src=")[2].split()[0]


def test_watch_clears_what_was_tracked_while_a_ports_rules_were_away(
    lab: Lab, tmp_path: Path
) -> None:
    file = tmp_path / "compose.yml"
    file.write_text(file_that_publishes('"5353:53/udp"'))
    for command in (
        "link add br-g type bridge",
        "addr add 10.9.0.1/24 dev br-g",
        "link set br-g up",
    ):
        in_netns(lab.host, ["ip", *command.split()])
    with bound(lab.client, CLIENT, 4000) as sender:
        watch = Watch(lab.host, file)
        try:
            sender.sendto(b"x", (HOST, 5353))
            assert destination(lab.host) == "10.9.0.2"
            watch.process.send_signal(signal.SIGSTOP)
            in_netns(lab.host, ["nft", "flush", "chain", "ip", "nat", "DOCKER"])
            clear_flows(StaleFlows(frozenset(), frozenset([5353])), netns=lab.host)
            sender.sendto(b"x", (HOST, 5353))
            assert destination(lab.host) == HOST
            watch.process.send_signal(signal.SIGCONT)
            watch.line()
            sender.sendto(b"x", (HOST, 5353))
            assert destination(lab.host) == "10.9.0.2"
        finally:
            watch.end()
