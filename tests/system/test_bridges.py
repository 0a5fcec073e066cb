"""Bridges that nfcore makes, reuses and refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.netns import in_netns

FRONT = (
    *("network", "create", "front", "--subnet", "10.1.0.0/24", "--subnet", "fd00:1::/64", "--ipv6"),
    *("-o", "com.docker.network.bridge.name=br-f"),
)


def ip(netns: str, command: str) -> Any:
    """What ip(8) says, as JSON where it says anything."""
    text = in_netns(netns, ["ip", "-json", "-details", *command.split()]).stdout
    return json.loads(text) if text else None


def links(netns: str) -> list[str]:
    return [link["ifname"] for link in ip(netns, "link")]


def addresses(netns: str, device: str = "br-f") -> set[str]:
    (found,) = ip(netns, f"addr show {device}")
    return {f"{a['local']}/{a['prefixlen']}" for a in found["addr_info"]}


def sysctl(netns: str, key: str) -> str:
    return in_netns(netns, ["cat", f"/proc/sys/{key}"]).stdout.strip()


def test_a_bridge_is_made_as_docker_makes_it(netns: str, nfcore: Run) -> None:
    nfcore(*FRONT, "--with-bridge", "--netns", netns).ok()
    (device,) = ip(netns, "link show br-f")
    assert device["linkinfo"]["info_kind"] == "bridge"
    assert device["ifalias"] == "nfcore:front"
    assert "UP" in device["flags"]
    assert {"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"} <= addresses(netns)
    (found,) = ip(netns, "addr show br-f")
    assert not any(address.get("tentative") for address in found["addr_info"])
    assert sysctl(netns, "net/ipv6/conf/br-f/accept_ra") == "0"


def test_rm_removes_it(netns: str, nfcore: Run) -> None:
    before = links(netns)
    nfcore(*FRONT, "--with-bridge", "--netns", netns).ok()
    nfcore("network", "rm", "front", "--netns", netns).ok()
    assert links(netns) == before


def test_the_hardware_address_stays_when_containers_come(netns: str, nfcore: Run) -> None:
    nfcore(*FRONT, "--with-bridge", "--netns", netns).ok()
    (before,) = ip(netns, "link show br-f")
    ip(netns, "link add v0 address 02:00:00:00:00:01 type veth peer name v1")
    ip(netns, "link set v0 master br-f up")
    (after,) = ip(netns, "link show br-f")
    assert after["address"] == before["address"]


def test_a_dry_run_says_what_ip_would_do_and_does_nothing(netns: str, nfcore: Run) -> None:
    before = links(netns)
    lines = nfcore(*FRONT, "--with-bridge", "--dry-run", "--netns", netns).ok().splitlines()
    assert lines[:6] == [
        "+ ip link add br-f type bridge && ip link set br-f alias nfcore:front",
        "+ sysctl -w net/ipv6/conf/br-f/disable_ipv6=0",
        "+ sysctl -w net/ipv6/conf/br-f/accept_ra=0",
        "+ ip addr add 10.1.0.1/24 dev br-f",
        "+ ip addr add fd00:1::1/64 dev br-f nodad",
        "+ ip addr add fe80::1/64 dev br-f nodad",
    ]
    assert links(netns) == before
    for line in lines[:6]:
        in_netns(netns, ["sh", "-c", line.removeprefix("+ ")])
    assert {"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"} <= addresses(netns)


COMPOSE = """
networks:
  front:
    driver_opts: {com.docker.network.bridge.name: br-f}
    ipam: {config: [{subnet: SUBNET}]}
"""


def compose(subnet: str = "10.1.0.0/24") -> str:
    return COMPOSE.replace("SUBNET", subnet)


def test_applying_again_changes_nothing(netns: str, nfcore: Run) -> None:
    command = ("apply", "--with-bridges", "--netns", netns, "-")
    nfcore(*command, stdin=compose()).ok()
    again = nfcore(*command, stdin=compose()).ok()
    assert again == "nothing to change: 1 network as in the file\n"
    in_netns(netns, ["ip", "link", "set", "br-f", "down"])
    in_netns(netns, ["ip", "addr", "flush", "dev", "br-f"])
    mended = json.loads(nfcore(*command, "--json", stdin=compose()).ok())
    assert mended["changes"] == []
    assert mended["system"] == [
        {"sign": "+", "command": "ip addr add 10.1.0.1/24 dev br-f"},
        {"sign": "+", "command": "ip link set br-f up"},
    ]


def test_an_edit_of_the_file_reaches_the_bridge(netns: str, nfcore: Run) -> None:
    command = ("apply", "--with-bridges", "--netns", netns, "-")
    nfcore(*command, stdin=compose()).ok()
    nfcore(*command, stdin=compose("10.2.0.0/24")).ok()
    assert {a for a in addresses(netns) if "." in a} == {"10.2.0.1/24"}
    renamed = compose("10.2.0.0/24").replace("front:", "back:")
    nfcore(*command, stdin=renamed).ok()
    (device,) = ip(netns, "link show br-f")
    assert device["ifalias"] == "nfcore:back"
    elsewhere = compose("10.2.0.0/24").replace("br-f", "br-b")
    nfcore("apply", "--netns", netns, "-", stdin=elsewhere).ok()
    assert "br-f" not in links(netns)


def test_somebody_elses_bridge_is_used_as_it_is_and_never_removed(netns: str, nfcore: Run) -> None:
    ip(netns, "link add br-f type bridge")
    ip(netns, "addr add 10.1.0.1/24 dev br-f")
    ip(netns, "addr add 192.0.2.1/24 dev br-f")
    ip(netns, "addr add fd00:1::1/64 dev br-f")
    nfcore(*FRONT, "--with-bridge", "--netns", netns).ok()
    (device,) = ip(netns, "link show br-f")
    assert "UP" in device["flags"]
    assert "ifalias" not in device
    assert "192.0.2.1/24" in addresses(netns)
    nfcore("network", "rm", "front", "--netns", netns).ok()
    assert "br-f" in links(netns)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ("veth", "network front: br-f is there already, and no bridge: take another bridge name"),
        (
            "bridge",
            "network front: bridge br-f is somebody else's and does not have 10.1.0.1/24 and "
            "fd00:1::1/64: ip addr add 10.1.0.1/24 dev br-f, or take another bridge name",
        ),
    ],
)
def test_what_is_somebody_elses_is_refused(
    made: str, message: str, netns: str, nfcore: Run
) -> None:
    ip(netns, f"link add br-f type {made}")
    assert nfcore(*FRONT, "--with-bridge", "--netns", netns).failed() == f"nfcore: {message}\n"
    assert "br-f" not in nfcore("save", "--netns", netns).ok()


def refuse_rules(netns: str) -> None:
    """Make DOCKER a base chain, which the kernel lets no rule jump to."""
    in_netns(netns, ["nft", "add table ip filter"])
    hook = "{ type filter hook forward priority 5; }"
    in_netns(netns, ["nft", f"add chain ip filter DOCKER {hook}"])


def test_a_bridge_made_goes_again_when_the_kernel_refuses_the_rules(
    netns: str, nfcore: Run
) -> None:
    before = links(netns)
    refuse_rules(netns)
    assert (
        "the transaction was refused" in nfcore(*FRONT, "--with-bridge", "--netns", netns).failed()
    )
    assert links(netns) == before


def state_of_bridge(netns: str) -> tuple[object, ...]:
    (device,) = ip(netns, "link show br-f")
    accept_ra = sysctl(netns, "net/ipv6/conf/br-f/accept_ra")
    return device["ifalias"], device["flags"], addresses(netns), accept_ra


def test_changes_to_an_own_bridge_are_taken_back_when_the_kernel_refuses_the_rules(
    netns: str, nfcore: Run
) -> None:
    ip(netns, "link add br-f type bridge")
    ip(netns, "link set br-f alias nfcore:older")
    ip(netns, "addr add 10.9.0.1/24 dev br-f")
    before = state_of_bridge(netns)
    refuse_rules(netns)
    nfcore(*FRONT, "--with-bridge", "--netns", netns).failed()
    assert state_of_bridge(netns) == before
