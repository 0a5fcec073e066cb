from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

import pytest

from nfcore.bridge import NetworkSpec
from nfcore.exceptions import InvalidInput
from nfcore.inputs import default_bridge_name, network_from_flags

NAME = "com.docker.network.bridge.name"


def test_the_least_that_a_network_needs() -> None:
    assert network_from_flags("front", subnets=["10.0.0.0/24"]) == NetworkSpec(
        name="front",
        bridge=default_bridge_name("front"),
        subnet_v4=IPv4Network("10.0.0.0/24"),
        gateway_v4=IPv4Address("10.0.0.1"),
    )


def test_all_flags() -> None:
    assert network_from_flags(
        "front",
        subnets=["fd00::/64", "10.0.0.0/24"],
        gateways=["10.0.0.254", "fd00::ff"],
        ipv6=True,
        internal=True,
        options=[f"{NAME}=br0", "com.docker.network.bridge.enable_icc=false"],
    ) == NetworkSpec(
        name="front",
        bridge="br0",
        subnet_v4=IPv4Network("10.0.0.0/24"),
        gateway_v4=IPv4Address("10.0.0.254"),
        subnet_v6=IPv6Network("fd00::/64"),
        gateway_v6=IPv6Address("fd00::ff"),
        internal=True,
        icc=False,
    )


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"name": "a b"}, "NAME: 'a b' is no network name: it must begin with a letter or digit, "
                          "and go on with letters, digits, '_', '.' and '-'"),
        ({"subnets": []}, "--subnet: no subnet: give one, such as --subnet 172.20.0.0/16"),
        ({"subnets": ["10.0.0.0/24", "10.1.0.1/24"]},
         "--subnet (number 2): 10.1.0.1/24 has bits to the right of its prefix: it should be "
         "10.1.0.0/24"),
        ({"subnets": ["10.0.0.0/24", "10.1.0.0/24"]},
         "--subnet: a bridge network has one IPv4 subnet, but 10.0.0.0/24 and 10.1.0.0/24 are "
         "given: remove one"),
        ({"subnets": ["fd00::/64"]}, "--subnet: fd00::/64 needs IPv6, which is off: add --ipv6"),
        ({"ipv6": True}, "--ipv6: IPv6 is on without an IPv6 subnet: add --subnet, such as "
                         "fd00:20::/64"),
        ({"gateways": ["x"]},
         "--gateway: 'x' is no IP address: write one like 172.20.0.10 or fd00:20::10"),
        ({"gateways": ["10.0.1.1"]}, "--gateway: no subnet has the gateway 10.0.1.1: it must be an "
                                     "address of one of 10.0.0.0/24"),
        ({"gateways": ["10.0.0.1", "10.0.0.2"]},
         "--gateway (number 2): subnet 10.0.0.0/24 has a gateway already: remove one"),
        ({"gateways": ["10.0.0.255"]},
         "--gateway: 10.0.0.255 is the broadcast address of 10.0.0.0/24: take another"),
        ({"options": ["mtu"]}, "-o: 'mtu' is no option: write KEY=VALUE"),
        ({"options": [f"{NAME}=br0", "com.docker.network.bridge.enable_icc=maybe"]},
         "-o (number 2): 'maybe' is no boolean: write true or false"),
        ({"options": [f"{NAME}=a/b"]},
         "-o: network front: bridge name: interface name 'a/b' holds '/': the kernel allows no "
         "'/', white space or control character in a name"),
    ],
)  # fmt: skip
def test_flags_that_cannot_be_right(flags: Mapping[str, Any], message: str) -> None:
    given = {"name": "front", "subnets": ["10.0.0.0/24"], **flags}
    with pytest.raises(InvalidInput) as caught:
        network_from_flags(given.pop("name"), **given)
    assert str(caught.value) == message


def test_bytes_that_are_no_text_in_a_bridge_name() -> None:
    with pytest.raises(InvalidInput, match=r"^-o: network front: bridge name: "):
        network_from_flags("front", subnets=["10.0.0.0/24"], options=[f"{NAME}=br\udcff"])
