"""The same commands on a host whose networks are elements of sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.netns import in_netns

COMPOSE = """\
services:
  web:
    image: x
    networks: {front: {ipv4_address: 172.30.0.10}}
    ports: ["8080:80"]
networks:
  front:
    ipam: {config: [{subnet: 172.30.0.0/16}]}
  back:
    internal: true
    ipam: {config: [{subnet: 172.31.0.0/16}]}
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "compose.yml"
    path.write_text(COMPOSE)
    return str(path)


def save(nfcore: Run, netns: str) -> str:
    return nfcore("save", "--netns", netns).ok() + nfcore("save", "-6", "--netns", netns).ok()


def test_a_host_is_converted_and_works_the_same(netns: str, nfcore: Run, file: str) -> None:
    here = ("--netns", netns)
    made = nfcore("apply", file, "--layout", "rules", *here).ok()
    assert "networks: 2 created; rules and chains: " in made
    listed, before = nfcore("network", "ls", *here).ok(), save(nfcore, netns)

    planned = nfcore("apply", file, "--layout", "sets", "--dry-run", *here).ok()
    assert "+ nft add element ip nat any_address { 6 . 8080 : 172.30.0.10 }" in planned
    assert save(nfcore, netns) == before
    assert "in one transaction" not in planned

    made = nfcore("apply", file, "--layout", "sets", *here).ok()
    assert "networks: 2 kept; rules, sets and elements: " in made
    assert "@forwarded" in in_netns(netns, ["nft", "list", "ruleset"]).stdout
    assert nfcore("network", "ls", *here).ok() == listed
    assert save(nfcore, netns) == before
    assert nfcore("apply", file, *here).ok().startswith("nothing to change")

    nfcore("network", "create", "hand", "--subnet", "10.9.0.0/24", *here).ok()
    nfcore("port", "publish", "hand", "10.9.0.2", "53:53/udp", *here).ok()
    assert "0.0.0.0:53->10.9.0.2:53/udp" in nfcore("port", "ls", *here).ok()
    assert "-p udp -m udp --dport 53 -j DNAT --to-destination 10.9.0.2:53" in save(nfcore, netns)
    assert "hand" in nfcore("network", "ls", *here).ok()
    assert nfcore("leaks", file, *here).out
    nfcore("port", "release", "hand", "10.9.0.2", "53:53/udp", *here).ok()
    nfcore("network", "rm", "hand", *here).ok()
    assert save(nfcore, netns) == before

    nfcore("apply", file, "--layout", "rules", *here).ok()
    assert "@" not in in_netns(netns, ["nft", "list", "ruleset"]).stdout
    assert save(nfcore, netns) == before


def test_a_fresh_host_begins_with_sets(netns: str, nfcore: Run, file: str) -> None:
    nfcore("apply", file, "--netns", netns).ok()
    assert "set same" in in_netns(netns, ["nft", "list", "ruleset"]).stdout
    assert "8080->172.30.0.10:80" in nfcore("port", "ls", "--netns", netns).ok()


def test_plans_leaks_and_counters(netns: str, nfcore: Run, file: str) -> None:
    here = ("--netns", netns)
    nfcore("apply", file, "--layout", "sets", *here).ok()
    before = save(nfcore, netns)
    planned = nfcore("port", "publish", "front", "172.30.0.11", "9000:90", "--dry-run", *here).ok()
    assert "+ iptables -t nat -A DOCKER ! -i br-" in planned
    assert " -p tcp -m tcp --dport 9000 -j DNAT --to-destination 172.30.0.11:90\n" in planned
    planned = nfcore("network", "rm", "front", "--dry-run", *here).ok()
    assert "- iptables -t filter -D FORWARD -o br-" in planned
    assert save(nfcore, netns) == before

    assert nfcore("leaks", file, *here).ok()
    nfcore("port", "publish", "front", "172.30.0.77", "9000:90", *here).ok()
    found = nfcore("leaks", file, *here)
    assert "--to-destination 172.30.0.77:90" in found.out
    assert found.code != 0
    nfcore("leaks", "--fix", file, *here).ok()
    assert save(nfcore, netns) == before
    counted = nfcore("save", "-c", *here).ok()
    assert "[0:0] -A DOCKER ! -i br-" in counted


def test_an_unknown_layout(nfcore: Run, file: str) -> None:
    assert "'rules', 'sets'" in nfcore("apply", file, "--layout", "x").failed(2)
