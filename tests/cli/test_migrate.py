"""`nfcore migrate`."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from tests.cli.test_scenarios import EXAMPLES
from tests.netns import in_netns

pytestmark = pytest.mark.usefixtures("own_lock")


def test_there_and_back(netns: str, nfcore: Run) -> None:
    where = ("--netns", netns)
    nfcore("apply", *where, str(EXAMPLES / "compose.yml")).ok()
    vpn = "-A POSTROUTING -s 10.8.0.0/24 -o eth0 -j MASQUERADE"
    in_netns(netns, ["iptables-nft", "-t", "nat", *vpn.split()])
    before = [nfcore("save", *flag, *where).ok() for flag in ([], ["-6"])]
    rules = sum(text.count("\n-A") for text in before) - 1

    planned = nfcore("migrate", "--to", "legacy", "--dry-run", *where).ok()
    assert planned.startswith(f"would move {rules} rules and 10 chains from nf_tables to iptables-")
    assert [nfcore("save", *flag, *where).ok() for flag in ([], ["-6"])] == before

    moved = nfcore("migrate", "--to", "legacy", *where).ok().splitlines()
    assert moved == [
        f"moved {rules} rules and 10 chains from nf_tables to iptables-legacy",
        f"left in nf_tables: iptables -t nat {vpn}",
    ]
    there = [nfcore("save", *f, *where, "--backend", "legacy").ok() for f in ([], ["-6"])]
    assert there == [text.replace(f"{vpn}\n", "") for text in before]

    done = json.loads(nfcore("migrate", "--to", "nftables", "--json", *where).ok())
    assert done == {
        "rules": rules,
        "chains": 10,
        "resumed": False,
        "left": [],
        "dry_run": False,
    }
    again = nfcore("migrate", "--to", "nftables", *where).ok()
    assert again == "nothing to move: iptables-legacy holds none of Docker's rules\n"


def test_an_interrupted_one_is_finished(netns: str, nfcore: Run) -> None:
    for backend in ("nftables", "legacy"):
        file = str(EXAMPLES / "scenario-bridge1.yml")
        nfcore("apply", "--netns", netns, "--backend", backend, file).ok()
    done = nfcore("migrate", "--to", "legacy", "--netns", netns).ok()
    assert done.endswith("from nf_tables to iptables-legacy, which had them already\n")


def test_elements_of_sets_move_as_the_rules_that_they_stand_for(netns: str, nfcore: Run) -> None:
    file = str(EXAMPLES / "scenario-bridge1.yml")
    nfcore("apply", "--netns", netns, "--layout", "sets", file).ok()
    before = nfcore("save", "--netns", netns).ok()
    planned = nfcore("migrate", "--to", "legacy", "--dry-run", "--netns", netns).ok()
    assert "would move 35 rules" in planned
    assert "set same" in in_netns(netns, ["nft", "list", "ruleset"]).stdout
    assert "moved 35 rules" in nfcore("migrate", "--to", "legacy", "--netns", netns).ok()
    assert nfcore("save", "--netns", netns, "--backend", "legacy").ok() == before
    assert "set same" not in in_netns(netns, ["nft", "list", "ruleset"]).stdout


def test_wrong_usage(nfcore: Run) -> None:
    assert "--to" in nfcore("migrate").failed(2)
    assert "pf" in nfcore("migrate", "--to", "pf").failed(2)
