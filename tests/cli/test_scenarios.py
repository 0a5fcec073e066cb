"""The two scenarios of Docker's integration tests, and their IPv6 twins, from file to `save`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.netns import in_netns

EXAMPLES = Path(__file__).parents[2] / "examples"

NEW_DAEMON_FILTER = """\
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
"""
NEW_DAEMON_NAT = """\
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER -i docker0 -j RETURN
"""
BRIDGE1_FILTER = """\
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o bridge1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o bridge1 -j DOCKER
-A FORWARD -i bridge1 ! -o bridge1 -j ACCEPT
-A FORWARD -i bridge1 -o bridge1 -j ACCEPT
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER ! -i bridge1 -o bridge1 -j DROP
-A DOCKER-ISOLATION-STAGE-1 -i bridge1 ! -o bridge1 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o bridge1 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
"""
BRIDGE1_NAT = """\
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 192.0.2.0/24 ! -o bridge1 -j MASQUERADE
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER -i bridge1 -j RETURN
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i bridge1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.0.2.2:80
"""


def rules_of(saved: str, table: str) -> str:
    """The rules of one table of iptables-save's output."""
    _, _, rest = saved.partition(f"*{table}\n")
    block, _, _ = rest.partition("COMMIT\n")
    return "".join(f"{line}\n" for line in block.splitlines() if line.startswith("-A"))


def to_ipv6(text: str) -> str:
    """The same scenario in IPv6."""
    for v4, v6 in (
        ("172.17.0.0/16", "fd00:17::/64"),
        ("192.0.2.0/24", "2001:db8::/64"),
        ("192.0.2.2:80", "[2001:db8::2]:80"),
        ("192.0.2.2/32", "2001:db8::2/128"),
        ("192.0.2.2", "2001:db8::2"),
        ("127.0.0.0/8", "::1/128"),
        ("-A DOCKER ! -i bridge1 -p tcp", "-A DOCKER ! -s fe80::/10 ! -i bridge1 -p tcp"),
    ):
        text = text.replace(v4, v6)
    return text


def ipv6_twin(compose: str) -> str:
    """The same Compose file, for IPv6 alone."""
    return (
        to_ipv6(compose)
        .replace("gateway: 172.17.0.1", "gateway: fd00:17::1")
        .replace("    ipam:", "    enable_ipv4: false\n    enable_ipv6: true\n    ipam:")
        .replace("ipv4_address", "ipv6_address")
    )


SCENARIOS = {
    "scenario-docker0.yml": (NEW_DAEMON_FILTER, NEW_DAEMON_NAT),
    "scenario-bridge1.yml": (BRIDGE1_FILTER, BRIDGE1_NAT),
}


@pytest.mark.parametrize("file", SCENARIOS)
def test_scenario(file: str, netns: str, nfcore: Run) -> None:
    nfcore("apply", "--netns", netns, str(EXAMPLES / file)).ok()
    saved = nfcore("save", "--netns", netns).ok()
    assert (rules_of(saved, "filter"), rules_of(saved, "nat")) == SCENARIOS[file]


@pytest.mark.parametrize("file", SCENARIOS)
def test_ipv6_twin(file: str, netns: str, nfcore: Run) -> None:
    twin = ipv6_twin((EXAMPLES / file).read_text())
    nfcore("apply", "--netns", netns, "-", stdin=twin).ok()
    saved = nfcore("save", "-6", "--netns", netns).ok()
    wanted = tuple(to_ipv6(text) for text in SCENARIOS[file])
    assert (rules_of(saved, "filter"), rules_of(saved, "nat")) == wanted


@pytest.mark.parametrize("version", ["", "6"])
def test_legacy_loads_what_save_prints_and_saves_the_same(
    version: str, netns: str, nfcore: Run
) -> None:
    nfcore("apply", "--netns", netns, str(EXAMPLES / "compose.yml")).ok()
    saved = nfcore("save", "--netns", netns, *([f"-{version}"] if version else [])).ok()
    in_netns(netns, [f"ip{version}tables-legacy-restore"], stdin=saved)
    for table in ("filter", "nat"):
        printed = in_netns(netns, [f"ip{version}tables-legacy-save", "-t", table]).stdout
        same = "".join(f"{x}\n" for x in printed.splitlines() if not x.startswith("#"))
        assert same in saved


def test_deleting_every_network_leaves_a_new_driver(netns: str, nfcore: Run) -> None:
    nfcore("network", "create", "x", "--subnet", "10.0.0.0/24", "--netns", netns).ok()
    nfcore("network", "rm", "x", "--netns", netns).ok()
    empty = [nfcore("save", *flag, "--netns", netns).ok() for flag in ([], ["-6"])]
    nfcore("apply", "--netns", netns, str(EXAMPLES / "scenario-bridge1.yml")).ok()
    for name in ("bridge1", "bridge"):
        nfcore("network", "rm", name, "--netns", netns).ok()
    assert [nfcore("save", *flag, "--netns", netns).ok() for flag in ([], ["-6"])] == empty
