from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest

from nfcore.bridge import NetworkSpec
from nfcore.exceptions import InvalidInput
from nfcore.inputs import parse_publish, published_ports

DUAL = NetworkSpec(
    name="front",
    bridge="br0",
    subnet_v4=IPv4Network("10.0.0.0/24"),
    gateway_v4=IPv4Address("10.0.0.1"),
    subnet_v6=IPv6Network("fd00::/64"),
    gateway_v6=IPv6Address("fd00::1"),
)
BOUND = replace(DUAL, host_binding_ipv4=IPv4Address("127.0.0.1"))
V4 = IPv4Address("10.0.0.2")
V6 = IPv6Address("fd00::2")


def shown(text: str, network: NetworkSpec, *addresses: IPv4Address | IPv6Address) -> list[str]:
    ports = published_ports(parse_publish(text), network=network, addresses=addresses)
    return [str(port) for port in ports]


@pytest.mark.parametrize(
    ("text", "network", "ports"),
    [
        ("80:8080", DUAL, ["0.0.0.0:80->10.0.0.2:8080/tcp", "[::]:80->[fd00::2]:8080/tcp"]),
        ("0.0.0.0:80:8080", DUAL, ["0.0.0.0:80->10.0.0.2:8080/tcp"]),
        ("[::]:80:8080", DUAL, ["[::]:80->[fd00::2]:8080/tcp"]),
        ("192.0.2.1:80:8080/udp", DUAL, ["192.0.2.1:80->10.0.0.2:8080/udp"]),
        ("80:8080", BOUND, ["127.0.0.1:80->10.0.0.2:8080/tcp"]),
        ("0.0.0.0:80:8080", BOUND, ["0.0.0.0:80->10.0.0.2:8080/tcp"]),
        ("[::1]:80:8080", BOUND, ["[::1]:80->[fd00::2]:8080/tcp"]),
    ],
)
def test_a_port_is_published_where_the_versions_match(
    text: str, network: NetworkSpec, ports: list[str]
) -> None:
    assert shown(text, network, V4, V6) == ports


def test_every_address_is_none_and_not_zeros() -> None:
    (port,) = published_ports(parse_publish("0.0.0.0:80:80"), network=DUAL, addresses=[V4])
    assert port.host_address is None


def test_a_range_is_a_port_each() -> None:
    assert shown("80-81:8080-8081", DUAL, V4) == [
        "0.0.0.0:80->10.0.0.2:8080/tcp",
        "0.0.0.0:81->10.0.0.2:8081/tcp",
    ]


@pytest.mark.parametrize(
    ("text", "network", "address", "message"),
    [
        ("80:80", replace(DUAL, internal=True), V4,
         "network front is internal: Docker publishes no ports of its containers"),
        ("[::1]:80:80", DUAL, V4,
         "host address ::1 and container address 10.0.0.2 differ in IP version: publish on an "
         "address of the container's version"),
        ("80:80", BOUND, V6,
         "host address 127.0.0.1 and container address fd00::2 differ in IP version: publish on an "
         "address of the container's version"),
        ("80:80", replace(DUAL, subnet_v6=None, gateway_v6=None), V6,
         "network front has no IPv6, so none can have fd00::2"),
        ("80:80", DUAL, IPv4Address("10.0.1.2"), "10.0.1.2 is not in the subnet 10.0.0.0/24"),
        ("80:80", DUAL, IPv4Address("10.0.0.1"),
         "10.0.0.1 is the gateway of network front: take another in 10.0.0.0/24"),
    ],
)  # fmt: skip
def test_what_cannot_be_published(
    text: str, network: NetworkSpec, address: IPv4Address | IPv6Address, message: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        shown(text, network, address)
    assert str(caught.value) == message
