"""What can't be a network, a port or a link is refused where it is made."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any

import pytest

from nfcore.bridge import DriverConfig, Link, NetworkSpec, PublishedPort
from nfcore.exceptions import InvalidInput
from translate import IPVersion

SUBNET = IPv4Network("172.18.0.0/16")
CONTAINER = IPv4Address("172.18.0.2")


def network(**fields: Any) -> NetworkSpec:
    return NetworkSpec(**{"name": "front", "bridge": "br0", "subnet_v4": SUBNET, **fields})


def port(**fields: Any) -> PublishedPort:
    return PublishedPort(**{"address": CONTAINER, "port": 80, "host_port": 8080, **fields})


def link(**fields: Any) -> Link:
    return Link(**{"parent": CONTAINER + 1, "child": CONTAINER, "port": 80, **fields})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: network(name=""), r"a network needs a name"),
        (lambda: network(bridge="a/b"), r"network front: bridge name: .*'/'"),
        (lambda: network(bridge="b" * 16), r"network front: bridge name: .*longer than 15 bytes"),
        (lambda: network(bridge="br+"), r"network front: bridge name 'br\+': .*wildcard"),
        (lambda: network(bridge=".."), r"network front: bridge name '\.\.': the kernel allows no"),
        (lambda: network(bridge="a:1"), r"network front: bridge name 'a:1': the kernel allows no"),
        (lambda: network(subnet_v4=None), r"network front: neither an IPv4 nor an IPv6 subnet"),
        (
            lambda: network(gateway_v4=IPv4Address("10.0.0.1")),
            r"network front: gateway 10.0.0.1 is not in its subnet 172.18.0.0/16",
        ),
        (
            lambda: network(gateway_v6=IPv6Address("fd00::1")),
            r"network front: gateway fd00::1 is not in its subnet None",
        ),
        (lambda: port(port=0), r"port must be 1 to 65535, not 0"),
        (lambda: port(host_port=65536), r"host_port must be 1 to 65535, not 65536"),
        (lambda: port(protocol="icmp"), r"protocol must be tcp, udp or sctp, not 'icmp'"),
        (
            lambda: port(host_address=IPv6Address("::1")),
            r"host address ::1 and container address 172.18.0.2 differ in IP version",
        ),
        (lambda: link(port=0), r"port must be 1 to 65535, not 0"),
        (lambda: link(protocol="icmp"), r"protocol must be tcp, udp or sctp, not 'icmp'"),
        (
            lambda: link(parent=IPv6Address("fd00::3")),
            r"fd00::3 and 172.18.0.2 differ in IP version",
        ),
    ],
)
def test_it_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidInput, match=f"^{message}"):
        make()


def test_a_port_is_written_as_docker_ps_writes_it() -> None:
    assert str(port()) == "0.0.0.0:8080->172.18.0.2:80/tcp"
    v6 = PublishedPort(address=IPv6Address("fd00::2"), port=53, protocol="udp", host_port=5300)
    assert str(v6) == "[::]:5300->[fd00::2]:53/udp"


def test_the_driver_programs_what_is_enabled() -> None:
    assert DriverConfig().versions == tuple(IPVersion)
    assert DriverConfig(enable_iptables=False).versions == (IPVersion.V6,)
    assert DriverConfig(enable_userland_proxy=False).hairpin
