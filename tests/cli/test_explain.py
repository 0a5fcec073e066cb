"""`nfcore explain` on a kernel: in both layouts, and over iptables-legacy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.netns import in_netns

COMPOSE = """\
services:
  web:
    image: x
    networks: {front: {ipv4_address: 172.30.0.10, ipv6_address: "fd00:30::10"}}
    ports: ["8080:80", "127.0.0.1:9090:90"]
networks:
  front:
    enable_ipv6: true
    driver_opts: {com.docker.network.bridge.name: br-front}
    ipam: {config: [{subnet: 172.30.0.0/16}, {subnet: "fd00:30::/64"}]}
  back:
    internal: true
    driver_opts: {com.docker.network.bridge.name: br-back}
    ipam: {config: [{subnet: 172.31.0.0/16}]}
"""


@pytest.fixture
def here(netns: str, tmp_path: Path) -> tuple[str, ...]:
    """The arguments that say where; a file and a host with one link to outside."""
    (tmp_path / "compose.yml").write_text(COMPOSE)
    for words in (
        "link set lo up",
        "link add eth0 type veth peer far0",
        "link set eth0 up",
        "link set far0 up",
        "address add 192.0.2.1/24 dev eth0",
        "address add 2001:db8::1/64 dev eth0 nodad",
        "route add default via 192.0.2.254",
    ):
        in_netns(netns, ["ip", *words.split()])
    return ("--netns", netns)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "compose.yml")


def told(nfcore: Run, *arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(nfcore("explain", "--json", *arguments).ok())
    return answer


@pytest.mark.parametrize("layout", ["rules", "sets"])
def test_from_everywhere(nfcore: Run, here: tuple[str, ...], file: str, layout: str) -> None:
    nfcore("apply", file, "--with-bridges", "--ip-forward", "--layout", layout, *here).ok()
    printed = nfcore("explain", "--from", "outside", "--to", "host:8080", *here).ok()
    assert printed.startswith("tcp 198.51.100.1:40000 -> 192.0.2.1:8080 NEW, in by eth0\n")
    assert (
        "-j DNAT --to-destination 172.30.0.10:80\n      destination 192.0.2.1:8080 -> " in printed
    )
    assert "Ends in network front, as 198.51.100.1:40000 -> 172.30.0.10:80: it arrives" in printed
    for sender, receiver, arrives, codes in (
        ("outside", "host:8080", True, []),
        ("outside", "host:8081", True, ["not-published"]),
        ("outside", "192.0.2.1:9090", False, ["other-address"]),
        ("front", "host:8080", False, ["no-hairpin"]),
        ("host", "127.0.0.1:9090", False, ["loopback-needs-proxy"]),
        ("front", "back:80", False, ["internal"]),
        ("front", "outside:80", True, []),
        ("outside", "[fd00:30::10]:80", True, []),
        ("outside", "[fd00:30::10]:81", False, ["not-open"]),
        ("host", "front:172.30.0.10:81", True, []),
    ):
        answer = told(nfcore, "--from", sender, "--to", receiver, *here)
        found = [finding["code"] for finding in answer["findings"]]
        assert (answer["arrives"], found) == (arrives, codes), (sender, receiver)


def test_field_by_field(nfcore: Run, here: tuple[str, ...], file: str) -> None:
    nfcore("apply", file, "--with-bridges", *here).ok()
    packet = ["--in", "eth0", "--out", "br-front", "--src", "192.0.2.7", "--dst", "172.30.0.10"]
    answer = told(nfcore, *packet, "-p", "tcp", "--sport", "5", "--dport", "80", *here)
    assert (answer["verdict"], answer["packet"]["sport"]) == ("ACCEPT", 5)
    assert [finding["code"] for finding in answer["findings"]] == ["no-forwarding"]
    answer = told(nfcore, *packet, "--icmp-type", "echo-request", "--mark", "0x7", *here)
    assert (answer["verdict"], answer["packet"]["mark"]) == ("DROP", 7)
    answer = told(nfcore, *packet, "-p", "udp", "--dport", "1", "--state", "established", *here)
    assert answer["decided_by"]["rule"].endswith("--ctstate RELATED,ESTABLISHED -j ACCEPT")
    answer = told(nfcore, "--from", "front", "--to", "outside", "-6", *here)
    assert answer["packet"]["protocol"] == "ipv6-icmp"


def test_iptables_legacy(nfcore: Run, here: tuple[str, ...], file: str, own_lock: Path) -> None:
    del own_lock
    nfcore("apply", file, "--with-bridges", "--ip-forward", "--backend", "legacy", *here).ok()
    answer = told(nfcore, "--from", "outside", "--to", "host:8080", *here)
    assert (answer["ends_in"], answer["arrives"]) == ("br-front", True)
    in_netns(here[1], ["nft", "add", "table", "inet", "mine"])
    chain = "{ type filter hook forward priority 5; policy drop; }"
    in_netns(here[1], ["nft", f"add chain inet mine forward {chain}"])
    answer = told(nfcore, "--from", "outside", "--to", "host:8080", *here)
    assert answer["findings"][0]["code"] == "foreign-stop"
    assert "chain inet mine forward (hook forward, priority 5)" in answer["findings"][0]["text"]


def test_both_kinds_of_tables(
    nfcore: Run, here: tuple[str, ...], file: str, own_lock: Path
) -> None:
    del own_lock
    nfcore("apply", file, "--with-bridges", "--ip-forward", *here).ok()
    in_netns(here[1], ["iptables-legacy", "-I", "FORWARD", "-p", "tcp", "-j", "DROP"])
    answer = told(nfcore, "--from", "outside", "--to", "host:8080", "--backend", "nftables", *here)
    assert "the tables of iptables-legacy ends its way" in answer["findings"][0]["text"]


def test_a_second_chain_at_a_hook(nfcore: Run, here: tuple[str, ...], file: str) -> None:
    nfcore("apply", file, "--with-bridges", "--ip-forward", "--layout", "sets", *here).ok()
    chain = "{ type filter hook forward priority 20; policy drop; }"
    in_netns(here[1], ["nft", f"add chain ip filter mine {chain}"])
    answer = told(nfcore, "--from", "outside", "--to", "host:8080", *here)
    assert answer["findings"][0]["text"] == (
        "chain ip filter mine (hook forward, priority 20) ends its way with DROP: its policy"
    )


def test_looking_makes_no_tables(nfcore: Run, here: tuple[str, ...], file: str) -> None:
    told(nfcore, "--from", "outside", "--to", "192.0.2.1:80", *here)
    assert in_netns(here[1], ["nft", "list", "ruleset"]).stdout == ""
    for names in ("ip_tables_names", "ip6_tables_names"):
        assert in_netns(here[1], ["cat", f"/proc/net/{names}"]).stdout == ""
    nfcore("apply", file, *here).ok()
    told(nfcore, "--from", "outside", "--to", "host:8080", *here)
    assert in_netns(here[1], ["cat", "/proc/net/ip_tables_names"]).stdout == ""


def test_tables_of_other_names(nfcore: Run, here: tuple[str, ...], file: str) -> None:
    prefix = ("--table-prefix", "docker-", *here)
    nfcore("apply", file, "--with-bridges", "--ip-forward", *prefix).ok()
    assert told(nfcore, "--from", "outside", "--to", "host:8080", *prefix)["arrives"] is True
    in_netns(here[1], ["iptables-nft", "-P", "FORWARD", "DROP"])
    answer = told(nfcore, "--from", "outside", "--to", "host:8080", *prefix)
    assert answer["findings"][0]["text"] == (
        "chain ip filter FORWARD (hook forward, priority 0) ends its way with DROP: its policy"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "who sends it? give --from, or --src"),
        (("--from", "host"), "where does it go? give --to, or --dst"),
        (("--from", "nosuch", "--to", "host"), "there is no network 'nosuch'; there are: none"),
        (("--from", "host", "--to", "1.2.3.4:x"), "--to: 'x' is no port"),
        (("--from", "host", "--to", "1.2.3.4", "-p", "x"), "unknown protocol 'x'"),
        (("--from", "host", "--to", "1.2.3.4", "--mark", "x"), "--mark: 'x' is no mark"),
        (("--from", "host", "--to", "1.2.3.4", "--state", "x"), "--state: unknown state 'x'"),
        (("--from", "1.2.3.4", "--src", "1.2.3.5", "--to", "host"), "give one of the two"),
        (("--from", "host", "--to", "9.9.9.9", "--icmp-type", "x"), "--icmp-type: "),
        (("--src", "9.9.9.8", "--to", "9.9.9.9", "--in", "a" * 16), "in_interface"),
        (("--from", "host", "--to", "9.9.9.9", "--in", "eth0"), "the host sends it itself"),
    ],
)
def test_refusals(
    nfcore: Run, here: tuple[str, ...], arguments: tuple[str, ...], message: str
) -> None:
    assert message in nfcore("explain", *arguments, *here).failed()
