"""`nfcore network` and `nfcore port`."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.cli.conftest import Run
from tests.netns import in_netns


@pytest.fixture
def host(netns: str, nfcore: Run) -> str:
    """A host with the network ``front`` on ``br-f``."""
    bridge = "com.docker.network.bridge.name=br-f"
    nfcore(
        "network", "create", "front", "--subnet", "10.1.0.0/24", "-o", bridge, "--netns", netns
    ).ok()
    return netns


def saved(nfcore: Run, netns: str) -> str:
    return nfcore("save", "--netns", netns).ok() + nfcore("save", "-6", "--netns", netns).ok()


def test_publish_and_release_undo_each_other(host: str, nfcore: Run) -> None:
    before = saved(nfcore, host)
    ports = ("8080:80", "127.0.0.1:5000-5002:6000-6002/udp", "9000:9000/sctp")
    done = nfcore("port", "publish", "front", "10.1.0.2", *ports, "--netns", host).ok()
    assert done == "published on network front: 15 added, 0 removed, in one transaction\n"
    assert (
        "-A DOCKER -d 127.0.0.1/32 ! -i br-f -p udp -m udp --dport 5001 "
        "-j DNAT --to-destination 10.1.0.2:6001\n"
    ) in saved(nfcore, host)
    again = nfcore("port", "publish", "front", "10.1.0.2", *ports, "--netns", host).ok()
    assert again == "published on network front: nothing to change\n"
    nfcore("port", "release", "front", "10.1.0.2", *ports, "--netns", host).ok()
    assert saved(nfcore, host) == before


def test_release_spares_what_another_port_shares(host: str, nfcore: Run) -> None:
    nfcore("port", "publish", "front", "10.1.0.2", "1:80", "2:80", "--netns", host).ok()
    nfcore("port", "release", "front", "10.1.0.2", "1:80", "--netns", host).ok()
    text = saved(nfcore, host)
    assert "--dport 2 -j DNAT" in text
    assert "-A DOCKER -d 10.1.0.2/32 ! -i br-f -o br-f -p tcp -m tcp --dport 80 -j ACCEPT" in text


def test_rm_takes_ports_with_it(host: str, nfcore: Run) -> None:
    nfcore("port", "publish", "front", "10.1.0.2", "8080:80", "--netns", host).ok()
    nfcore("network", "rm", "front", "--netns", host).ok()
    assert "br-f" not in saved(nfcore, host)
    assert "8080" not in saved(nfcore, host)


def test_lists(host: str, nfcore: Run) -> None:
    nfcore("port", "publish", "front", "10.1.0.2", "8080:80", "--netns", host).ok()
    assert nfcore("network", "ls", "--netns", host).ok().splitlines()[1].split() == [
        "front", "br-f", "10.1.0.0/24", "-", "nat", "1", "hand", "0", "0",
    ]  # fmt: skip
    assert "0.0.0.0:8080->10.1.0.2:80/tcp" in nfcore("port", "ls", "--netns", host).ok()
    assert json.loads(nfcore("port", "ls", "--json", "--netns", host).ok()) == [
        {
            "network": "front",
            "host_address": None,
            "host_port": 8080,
            "address": "10.1.0.2",
            "port": 80,
            "protocol": "tcp",
            "packets": 0,
            "bytes": 0,
        }
    ]


def test_rules_that_others_made_are_understood_under_their_bridges_name(
    netns: str, nfcore: Run
) -> None:
    for command in (
        "-t nat -N DOCKER",
        "-t filter -N DOCKER",
        "-t filter -N DOCKER-ISOLATION-STAGE-1",
        "-t filter -N DOCKER-ISOLATION-STAGE-2",
        "-t nat -I POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
        "-t nat -I DOCKER -i docker0 -j RETURN",
        "-I FORWARD -i docker0 -o docker0 -j ACCEPT",
        "-I FORWARD -i docker0 ! -o docker0 -j ACCEPT",
        "-I FORWARD -o docker0 -j DOCKER",
        "-A DOCKER ! -i docker0 -o docker0 -j DROP",
        "-t nat -A DOCKER -p tcp -d 0/0 --dport 8080 -j DNAT --to-destination 172.17.0.2:80 "
        "! -i docker0",
    ):
        in_netns(netns, ["iptables-nft", *command.split()])
    listed = json.loads(nfcore("network", "ls", "--json", "--netns", netns).ok())
    assert [(n["name"], n["subnet_v4"], n["made_by"]) for n in listed] == [
        ("docker0", "172.17.0.0/16", "others")
    ]
    assert listed[0]["ports"] == ["0.0.0.0:8080->172.17.0.2:80/tcp"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("network", "create", "b", "--subnet", "10.1.0.128/25"), "overlaps 10.1.0.0/24"),
        (("network", "create", "front", "--subnet", "10.2.0.0/24"), "exists already"),
        (("network", "create", "b", "--subnet", "10.2.0.1/24"), "10.2.0.0/24"),
        (("network", "create", "b", "--subnet", "fd00::/64"), "--ipv6"),
        (
            ("network", "create", "b", "--subnet", "10.2.0.0/24", "-o", "x.y=1"),
            "unknown driver option",
        ),
        (
            (
                *("network", "create", "b", "--subnet", "10.2.0.0/24"),
                *("-o", "com.docker.network.bridge.name=br-f"),
            ),
            "br-f is network front's",
        ),
        (("network", "rm", "nope"), "there is no network 'nope'; there are: front"),
        (("port", "publish", "nope", "10.1.0.2", "1:1"), "there is no network 'nope'"),
        (("port", "publish", "front", "10.7.0.2", "1:1"), "10.7.0.2"),
        (("port", "publish", "front", "10.1.0.2", "80"), "host port"),
        (("port", "publish", "front", "10.1.0.2", "1:1/icmp"), "tcp, udp, sctp"),
        (("port", "publish", "front", "fd00::2", "1:1"), "IPv6"),
        (("port", "release", "front", "10.1.0.2", "1:1"), "is not published on network front"),
    ],
)
def test_refusals_change_nothing(
    arguments: tuple[str, ...], message: str, host: str, nfcore: Run
) -> None:
    before = saved(nfcore, host)
    assert message in nfcore(*arguments, "--netns", host).failed()
    assert saved(nfcore, host) == before


def test_a_port_published_twice_is_refused(host: str, nfcore: Run) -> None:
    nfcore("port", "publish", "front", "10.1.0.2", "8080:80", "--netns", host).ok()
    for notation in ("8080:81", "127.0.0.1:8080:81"):
        outcome = nfcore("port", "publish", "front", "10.1.0.3", notation, "--netns", host)
        assert "is published already" in outcome.failed()


def test_dry_runs_send_nothing(host: str, nfcore: Run) -> None:
    before = saved(nfcore, host)
    plan = nfcore("network", "rm", "front", "--dry-run", "--netns", host).ok()
    assert "- iptables -t nat -D POSTROUTING -s 10.1.0.0/24 ! -o br-f -j MASQUERADE" in plan
    nfcore("port", "publish", "front", "10.1.0.2", "1:1", "--dry-run", "--netns", host).ok()
    assert saved(nfcore, host) == before


def test_the_hosts_own_ruleset_is_not_touched() -> None:
    listed = subprocess.run(["nft", "list", "ruleset"], check=True, capture_output=True, text=True)
    assert "DOCKER" not in listed.stdout
