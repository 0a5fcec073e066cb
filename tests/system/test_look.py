"""What a host is around its rules, asked of a real kernel."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface
from pathlib import Path

import pytest

from nfcore.exceptions import NotFound, SetupFailed
from nfcore.system import DeviceView, Flow, HostView, Sysctls, System
from tests.netns import in_netns
from tests.translate.evaluate.lab.namespaces import inside
from translate import IPVersion
from translate.evaluate import LocalRoute, Packet, Route


@pytest.fixture
def view(netns: str) -> HostView:
    for words in (
        "link set lo up",
        "link add eth0 type veth peer far0",
        "link set eth0 up",
        "link set far0 up",
        "address add 192.0.2.1/24 dev eth0",
        "address add 192.0.2.8/24 dev eth0",
        "address add 2001:db8::1/64 dev eth0 nodad",
        "route add default via 192.0.2.254",
        "link add br1 type bridge",
        "address add 10.1.0.1/24 dev br1",
        "link add port1 type veth peer port2",
        "link set port1 master br1",
        "link set port1 type bridge_slave hairpin on",
        "link set br1 up",
        "route add local 203.0.113.0/24 dev lo",
    ):
        in_netns(netns, ["ip", *words.split()])
    in_netns(netns, ["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.eth0.rp_filter=1"])
    return System(netns=netns).look()


def packet(source: str, destination: str, in_interface: str | None = None) -> Packet:
    return Packet(
        source=ip_address(source),
        destination=ip_address(destination),
        protocol=17,
        sport=1,
        dport=2,
        in_interface=in_interface,
    )


def test_devices(view: HostView) -> None:
    eth0 = view.devices["eth0"]
    own = [each for each in eth0.addresses if not each.ip.is_link_local]
    assert own == [ip_interface(t) for t in ("192.0.2.1/24", "192.0.2.8/24", "2001:db8::1/64")]
    assert (eth0.kind, eth0.up, eth0.bridge) == ("veth", True, None)
    assert (view.devices["br1"].kind, view.devices["br1"].up) == ("bridge", True)
    assert view.devices["port1"] == DeviceView(kind="veth", up=False, bridge="br1", hairpin=True)


def test_the_local_table(view: HostView) -> None:
    route = LocalRoute(network=ip_interface("203.0.113.0/24").network, interface="lo")
    assert route in view.local_routes
    assert view.environment().address_type(ip_address("203.0.113.5")) == "LOCAL"
    assert view.environment().address_type(ip_address("192.0.2.255")) == "BROADCAST"
    assert view.environment().address_type(ip_address("192.0.2.9")) == "UNICAST"


def test_routes(view: HostView) -> None:
    gateway = Route(interface="eth0", gateway=IPv4Address("192.0.2.254"))
    assert view.route(packet("10.1.0.2", "198.51.100.1", "br1")) == gateway
    assert view.route(packet("192.0.2.77", "10.1.0.2", "eth0")) == Route(interface="br1")
    assert view.route(packet("192.0.2.8", "10.1.0.2")) == Route(interface="br1")
    assert view.route(packet("192.0.2.77", "10.1.0.2", "eth9")) == Route(interface="br1")
    assert view.route(packet("127.0.0.1", "10.1.0.2")) is None
    assert view.route(packet("2001:db8::7", "2a00::1")) is None
    assert view.route(packet("2001:db8::7", "2001:db8::9")) == Route(interface="eth0")
    assert view.source(ip_address("198.51.100.1")) == IPv4Address("192.0.2.1")
    assert view.source(ip_address("2001:db8::9")) == IPv6Address("2001:db8::1")
    assert view.source(ip_address("2a00::1")) is None


def test_what_is_not_let_in(view: HostView) -> None:
    assert view.refusal(packet("192.0.2.77", "10.1.0.2", "eth0")) is None
    back = view.refusal(packet("10.1.0.7", "192.0.2.1", "eth0"))
    assert back is not None
    assert "rp_filter" in back
    martian = view.refusal(packet("127.0.0.1", "10.1.0.2", "eth0"))
    assert martian is not None
    assert "log_martians" in martian


def test_settings(view: HostView) -> None:
    assert view.forwards == {IPVersion.V4}
    assert view.sysctl("net/ipv4/conf/eth0/rp_filter") == "1"
    assert view.sysctl("net/ipv4/conf/nosuch/rp_filter") is None
    assert view.interface_with(ip_address("10.1.0.9")) == "br1"
    assert view.interface_with(ip_address("8.8.8.8")) is None


def test_tracked_connections(view: HostView, netns: str) -> None:
    rules = """
    table ip nat {
      chain OUTPUT {
        type nat hook output priority -100
        udp dport 53 dnat to 192.0.2.8:5353
      }
    }
    """
    in_netns(netns, ["nft", "-f", "-"], stdin=rules)
    assert view.flows(IPVersion.V4) == ()
    with inside(netns):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sender:
        sender.sendto(b"x", ("192.0.2.1", 53))
    flow = Flow(
        protocol=17,
        source=IPv4Address("192.0.2.1"),
        destination=IPv4Address("192.0.2.1"),
        dport=53,
        receiver=IPv4Address("192.0.2.8"),
        receiver_port=5353,
    )
    assert flow in view.flows(IPVersion.V4)
    assert flow not in view.flows(IPVersion.V6)


def test_a_namespace_that_is_not_there() -> None:
    with pytest.raises(NotFound):
        System(netns="nfcore-nosuch").look()


def test_a_kernel_that_does_not_say(tmp_path: Path, netns: str) -> None:
    (tmp_path / "net/ipv4").mkdir(parents=True)
    (tmp_path / "net/ipv4/ip_forward").mkdir()  # cannot be read
    with pytest.raises(SetupFailed, match="the host cannot be looked at: Is a directory"):
        System(netns=netns, sysctls=Sysctls(tmp_path)).look()
