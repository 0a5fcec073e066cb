"""`--table-prefix`: the chains in tables of their own."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from nfcore.executor import call_in_netns
from tests.cli.conftest import Run
from tests.cli.test_watch import Watch
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


def test_restore_loads_into_the_tables_of_that_name(netns: str, nfcore: Run) -> None:
    prefix = ("--table-prefix", "docker-", "--netns", netns)
    rules = "*filter\n:MINE - [0:0]\n-A MINE -s 10.0.0.1/32 -j DROP\nCOMMIT\n"
    nfcore("restore", "-", "--test", *prefix, stdin=rules).ok()
    assert tables(netns) == set()
    nfcore("restore", "-", *prefix, stdin=rules).ok()
    assert tables(netns) == {"ip docker-filter"}
    assert "-A MINE -s 10.0.0.1/32 -j DROP" in nfcore("save", *prefix).ok()
    assert nfcore("restore", "-", *prefix, stdin=rules).ok() == "<stdin>: nothing to change\n"


def test_migrate_moves_from_and_to_the_tables_of_that_name(netns: str, nfcore: Run) -> None:
    prefix = ("--table-prefix", "docker-", "--netns", netns)
    nfcore("apply", *prefix, str(EXAMPLES / "scenario-bridge1.yml")).ok()
    saved = nfcore("save", *prefix).ok()
    nothing = nfcore("migrate", "--to", "legacy", "--netns", netns).ok()
    assert nothing.startswith("nothing to move: ")
    moved = nfcore("migrate", "--to", "legacy", *prefix).ok()
    assert moved.startswith("moved 35 rules")
    legacy = nfcore("save", "--backend", "legacy", "--netns", netns).ok()
    assert "-A DOCKER ! -i bridge1 -o bridge1 -j DROP" in legacy
    assert "DOCKER" not in nfcore("save", *prefix).ok()
    nfcore("migrate", "--to", "nftables", *prefix).ok()
    assert nfcore("save", *prefix).ok() == saved
    assert "DOCKER" not in nfcore("save", "--backend", "legacy", "--netns", netns).ok()


def test_watch_keeps_the_tables_of_that_name(netns: str) -> None:
    file = EXAMPLES / "scenario-bridge1.yml"
    running = Watch(netns, file, {"NFCORE_TABLE_PREFIX": "docker-"})
    try:
        in_netns(netns, ["nft", "delete", "table", "ip", "docker-nat"])
        assert "put back" in running.line()
        assert "ip docker-nat" in tables(netns)
        assert "ip nat" not in tables(netns)
    finally:
        running.end()


def test_doctor_looks_at_the_tables_of_that_name(netns: str, nfcore: Run) -> None:
    def found(*arguments: str) -> str:
        findings = json.loads(nfcore("doctor", "--json", "--netns", netns, *arguments).ok())
        return str(next(f["detail"] for f in findings if f["subject"] == "libnftables (cffi)"))

    in_netns(netns, ["nft", "add table ip docker-filter; add table ip filter; add table ip nat"])
    assert found().startswith("nf_tables holds 2 tables, ")
    assert found("--table-prefix", "docker-").startswith("nf_tables holds 1 tables, ")
    assert "may hold letters" in nfcore("doctor", "--table-prefix", "a b").failed()


def test_a_prefix_is_nf_tables_whatever_the_legacy_tables_hold(netns: str, nfcore: Run) -> None:
    in_netns(netns, ["iptables-legacy", "-N", "DOCKER"])
    prefix = ("--table-prefix", "docker-", "--netns", netns)
    assert "DOCKER" in nfcore("save", "--netns", netns).ok()
    assert nfcore("save", *prefix).ok() == ""
    refused = nfcore("apply", *prefix, str(EXAMPLES / "scenario-bridge1.yml")).failed()
    assert "but iptables-legacy holds DOCKER chains" in refused


def test_an_accept_in_one_table_is_not_final_in_another(netns: str, nfcore: Run) -> None:
    """What the README says of tables of another name."""
    rules = "*filter\n:MINE - [0:0]\n-A INPUT -s 127.0.0.9/32 -j DROP\nCOMMIT\n"
    in_netns(netns, ["ip", "link", "set", "lo", "up"])
    in_netns(netns, ["iptables-nft", "-A", "INPUT", "-s", "127.0.0.9", "-j", "ACCEPT"])
    assert arrives(netns)
    nfcore("restore", "-", "--table-prefix", "docker-", "--netns", netns, stdin=rules).ok()
    assert not arrives(netns)


def arrives(netns: str) -> bool:
    """Whether a packet from 127.0.0.9 does."""

    def send() -> bool:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        ):
            receiver.bind(("127.0.0.1", 7))
            receiver.settimeout(0.5)
            sender.bind(("127.0.0.9", 0))
            sender.sendto(b"x", ("127.0.0.1", 7))
            try:
                return receiver.recv(10) == b"x"
            except TimeoutError:
                return False

    return call_in_netns(netns, send)
