"""All peers that program iptables' rules leave the very same ones."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from pyroute2 import netns as netns_tools

from bench.peers import (
    PEERS,
    CommandFailed,
    CommandFirewall,
    DaemonSilent,
    LibnftablesFailed,
    in_library,
    wait_until,
)
from bench.peers._floor import FloorPeer
from bench.peers._raw_elements import raw_batch
from bench.workload import KEPT, Action, Stack, carry_out, driver_of, make_network
from nfcore.engine import Engine
from nfcore.executor import CffiExecutor, FakeExecutor
from nfcore.host import save_text
from nfcore.operations import SetRef, SetType, TableRef
from tests.elements import deleting
from translate import IPVersion

OURS = ("nfcore rules", "libnftables JSON", "nft -j -f", "nft -f")
LEGACY = ("nfcore legacy", "iptables-legacy-restore", "docker iptables-legacy")
COMPAT = ("iptables-nft-restore", "docker iptables-nft", "docker firewalld")
STEPS: tuple[tuple[Action, range], ...] = (
    ("create", range(10, 13)),
    ("publish", range(11, 12)),
    ("release", range(11, 12)),
    ("publish", range(10, 11)),
    ("delete", range(12, 13)),
)


@pytest.fixture
def thread(netns: str, own_lock: object) -> Iterator[ThreadPoolExecutor]:
    """A thread in the test's network namespace."""
    del own_lock
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(netns_tools.setns, netns).result()
        yield pool


def saved(name: str) -> str:
    if name in OURS:
        with Engine(CffiExecutor()) as engine:
            return "".join(save_text(engine.ruleset, version) for version in IPVersion)
    variant = "legacy" if name in LEGACY else "nft"
    programs = [f"{version.program}-{variant}-save" for version in IPVersion]
    return "".join(
        subprocess.run([program], check=True, capture_output=True, text=True).stdout
        for program in programs
    )


def rules_of(text: str) -> list[str]:
    """Every table's rules, in order."""
    tables: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("*"):
            tables.append([line])
        elif line.startswith("-A"):
            tables[-1].append(line)
    return [line for table in sorted(table for table in tables if len(table) > 1) for line in table]


def played(name: str, stack: Stack) -> list[list[str]]:
    peer = PEERS[name].open(stack)
    states = []
    try:
        peer.fill(range(3))
        for action, numbers in STEPS:
            peer.prepare(action, numbers)()
            peer.settle()
            states.append(rules_of(saved(name)))
    finally:
        peer.close()
    return states


@pytest.mark.parametrize("name", [*OURS, *LEGACY, *COMPAT])
def test_every_peer_leaves_what_docker_leaves(
    name: str, thread: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "none yet: firewalld's peer brings its own")
    states = thread.submit(played, name, "dual").result()
    with ThreadPoolExecutor(max_workers=1) as pool:
        expected = pool.submit(expected_states).result()
    assert states == expected


def expected_states() -> list[list[str]]:
    """What the driver's own commands leave, worked out by an engine over no kernel at all."""
    driver = driver_of("dual")
    states = []
    with Engine(FakeExecutor()) as engine:
        with engine.transaction() as transaction:
            driver.ensure_started(transaction)
            carry_out(transaction, driver, "create", [make_network(n, "dual") for n in range(3)])
        for action, numbers in STEPS:
            with engine.transaction() as transaction:
                carry_out(transaction, driver, action, [make_network(n, "dual") for n in numbers])
            text = "".join(save_text(engine.ruleset, version) for version in IPVersion)
            states.append(rules_of(text))
    return states


def test_docker_29s_layout_comes_and_goes(thread: ThreadPoolExecutor) -> None:
    def listed() -> str:
        done = subprocess.run(["nft", "list", "ruleset"], check=True, capture_output=True)
        return done.stdout.decode()

    def play(name: str) -> None:
        peer = PEERS[name].open("dual")
        peer.fill(range(2))
        before = listed()
        peer.prepare("create", [7])()
        peer.settle()
        created = listed()
        assert created.count("br-000000000007") > 8
        peer.prepare("publish", [7])()
        peer.settle()
        assert "dnat to 10.0.7.2:80" in listed()
        assert "dnat to [fd00:0:0:7::2]:80" in listed()
        peer.prepare("release", [7])()
        peer.settle()
        assert listed() == created
        peer.prepare("delete", [7])()
        assert listed() == before
        peer.close()
        subprocess.run(["nft", "flush", "ruleset"], check=True)

    for name in ("docker29 libnftables", "docker29 nft"):
        thread.submit(play, name).result()


@pytest.mark.parametrize(
    ("name", "heard"),
    [("nfcore sets", True), ("libnftables JSON", True), ("libnftables JSON, sets", False)],
)
def test_who_needs_to_hear_of_commits_listens_from_the_start_of_a_turn_to_its_end(
    name: str, heard: bool, thread: ThreadPoolExecutor
) -> None:
    def listens() -> bool:
        lines = Path("/proc/thread-self/net/netlink").read_text().splitlines()[1:]
        return any(int(line.split()[3], 16) for line in lines if line.split()[1] == "12")

    def play() -> list[bool]:
        with closing(PEERS[name].open("ipv4")) as peer:
            peer.fill([KEPT])  # the first one's jumps are rules
            seen = [listens()]
            work = peer.prepare("create", [7])
            seen.append(listens())
            work()
            seen.append(listens())
            peer.settle()
            seen.append(listens())
        return seen

    assert thread.submit(play).result() == [False, heard, heard, False]


SETS = ("nfcore sets", "floor", "libnftables JSON, sets")
HANDLES = re.compile(r'"handle": ?\d+')


@pytest.mark.parametrize("name", SETS[1:])
def test_the_floor_puts_the_very_elements_of_nfcores_sets(
    name: str, thread: ThreadPoolExecutor
) -> None:
    def ruleset() -> list[str]:
        listed = subprocess.run(["nft", "-j", "list", "ruleset"], check=True, capture_output=True)
        parts = json.loads(HANDLES.sub('"handle": 0', listed.stdout.decode()))["nftables"]
        for part in parts:
            for kind in ("set", "map"):
                elements = part.get(kind, {}).get("elem", [])
                elements.sort(key=json.dumps)
        return [json.dumps(part) for part in parts]

    def states(name: str) -> list[list[str]]:
        found = []
        peer = PEERS[name].open("dual")
        try:
            if name != "floor":
                peer.fill([KEPT])
            peer.fill(range(1_500))
            for action, numbers in STEPS:
                peer.prepare(action, [2_000 + number for number in numbers])()
                peer.settle()
                found.append(ruleset())
        finally:
            peer.close()
            subprocess.run(["nft", "flush", "ruleset"], check=True)
        return found

    expected = thread.submit(states, SETS[0]).result()
    assert thread.submit(states, name).result() == expected
    assert any("br-0000000005db" in part for part in expected[0])


def test_what_the_kernel_refuses_of_raw_bytes_is_an_error(thread: ThreadPoolExecutor) -> None:
    nowhere = SetRef(table=TableRef(version=IPVersion.V4, name="filter"), name="nowhere")
    batch = raw_batch([deleting(nowhere, "eth0")], {nowhere: SetType(key=("ifname",))})

    def refused() -> None:
        with closing(FloorPeer("ipv4")) as peer:
            peer._send(batch)

    with pytest.raises(OSError, match="No such file or directory"):
        thread.submit(refused).result()


def test_a_command_that_docker_expects_to_work_is_an_error_if_it_does_not() -> None:
    firewall = CommandFirewall(lambda _version, _args: False)
    with pytest.raises(CommandFailed, match=r"^iptables -t filter -N DOCKER$"):
        firewall.new_chain(IPVersion.V4, "filter", "DOCKER")


def test_a_daemon_that_does_not_begin_is_an_error() -> None:
    with pytest.raises(DaemonSilent, match="after 0 s still not: it rains"):
        wait_until(lambda: False, "it rains", 0)


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PEERS["docker firewalld"].missing() == ()
    monkeypatch.setenv("PATH", "/nonexistent")
    assert PEERS["docker firewalld"].missing() == ("dbus-daemon", "firewalld")
    assert PEERS["floor"].missing() == ()


def test_what_libnftables_refuses_is_an_error(thread: ThreadPoolExecutor) -> None:
    def refused() -> None:
        in_library(json=False)("add rule ip nowhere nothing drop")

    with pytest.raises(LibnftablesFailed, match="No such file or directory"):
        thread.submit(refused).result()
