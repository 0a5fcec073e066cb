"""IP forwarding and the sysctls of bridges."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from nfcore.bridge import NetworkSpec
from nfcore.exceptions import SetupFailed
from nfcore.system import Sysctls, System
from tests.cli.conftest import Run
from tests.netns import in_netns
from tests.system.test_bridges import FRONT, links, refuse_rules, sysctl
from translate import IPVersion

FORWARDING = (
    "net/ipv4/ip_forward",
    "net/ipv6/conf/default/forwarding",
    "net/ipv6/conf/all/forwarding",
)


def every_forwarding(netns: str) -> str:
    return in_netns(netns, ["sh", "-c", "grep -H . /proc/sys/net/ipv[46]/conf/*/forwarding"]).stdout


def test_no_sysctl_is_touched_unasked(netns: str, nfcore: Run) -> None:
    before = every_forwarding(netns)
    nfcore(*FRONT, "--with-bridge", "--netns", netns).ok()
    nfcore("network", "rm", "front", "--netns", netns).ok()
    nfcore(*FRONT, "--netns", netns).ok()
    assert every_forwarding(netns) == before
    assert sysctl(netns, "net/bridge/bridge-nf-call-iptables") == "1"
    assert ":FORWARD ACCEPT" in nfcore("save", "--netns", netns).ok()


def test_forwarding_turned_on_makes_the_policy_drop(netns: str, nfcore: Run) -> None:
    assert [sysctl(netns, key) for key in FORWARDING] == ["0", "0", "0"]
    nfcore(*FRONT, "--ip-forward", "--netns", netns).ok()
    assert [sysctl(netns, key) for key in FORWARDING] == ["1", "1", "1"]
    for flag in ([], ["-6"]):
        assert ":FORWARD DROP" in nfcore("save", *flag, "--netns", netns).ok()


def test_forwarding_that_was_on_leaves_the_policy_alone(netns: str, nfcore: Run) -> None:
    in_netns(netns, ["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"])
    nfcore(*FRONT, "--ip-forward", "--netns", netns).ok()
    assert ":FORWARD ACCEPT" in nfcore("save", "--netns", netns).ok()
    assert ":FORWARD DROP" in nfcore("save", "-6", "--netns", netns).ok()


def test_sysctls_are_put_back_when_the_kernel_refuses_the_rules(netns: str, nfcore: Run) -> None:
    in_netns(netns, ["ip", "link", "add", "v0", "type", "veth"])
    in_netns(netns, ["sysctl", "-q", "-w", "net.ipv6.conf.v0.forwarding=1"])
    in_netns(netns, ["sysctl", "-q", "-w", "net.ipv4.conf.v0.forwarding=1"])
    before = every_forwarding(netns)
    refuse_rules(netns)
    nfcore(*FRONT, "--ip-forward", "--with-bridge", "--netns", netns).failed()
    assert every_forwarding(netns) == before
    assert "br-f" not in links(netns)


def test_hairpin_mode_routes_loopback_to_the_bridge_and_filters_it(netns: str, nfcore: Run) -> None:
    for key in ("iptables", "ip6tables"):
        in_netns(netns, ["sysctl", "-q", "-w", f"net.bridge.bridge-nf-call-{key}=0"])
    nfcore(*FRONT, "--with-bridge", "--no-userland-proxy", "--netns", netns).ok()
    assert sysctl(netns, "net/ipv4/conf/br-f/route_localnet") == "1"
    assert sysctl(netns, "net/bridge/bridge-nf-call-iptables") == "1"
    assert sysctl(netns, "net/bridge/bridge-nf-call-ip6tables") == "1"


@pytest.mark.parametrize(("icc", "wanted"), [("true", "0"), ("false", "1")])
def test_a_bridge_is_filtered_where_icc_is_off(
    icc: str, wanted: str, netns: str, nfcore: Run
) -> None:
    in_netns(netns, ["sysctl", "-q", "-w", "net.bridge.bridge-nf-call-iptables=0"])
    option = f"com.docker.network.bridge.enable_icc={icc}"
    nfcore(*FRONT, "-o", option, "--with-bridge", "--netns", netns).ok()
    assert sysctl(netns, "net/bridge/bridge-nf-call-iptables") == wanted
    assert sysctl(netns, "net/ipv4/conf/br-f/route_localnet") == "0"


def proc(root: Path) -> Sysctls:
    """A kernel's settings as files: forwarding is off, and cannot be turned on for all of IPv6."""
    for key in FORWARDING:
        (root / key).parent.mkdir(parents=True, exist_ok=True)
    (root / FORWARDING[0]).write_text("0\n")
    (root / FORWARDING[1]).write_text("0\n")
    return Sysctls(root)


def test_a_sysctl_that_cannot_be_written_takes_those_before_it_back(
    netns: str, tmp_path: Path
) -> None:
    sysctls = proc(tmp_path)
    system = System(netns=netns, sysctls=sysctls)
    steps = system.plan(forwarding=list(IPVersion))
    assert [step.command for step in steps] == [
        "sysctl -w net/ipv4/ip_forward=1",
        "sysctl -w net/ipv6/conf/default/forwarding=1",
    ]
    (tmp_path / FORWARDING[1]).unlink()
    (tmp_path / FORWARDING[1]).mkdir()
    with (
        pytest.raises(
            SetupFailed,
            match=r"^sysctl -w net/ipv6/conf/default/forwarding=1: Is a directory; nothing was",
        ),
        system.carried_out(steps),
    ):
        pytest.fail("the block is not reached")
    assert sysctls.read(FORWARDING[0]) == "0"


def test_a_kernel_without_br_netfilter_is_told_of(netns: str, tmp_path: Path) -> None:
    spec = NetworkSpec(name="x", bridge="br-x", subnet_v4=IPv4Network("10.1.0.0/24"), icc=False)
    system = System(netns=netns, sysctls=Sysctls(tmp_path))
    with pytest.raises(
        SetupFailed,
        match=r"^there is no sysctl net/bridge/bridge-nf-call-iptables, .* modprobe ",
    ):
        system.plan(bridges=[spec])


def test_what_cannot_be_read_is_told_of(netns: str, tmp_path: Path) -> None:
    (tmp_path / FORWARDING[0]).mkdir(parents=True)
    system = System(netns=netns, sysctls=Sysctls(tmp_path))
    with pytest.raises(SetupFailed, match=r"^the host cannot be looked at: Is a directory$"):
        system.forwards(IPVersion.V4)


def test_a_bridge_that_cannot_be_removed_is_told_of(netns: str) -> None:
    with pytest.raises(
        SetupFailed,
        match=r"^the network's rules are gone, but its bridge is still there: ip link del br-x: ",
    ):
        System(netns=netns).remove_bridges(["br-x"])
