"""`nfcore apply`: what it prints, what it leaves alone, what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.netns import in_netns

EXAMPLES = Path(__file__).parents[2] / "examples"
SCENARIO = str(EXAMPLES / "scenario-bridge1.yml")


def network(name: str, octet: int) -> str:
    return (
        f"  {name}:\n    driver_opts: {{com.docker.network.bridge.name: br-{name}}}\n"
        f"    ipam: {{config: [{{subnet: 10.0.{octet}.0/24}}]}}\n"
    )


def listing(netns: str) -> str:
    return in_netns(netns, ["nft", "-a", "list", "ruleset"]).stdout


def test_the_second_time_nothing_changes_and_it_says_so(netns: str, nfcore: Run) -> None:
    first = nfcore("apply", "--netns", netns, SCENARIO).ok()
    assert "2 created" in first
    before = listing(netns)
    again = nfcore("apply", "--netns", netns, SCENARIO).ok()
    assert again == "nothing to change: 2 networks as in the file\n"
    assert listing(netns) == before


def test_after_an_edit_only_the_difference_is_committed(netns: str, nfcore: Run) -> None:
    both = f"networks:\n{network('a', 1)}{network('b', 2)}"
    nfcore("apply", "--netns", netns, "--layout", "rules", "-", stdin=both).ok()
    before = set(listing(netns).splitlines())
    edited = f"networks:\n{network('b', 2)}{network('c', 3)}"
    done = nfcore("apply", "--netns", netns, "-", stdin=edited).ok()
    assert "1 created, 1 deleted, 1 kept" in done
    after = set(listing(netns).splitlines())
    on_top = ("jump DOCKER-USER", "jump DOCKER-ISOLATION-STAGE-1")  # made again, above br-c
    assert all("br-a" in line or any(x in line for x in on_top) for line in before - after)
    assert all("br-c" in line or any(x in line for x in on_top) for line in after - before)


def test_dry_run_prints_iptables_lines_and_sends_nothing(netns: str, nfcore: Run) -> None:
    plan = nfcore("apply", "--netns", netns, "--dry-run", SCENARIO).ok().splitlines()
    assert "+ iptables -t filter -N DOCKER" in plan
    assert "+ iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE" in plan
    assert plan[-1].endswith("(dry run, nothing was sent)")
    assert listing(netns) == ""
    nfcore("apply", "--netns", netns, SCENARIO).ok()
    removal = nfcore(
        "apply", "--netns", netns, "--dry-run", "-", stdin=f"networks:\n{network('a', 1)}"
    )
    assert "- iptables -t filter -D FORWARD -o bridge1 -j DOCKER" in removal.ok().splitlines()


def test_the_plan_run_by_iptables_gives_the_same_rules(netns: str, nfcore: Run) -> None:
    plan = nfcore("apply", "--netns", netns, "--dry-run", SCENARIO).ok().splitlines()
    for line in plan[:-1]:
        program, *arguments = line[2:].split()
        in_netns(netns, [f"{program}-legacy", *arguments])
    nft = ("--netns", netns, "--backend", "nftables")
    nfcore("apply", *nft, SCENARIO).ok()
    for version in ("", "6"):
        saved = nfcore("save", *nft, *([f"-{version}"] if version else [])).ok()
        legacy = in_netns(netns, [f"ip{version}tables-legacy-save"]).stdout
        rules = [line for line in saved.splitlines() if line.startswith("-A")]
        assert sorted(rules) == sorted(x for x in legacy.splitlines() if x.startswith("-A"))


def test_networks_made_by_hand_are_left_alone(netns: str, nfcore: Run) -> None:
    nfcore("network", "create", "mine", "--subnet", "10.9.0.0/24", "--netns", netns).ok()
    nfcore("apply", "--netns", netns, SCENARIO).ok()
    nfcore("apply", "--netns", netns, str(EXAMPLES / "scenario-docker0.yml")).ok()
    names = json.loads(nfcore("network", "ls", "--json", "--netns", netns).ok())
    assert [(n["name"], n["made_by"]) for n in names] == [("mine", "hand"), ("bridge", "apply")]


def test_a_missing_jump_is_put_back_with_the_rule_for_replies_above_it(
    netns: str, nfcore: Run
) -> None:
    nfcore("apply", "--netns", netns, "--layout", "rules", SCENARIO).ok()
    saved = nfcore("save", "--netns", netns).ok()
    lines = listing(netns).splitlines()
    victim = next(line for line in lines if 'oifname "bridge1" ' in line and "jump DOCKER " in line)
    handle = victim.rpartition("# handle ")[2]
    in_netns(netns, ["nft", "delete", "rule", "ip", "filter", "FORWARD", "handle", handle])
    result = json.loads(nfcore("apply", "--json", "--netns", netns, SCENARIO).ok())
    new = {c["command"] for c in result["changes"] if c["sign"] == "+"}
    replies = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    assert {c for c in new if not c.endswith(("-j DOCKER-USER", "-STAGE-1"))} == {
        "iptables -t filter -I FORWARD -o bridge1 -j DOCKER",
        f"iptables -t filter -I FORWARD -o bridge1 {replies}",
    }
    repaired = nfcore("save", "--netns", netns).ok()
    assert sorted(repaired.splitlines()) == sorted(saved.splitlines())


def test_no_userland_proxy_turns_hairpin_mode_on(netns: str, nfcore: Run) -> None:
    nfcore("apply", "--netns", netns, "--no-userland-proxy", SCENARIO).ok()
    saved = nfcore("save", "--netns", netns).ok()
    assert "-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER\n" in saved
    assert "-A POSTROUTING -o bridge1 -m addrtype --src-type LOCAL -j MASQUERADE\n" in saved


def test_json_says_what_happened(netns: str, nfcore: Run) -> None:
    result = json.loads(nfcore("apply", "--json", "--netns", netns, SCENARIO).ok())
    assert result["changed"] is True
    assert result["created"] == ["bridge", "bridge1"]
    assert {"sign": "+", "command": "iptables -t nat -N DOCKER"} in result["changes"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "nfcore: <stdin>:1: "),
        ("networks: {a: {ipam: {config: [{subnet: 10.0.0.1/24}]}}}", "10.0.0.0/24"),
        (f"networks:\n{network('a', 1)}{network('b', 1)}", "overlaps"),
        ("networks: {a: {driver_opts: {com.docker.network.bridge.name: a/b}}}", "a/b"),
        ("networks: [", "<stdin>:1"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused(
    text: str, message: str, netns: str, nfcore: Run
) -> None:
    assert message in nfcore("apply", "--netns", netns, "-", stdin=text).failed()
    assert listing(netns) == ""


def test_wrong_usage(nfcore: Run) -> None:
    assert "FILE" in nfcore("apply").failed(2)
    assert "--layout" in nfcore("apply", "--layout", "odd", SCENARIO).failed(2)
    both = nfcore("apply", "--sandbox", "--netns", "x", SCENARIO).failed(2)
    assert "exclude each other" in both
    assert "no-such-file" in nfcore("apply", "no-such-file").failed()
    assert (
        "no network namespace 'no-such'" in nfcore("apply", "--netns", "no-such", SCENARIO).failed()
    )


def test_sandbox_needs_no_root_and_leaves_nothing_behind() -> None:
    before = subprocess.run(["nft", "list", "ruleset"], check=True, capture_output=True).stdout
    done = subprocess.run(
        [sys.executable, "-m", "nfcore", "apply", "--sandbox", SCENARIO],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "-A POSTROUTING -s 192.0.2.0/24 ! -o bridge1 -j MASQUERADE\n" in done.stdout
    assert "# ip6tables-save" in done.stdout
    after = subprocess.run(["nft", "list", "ruleset"], check=True, capture_output=True).stdout
    assert after == before
