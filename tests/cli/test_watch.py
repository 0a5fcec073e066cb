"""`nfcore watch`: whoever changes the rules, they come back."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from nfcore.exceptions import BackendUnavailable
from nfcore.executor import FakeExecutor
from nfcore.host import Watcher
from tests.cli.conftest import Run
from tests.netns import in_netns

SCENARIO = Path(__file__).parents[2] / "examples" / "scenario-bridge1.yml"


class Watch:
    """A running `nfcore watch`, and what it says."""

    def __init__(
        self,
        netns: str,
        file: Path,
        environment: dict[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.netns, self.options = netns, options
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nfcore", "watch", "--netns", netns, *options, str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        assert self.line().startswith("watching: ")

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def complaint(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def save(self) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "nfcore", "save", "--netns", self.netns],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)


@pytest.fixture
def watch(netns: str, tmp_path: Path) -> Iterator[Watch]:
    file = tmp_path / "compose.yml"
    file.write_text(SCENARIO.read_text())
    running = Watch(netns, file, options=("--layout", "rules"))
    yield running
    running.end()


def test_what_is_taken_away_comes_back_and_a_line_says_who(watch: Watch) -> None:
    before = watch.save()
    for command in (
        ["nft", "flush", "ruleset"],
        ["nft", "flush", "chain", "ip", "nat", "DOCKER"],
        ["nft", "delete", "table", "ip", "filter"],
    ):
        in_netns(watch.netns, command)
        line = watch.line()
        assert line.startswith("nft (process ")
        assert "put back after" in line
        assert "in one transaction: + iptables" in line
        assert watch.save() == before


def test_a_jump_that_belongs_on_top_is_on_top_again(watch: Watch) -> None:
    in_netns(watch.netns, ["iptables-nft", "-I", "FORWARD", "-j", "ACCEPT"])
    assert watch.line().startswith("iptables-nft (process ")
    forward = [x for x in watch.save().splitlines() if x.startswith("-A FORWARD")]
    assert forward[0] == "-A FORWARD -j DOCKER-USER"
    assert "-A FORWARD -j ACCEPT" in forward


def test_docker_user_is_its_users(watch: Watch) -> None:
    user = ["iptables-nft", "-I", "DOCKER-USER", "-s", "198.51.100.7", "-j", "DROP"]
    in_netns(watch.netns, user)
    in_netns(watch.netns, ["iptables-nft", "-D", "DOCKER-USER", "-j", "RETURN"])
    in_netns(watch.netns, ["iptables-nft", "-D", "FORWARD", "-o", "bridge1", "-j", "DOCKER"])
    assert "-A DOCKER-USER" not in watch.line()
    saved = watch.save()
    assert [x for x in saved.splitlines() if x.startswith("-A DOCKER-USER")] == [
        "-A DOCKER-USER -s 198.51.100.7/32 -j DROP"
    ]
    in_netns(watch.netns, ["nft", "flush", "ruleset"])
    watch.line()
    assert [x for x in watch.save().splitlines() if x.startswith("-A DOCKER-USER")] == [
        "-A DOCKER-USER -s 198.51.100.7/32 -j DROP"
    ]


def test_forwards_policy_comes_back_with_its_table(watch: Watch) -> None:
    in_netns(watch.netns, ["iptables-nft", "-P", "FORWARD", "DROP"])
    in_netns(watch.netns, ["iptables-nft", "-F", "DOCKER"])
    watch.line()
    in_netns(watch.netns, ["nft", "flush", "ruleset"])
    watch.line()
    assert ":FORWARD DROP [0:0]" in watch.save()


def test_sighup_reads_the_file_again(watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "compose.yml"
    file.write_text("networks: [")
    watch.process.send_signal(signal.SIGHUP)
    assert "what was wanted before is kept" in watch.complaint()
    file.write_text(SCENARIO.with_name("scenario-docker0.yml").read_text())
    watch.process.send_signal(signal.SIGHUP)
    assert "was read again: 1 network" in watch.line()
    assert "put back" in watch.line()
    assert "bridge1" not in watch.save()


def test_sigterm_ends_and_leaves_the_rules(watch: Watch) -> None:
    before = watch.save()
    watch.process.send_signal(signal.SIGTERM)
    assert watch.line() == "ended; the rules stay\n"
    assert watch.process.wait(timeout=20) == 0
    assert watch.save() == before


def test_systemd_is_told(netns: str, tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(address)
        notify.settimeout(20)
        running = Watch(netns, SCENARIO, {"NOTIFY_SOCKET": address})
        assert notify.recv(100) == b"READY=1"
        running.process.send_signal(signal.SIGTERM)
        assert notify.recv(100) == b"STOPPING=1"
        running.end()


def test_it_cannot_read_standard_input(nfcore: Run) -> None:
    assert "cannot be standard input" in nfcore("watch", "-").failed(2)


def test_an_executor_that_hears_nothing_is_refused() -> None:
    with pytest.raises(BackendUnavailable, match="the fake backend hears of nobody's changes"):
        Watcher(FakeExecutor(), [])
