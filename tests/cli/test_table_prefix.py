"""`--table-prefix`: the chains in tables of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.netns import in_netns

EXAMPLES = Path(__file__).parents[2] / "examples"


def tables(netns: str) -> set[str]:
    return {
        line.removeprefix("table ")
        for line in in_netns(netns, ["nft", "list", "tables"]).stdout.splitlines()
    }


def test_administrators_list_their_own_rules_with_iptables_nft(netns: str, nfcore: Run) -> None:
    in_netns(netns, ["iptables-nft", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j", "ACCEPT"])
    prefix = ("--table-prefix", "docker-", "--netns", netns)
    nfcore("apply", *prefix, str(EXAMPLES / "scenario-bridge1.yml")).ok()
    assert tables(netns) == {
        "ip filter", "ip docker-filter", "ip docker-nat", "ip6 docker-filter", "ip6 docker-nat",
    }  # fmt: skip
    listed = in_netns(netns, ["iptables-nft", "-S"]).stdout
    assert "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT" in listed
    assert "DOCKER" not in listed
    assert "-A DOCKER ! -i docker0 -o docker0 -j DROP" in nfcore("save", *prefix).ok()
    assert "DOCKER" not in nfcore("save", "--netns", netns).ok()


def test_every_command_looks_into_the_tables_of_that_name(netns: str, nfcore: Run) -> None:
    prefix = ("--table-prefix", "docker-", "--netns", netns)
    nfcore("network", "create", "front", "--subnet", "10.1.0.0/24", *prefix).ok()
    nfcore("port", "publish", "front", "10.1.0.2", "8080:80", *prefix).ok()
    assert "front" in nfcore("network", "ls", *prefix).ok()
    assert "front" not in nfcore("network", "ls", "--netns", netns).ok()
    assert "8080" in nfcore("port", "ls", *prefix).ok()
    nfcore("port", "release", "front", "10.1.0.2", "8080:80", *prefix).ok()
    none = nfcore("leaks", *prefix, str(EXAMPLES / "scenario-bridge1.yml")).failed()
    assert not none
    nfcore("network", "rm", "front", *prefix).ok()
    assert "front" not in nfcore("network", "ls", *prefix).ok()


def test_the_environment_can_say_it_once(
    netns: str, nfcore: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NFCORE_TABLE_PREFIX", "docker-")
    nfcore("apply", "--netns", netns, str(EXAMPLES / "scenario-docker0.yml")).ok()
    assert "ip docker-filter" in tables(netns)


def test_a_prefix_that_cannot_be_one_is_refused(netns: str, nfcore: Run) -> None:
    assert "prefix" in nfcore("save", "--table-prefix", "a b", "--netns", netns).failed()


def test_the_legacy_tables_have_no_prefix(netns: str, nfcore: Run) -> None:
    refused = nfcore("save", "--table-prefix", "d-", "--backend", "legacy", "--netns", netns)
    assert "no other names" in refused.failed()
