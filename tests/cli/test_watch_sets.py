"""`nfcore watch` on a host in the layout of sets: whatever is taken away comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_watch import Watch
from tests.netns import in_netns

COMPOSE = """\
services:
  web:
    image: x
    networks: {front: {ipv4_address: 172.30.0.10}}
    ports: ["8080:80", "192.0.2.1:5353:53/udp"]
networks:
  front:
    driver_opts: {com.docker.network.bridge.name: br-front}
    ipam: {config: [{subnet: 172.30.0.0/16}]}
  fixed:
    driver_opts:
      com.docker.network.bridge.name: br-fixed
      com.docker.network.host_ipv4: 192.0.2.9
    ipam: {config: [{subnet: 172.29.0.0/24}]}
  back:
    internal: true
    driver_opts: {com.docker.network.bridge.name: br-back}
    ipam: {config: [{subnet: 172.31.0.0/16}]}
"""


@pytest.fixture(params=[(), ("--no-userland-proxy",)], ids=["proxy", "hairpin"])
def watch(
    nfcore: Run, netns: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Watch]:
    file = tmp_path / "compose.yml"
    file.write_text(COMPOSE)
    nfcore("apply", str(file), "--layout", "sets", "--netns", netns, *request.param).ok()
    running = Watch(netns, file, options=request.param)
    yield running
    running.end()


_NUMBER = re.compile(r'(?<=comment ")[0-9a-f]{8}')


def everything(watch: Watch) -> list[str]:
    """Every rule in its place, and every element in any: those that come back are the newest."""
    listed = in_netns(watch.netns, ["nft", "list", "ruleset"]).stdout
    chains, sets = [], []
    for block in re.findall(
        r"^\t(?:chain|set|map) .*?^\t}", listed, flags=re.MULTILINE | re.DOTALL
    ):
        if block.startswith("\tchain"):
            chains.append(block)
        else:
            sets += re.split(r",\s+|\n", _NUMBER.sub("", block).replace("elements = { ", ""))
    return [*sorted(chains), *sorted(word.strip(" \t}") for word in sets)]


def taken_out(watch: Watch, chain: str, *words: str) -> str:
    """The command that deletes a chain's first rule with all of these words."""
    listed = in_netns(watch.netns, ["nft", "-a", "list", "chain", *f"ip {chain}".split()]).stdout
    line = next(line for line in listed.splitlines() if all(word in line for word in words))
    return f"delete rule ip {chain} handle {line.rpartition('handle ')[2]}"


COMMANDS: tuple[str | tuple[str, ...], ...] = (
    "delete element ip filter forwarded { br-front }",
    "delete element ip nat any_address { tcp . 8080 }",
    "delete element ip nat masquerade_16 { 172.30.0.0 }",
    "delete element ip nat snat_24 { 172.29.0.0 }",
    "flush set ip filter published",
    "flush map ip nat one_port",
    "flush set ip filter inner_16",
    "flush chain ip filter DOCKER",
    "flush chain ip nat POSTROUTING",
    "flush chain ip6 filter FORWARD",
    ("filter FORWARD", "@forwarded", "accept"),
    ("nat POSTROUTING", "@masquerade_16"),
    ("filter DOCKER-ISOLATION-STAGE-1", "@internal_16"),
    "delete table ip nat",
    "flush ruleset",
)
"""What somebody does: a command of nft's, or a chain and words of the rule to delete."""


def test_whatever_is_taken_away_comes_back(watch: Watch) -> None:
    before, saved = everything(watch), sorted(watch.save().splitlines())
    for what in COMMANDS:
        command = what if isinstance(what, str) else taken_out(watch, *what)
        in_netns(watch.netns, ["nft", *command.split()])
        line = watch.line()
        assert line.startswith("nft (process "), what
        assert " in one transaction: " in line, what
        assert everything(watch) == before, what
    assert sorted(watch.save().splitlines()) == saved


def test_a_rule_above_the_jumps_goes_below_them(watch: Watch) -> None:
    in_netns(watch.netns, ["iptables-nft", "-I", "FORWARD", "-j", "ACCEPT"])
    assert watch.line().startswith("iptables-nft (process ")
    forward = [line for line in watch.save().splitlines() if line.startswith("-A FORWARD")]
    assert forward[:2] == ["-A FORWARD -j DOCKER-USER", "-A FORWARD -j DOCKER-ISOLATION-STAGE-1"]
    assert "-A FORWARD -j ACCEPT" in forward[2:]


def test_docker_user_is_its_users(watch: Watch) -> None:
    user = ["iptables-nft", "-I", "DOCKER-USER", "-s", "198.51.100.7", "-j", "DROP"]
    in_netns(watch.netns, user)
    in_netns(watch.netns, ["nft", "flush set ip filter forwarded"])
    assert "DOCKER-USER" not in watch.line()  # and by now it has seen the user's rule
    in_netns(watch.netns, ["nft", "flush", "ruleset"])
    assert " in one transaction: " in watch.line()
    assert "-A DOCKER-USER -s 198.51.100.7/32 -j DROP" in watch.save()
    assert "set same" in in_netns(watch.netns, ["nft", "list", "ruleset"]).stdout


def test_somebody_converts_the_host(watch: Watch, nfcore: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "compose.yml")
    nfcore("apply", file, "--layout", "rules", "--netns", watch.netns, *watch.options).ok()
    in_netns(watch.netns, ["iptables-nft", "-F", "DOCKER"])
    assert "iptables-nft (process " in watch.line()
    assert "set same" not in in_netns(watch.netns, ["nft", "list", "ruleset"]).stdout


def test_a_host_with_rules_is_converted_where_that_is_asked(
    nfcore: Run, netns: str, tmp_path: Path
) -> None:
    file = tmp_path / "compose.yml"
    file.write_text(COMPOSE)
    nfcore("apply", str(file), "--layout", "rules", "--netns", netns).ok()
    before = nfcore("save", "--netns", netns).ok()
    running = Watch(netns, file, options=("--layout", "sets"))
    try:
        assert "set same" in in_netns(netns, ["nft", "list", "ruleset"]).stdout
        assert running.save() == before
    finally:
        running.end()
