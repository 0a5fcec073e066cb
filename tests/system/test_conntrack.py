"""Clearing tracked connections, of a kernel that tracks them."""

from __future__ import annotations

import logging
import socket
import struct
import sys
import time
from contextlib import closing
from ipaddress import ip_address
from typing import Any

import pytest
from pyroute2 import NFCTSocket

from nfcore.bridge import PublishedPort
from nfcore.executor import call_in_netns
from nfcore.system import StaleFlows, clear_flows
from tests.netns import in_netns

TRACKER = """
table inet tracker {
    chain out {
        type filter hook output priority filter; policy accept;
        ct state new counter
    }
}
"""

ECHO_REQUEST = struct.pack(">BBHHH", 8, 0, 0xF7FD, 1, 1)
SCTP_INIT = struct.pack(">HHII", 1000, 80, 0, 0) + struct.pack(">BBHIIHHI", 1, 0, 20, 1, 1, 1, 1, 1)
"""An INIT chunk (RFC 9260, 3.3.2); the kernel needs no SCTP of its own to track it."""


@pytest.fixture
def tracked(netns: str) -> str:
    """A namespace that tracks what is sent to these addresses of its own."""
    in_netns(netns, ["nft", "-f", "-"], stdin=TRACKER)
    in_netns(netns, ["ip", "link", "set", "lo", "up"])
    for address in ("10.0.0.1/32", "10.0.0.2/32", "10.0.0.3/32", "fd00::1/128", "fd00::2/128"):
        in_netns(netns, ["ip", "addr", "add", address, "dev", "lo", *_at_once(address)])
    while in_netns(netns, ["ip", "-6", "addr", "show", "tentative"]).stdout:
        time.sleep(0.01)
    return netns


def _at_once(address: str) -> list[str]:
    return ["nodad"] if ":" in address else []


def send(netns: str, source: str, to: str, port: int) -> None:
    """Send a UDP packet."""

    def send_one() -> None:
        family = socket.AF_INET if ip_address(to).version == 4 else socket.AF_INET6
        with closing(socket.socket(family, socket.SOCK_DGRAM)) as client:
            client.bind((source, 0))
            client.sendto(b"x", (to, port))

    call_in_netns(netns, send_one)


def connect(netns: str, to: str) -> None:
    def connect_and_close() -> None:
        with socket.create_server((to, 80)), socket.create_connection((to, 80)):
            pass

    call_in_netns(netns, connect_and_close)


def send_raw(netns: str, to: str, protocol: int, data: bytes) -> None:
    def send_one() -> None:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)) as raw:
            raw.sendto(data, (to, 0))

    call_in_netns(netns, send_one)


def flows(netns: str) -> int:
    return int(in_netns(netns, ["cat", "/proc/sys/net/netfilter/nf_conntrack_count"]).stdout)


def stale(*addresses: str, udp_ports: tuple[int, ...] = ()) -> StaleFlows:
    return StaleFlows(frozenset(map(ip_address, addresses)), frozenset(udp_ports))


def test_flows_from_and_to_an_address_are_forgotten_and_no_others(tracked: str) -> None:
    send(tracked, "10.0.0.1", "10.0.0.2", 7)
    send(tracked, "10.0.0.2", "10.0.0.3", 7)
    send(tracked, "10.0.0.3", "10.0.0.1", 7)
    send(tracked, "fd00::1", "fd00::2", 7)
    assert clear_flows(stale("10.0.0.2"), netns=tracked) == 2
    assert flows(tracked) == 2
    assert clear_flows(stale("10.0.0.2"), netns=tracked) == 0
    assert clear_flows(stale("fd00::2"), netns=tracked) == 1
    assert flows(tracked) == 1


def test_udp_flows_to_a_host_port_are_forgotten_in_both_versions(tracked: str) -> None:
    for port in (53, 54):
        send(tracked, "10.0.0.1", "10.0.0.2", port)
        send(tracked, "fd00::1", "fd00::2", port)
    assert clear_flows(stale(udp_ports=(53,)), netns=tracked) == 2
    assert flows(tracked) == 2


def test_an_address_behind_nat_is_found_by_the_reply(tracked: str) -> None:
    dnat = "-t nat -A OUTPUT -p udp --dport 53 -j DNAT --to-destination 10.0.0.3:5353"
    in_netns(
        tracked,
        ["iptables-nft", *dnat.split()],
    )
    send(tracked, "10.0.0.1", "10.0.0.2", 53)
    assert clear_flows(stale("10.0.0.3"), netns=tracked) == 1


def test_every_protocol_that_is_tracked_can_be_forgotten(tracked: str) -> None:
    connect(tracked, "10.0.0.2")
    send_raw(tracked, "10.0.0.2", socket.IPPROTO_SCTP, SCTP_INIT)
    send_raw(tracked, "10.0.0.2", socket.IPPROTO_ICMP, ECHO_REQUEST)
    assert flows(tracked) == 3
    assert clear_flows(stale("10.0.0.2"), netns=tracked) == 3
    assert flows(tracked) == 0


@pytest.mark.parametrize("zone", ["zone", "original zone", "reply zone"])
def test_flows_in_a_zone_are_forgotten(zone: str, tracked: str) -> None:
    chain = "add chain inet tracker zone { type filter hook output priority raw; }"
    in_netns(tracked, ["nft", f"{chain}; add rule inet tracker zone ct {zone} set 9"])
    send(tracked, "10.0.0.1", "10.0.0.2", 7)
    send(tracked, "fd00::1", "fd00::2", 7)
    assert clear_flows(stale("10.0.0.2", "fd00::2"), netns=tracked) == 2
    assert flows(tracked) == 0


def test_there_is_one_listing_however_many_ports_there_are(
    tracked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    listed: list[int] = []
    init, dump = NFCTSocket.__init__, NFCTSocket.dump

    def init_and_note(self: NFCTSocket, *, nfgen_family: int) -> None:
        opened.append(nfgen_family)
        init(self, nfgen_family=nfgen_family)

    def dump_and_note(self: NFCTSocket) -> Any:
        listed.append(opened[-1])
        return dump(self)

    monkeypatch.setattr(NFCTSocket, "__init__", init_and_note)
    monkeypatch.setattr(NFCTSocket, "dump", dump_and_note)
    ports = [
        PublishedPort(address=ip_address(f"10.0.0.{n}"), port=53, protocol="udp", host_port=n)
        for n in range(1, 200)
    ]
    clear_flows(StaleFlows.of_ports(ports), netns=tracked)
    assert listed == [socket.AF_UNSPEC]
    clear_flows(stale("10.0.0.1", "10.0.0.2"), netns=tracked)
    clear_flows(stale("fd00::1"), netns=tracked)
    assert listed[1:] == [socket.AF_INET, socket.AF_INET6]
    clear_flows(stale(), netns=tracked)
    assert len(listed) == 3


def test_a_flow_that_ends_by_itself_meanwhile_is_not_counted(
    tracked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = NFCTSocket.entry

    def entry(self: NFCTSocket, command: str, **which: Any) -> Any:
        real(self, command, **which)
        return real(self, command, **which)

    monkeypatch.setattr(NFCTSocket, "entry", entry)
    send(tracked, "10.0.0.1", "10.0.0.2", 7)
    assert clear_flows(stale("10.0.0.2"), netns=tracked) == 0
    assert flows(tracked) == 0


def test_ports_make_their_container_stale_and_only_udp_its_host_port() -> None:
    address = ip_address("10.0.0.1")
    ports = [
        PublishedPort(address=address, port=80, protocol="tcp", host_port=8080),
        PublishedPort(address=address, port=53, protocol="udp", host_port=5353),
    ]
    assert StaleFlows.of_ports(ports) == StaleFlows(frozenset([address]), frozenset([5353]))
    assert not StaleFlows.of_ports([])


PROGRAM = """
import ipaddress, logging, sys
from nfcore.system import StaleFlows, clear_flows
logging.basicConfig(format="%(levelname)s %(name)s %(message)s: %(error)s")
print(clear_flows(StaleFlows(frozenset([ipaddress.ip_address("10.0.0.2")]))))
"""


def test_a_kernel_that_does_not_let_us_is_no_error(tracked: str) -> None:
    send(tracked, "10.0.0.1", "10.0.0.2", 7)
    powerless = ["setpriv", "--bounding-set=-net_admin", sys.executable, "-c", PROGRAM]
    done = in_netns(tracked, powerless)
    assert done.stdout == "0\n"
    assert done.stderr == ("WARNING nfcore.system conntrack unavailable: Operation not permitted\n")
    assert flows(tracked) == 1


def test_what_was_cleared_is_logged(tracked: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="nfcore.system")
    send(tracked, "10.0.0.1", "10.0.0.2", 7)
    clear_flows(stale("10.0.0.2"), netns=tracked)
    clear_flows(stale("10.0.0.2"), netns=tracked)
    (record,) = caplog.records
    assert (record.message, record.__dict__["flows"]) == ("flows cleared", 1)
