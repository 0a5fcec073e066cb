"""`nfcore leaks`: rules that nobody needs."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from tests.netns import in_netns

FILE = """
networks:
  front:
    driver_opts: {com.docker.network.bridge.name: br-f}
    ipam: {config: [{subnet: 10.1.0.0/24}]}
services:
  web:
    networks: {front: {ipv4_address: 10.1.0.2}}
    ports: ["8080:80"]
"""
INSPECT = json.dumps(
    [
        {
            "Name": "front",
            "Id": "0123456789ab",
            "Driver": "bridge",
            "IPAM": {"Config": [{"Subnet": "10.1.0.0/24"}]},
            "Options": {"com.docker.network.bridge.name": "br-f"},
            "Containers": {"x": {"IPv4Address": "10.1.0.2/24", "IPv6Address": ""}},
        }
    ]
)
BRIDGELESS = "-A DOCKER ! -i br-x -o br-x -j DROP"
LEAKED = {
    "-A DOCKER ! -i br-f -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.0.2:81": (
        "nat",
        "the host's port goes to two places",
    ),
    "-A DOCKER ! -i br-f -p udp -m udp --dport 53 -j DNAT --to-destination 10.1.0.9:53": (
        "nat",
        "no container on network front has 10.1.0.9",
    ),
    "-A DOCKER ! -i br-f -p udp -m udp --dport 54 -j DNAT --to-destination 10.7.0.9:53": (
        "nat",
        "10.7.0.9 is in no network",
    ),
    "-A POSTROUTING -s 10.9.0.0/24 ! -o br-x -j MASQUERADE": (
        "nat",
        "bridge br-x belongs to no network",
    ),
    BRIDGELESS: ("filter", "bridge br-x belongs to no network"),
}


@pytest.fixture
def leaky(netns: str, nfcore: Run) -> str:
    nfcore("apply", "--netns", netns, "-", stdin=FILE).ok()
    for rule, (table, _) in LEAKED.items():
        in_netns(netns, ["iptables-nft", "-t", table, *rule.split()])
    return netns


def test_a_clean_host_has_none(netns: str, nfcore: Run) -> None:
    nfcore("apply", "--netns", netns, "-", stdin=FILE).ok()
    for text in (FILE, INSPECT):
        assert nfcore("leaks", "--netns", netns, "-", stdin=text).ok() == "no leaks\n"


def test_one_is_one(netns: str, nfcore: Run) -> None:
    nfcore("apply", "--netns", netns, "-", stdin=FILE).ok()
    in_netns(netns, ["iptables-nft", *BRIDGELESS.split()])
    found = nfcore("leaks", "--netns", netns, "-", stdin=FILE)
    assert (found.code, found.out.splitlines()[-1]) == (1, "1 leaked rule")


@pytest.mark.parametrize("text", [FILE, INSPECT], ids=["compose", "inspect"])
def test_they_are_found_each_with_its_reason(text: str, leaky: str, nfcore: Run) -> None:
    listed = nfcore("leaks", "--json", "--netns", leaky, "-", stdin=text)
    assert listed.code == 1
    found = {leak["rule"]: (leak["table"], leak["reason"]) for leak in json.loads(listed.out)}
    assert found.keys() == LEAKED.keys()
    for rule, (table, reason) in LEAKED.items():
        assert found[rule][0] == table
        assert reason in found[rule][1]


def test_fix_removes_them_alone_in_one_transaction(leaky: str, nfcore: Run) -> None:
    plan = nfcore("leaks", "--fix", "--dry-run", "--netns", leaky, "-", stdin=FILE)
    assert plan.code == 1
    assert nfcore("leaks", "--netns", leaky, "-", stdin=FILE).code == 1
    fixed = nfcore("leaks", "--fix", "--netns", leaky, "-", stdin=FILE).ok()
    assert fixed.endswith("5 removed in one transaction\n")
    assert nfcore("leaks", "--netns", leaky, "-", stdin=FILE).ok() == "no leaks\n"
    again = nfcore("apply", "--netns", leaky, "-", stdin=FILE).ok()
    assert again.startswith("nothing to change")


def test_a_compose_file_that_leaves_addresses_to_docker_accuses_nobody(
    netns: str, nfcore: Run
) -> None:
    nfcore("apply", "--netns", netns, "-", stdin=FILE).ok()
    unknown = FILE.replace("{front: {ipv4_address: 10.1.0.2}}", "[front]").replace(
        '    ports: ["8080:80"]\n', ""
    )
    assert nfcore("leaks", "--netns", netns, "-", stdin=unknown).ok() == "no leaks\n"
