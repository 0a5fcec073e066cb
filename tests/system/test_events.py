"""What is told of bridges, sysctls and their way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from nfcore.bridge import NetworkSpec
from nfcore.events import (
    BridgeMade,
    BridgeRefused,
    BridgeRemoved,
    DeviceChanged,
    Event,
    SysctlPutBack,
    SysctlSet,
    TakeBackFailed,
)
from nfcore.exceptions import Conflict
from nfcore.system import Step, System
from nfcore.system._steps import SetSysctl
from nfcore.system._sysctls import Sysctls
from tests.netns import in_netns
from translate import IPVersion

FRONT = NetworkSpec(name="front", bridge="br-f", subnet_v4=IPv4Network("10.1.0.0/24"))
FORWARD = "net/ipv4/ip_forward"


def carry_out_and_fail(system: System, steps: Sequence[Step], before: Callable[[], None]) -> None:
    with system.carried_out(steps):
        before()
        raise ZeroDivisionError


def test_what_is_made_and_what_is_taken_back_is_told(netns: str) -> None:
    told: list[Event] = []
    system = System(netns=netns, observer=told.append)
    steps = system.plan(bridges=[FRONT], hairpin=True, forwarding=[IPVersion.V4])
    done: list[Event] = []
    with pytest.raises(ZeroDivisionError):
        carry_out_and_fail(system, steps, lambda: done.extend(told))
    localnet = "net/ipv4/conf/br-f/route_localnet"
    address = DeviceChanged(
        device="br-f", command="ip addr add 10.1.0.1/24 dev br-f", taken_back=False
    )
    up = DeviceChanged(device="br-f", command="ip link set br-f up", taken_back=False)
    assert done[:4] == [
        BridgeMade(bridge="br-f", alias="nfcore:front"),
        SysctlSet(key=localnet, value="1"),
        address,
        up,
    ]
    assert SysctlSet(key=FORWARD, value="1") in done
    undone = told[len(done) :]
    back = [event for event in undone if isinstance(event, SysctlPutBack)]
    assert back == [SysctlPutBack(key=FORWARD, value="0", others=3)]  # all's, default's and lo's
    assert replace(up, taken_back=True) in undone
    assert replace(address, taken_back=True) in undone
    assert undone[-1] == BridgeRemoved(bridge="br-f", reason="taken back")


def test_a_bridge_that_goes_with_its_network_is_told(netns: str) -> None:
    told: list[Event] = []
    system = System(netns=netns, observer=told.append)
    with system.carried_out(system.plan(bridges=[FRONT])):
        pass
    system.remove_bridges(["br-f"])
    assert told[-1] == BridgeRemoved(bridge="br-f", reason="network removed")


def test_a_bridge_that_is_refused_is_told(netns: str) -> None:
    in_netns(netns, ["ip", "link", "add", "br-f", "type", "veth"])
    told: list[Event] = []
    with pytest.raises(Conflict) as conflict:
        System(netns=netns, observer=told.append).plan(bridges=[FRONT])
    assert told == [BridgeRefused(bridge="br-f", network="front", error=str(conflict.value))]


def test_a_way_back_that_fails_is_told(netns: str, tmp_path: Path) -> None:
    told: list[Event] = []
    system = System(netns=netns, sysctls=Sysctls(tmp_path), observer=told.append)
    (tmp_path / "key").write_text("0\n")
    step = SetSysctl(key="key", value="1", before=(("key", "0"),))

    def break_it() -> None:
        (tmp_path / "key").unlink()
        (tmp_path / "key").mkdir()

    with pytest.raises(ZeroDivisionError):
        carry_out_and_fail(system, [step], break_it)
    assert told == [
        SysctlSet(key="key", value="1"),
        TakeBackFailed(command="sysctl -w key=1", error="Is a directory"),
    ]
