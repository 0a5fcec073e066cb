import json
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

import pytest

from nfcore.bridge import NetworkSpec
from nfcore.exceptions import InvalidInput
from nfcore.inputs import read_topology

ID = "8a5b0f3f7c1d4f3eb6a0b1e0c9d8f7a65544332211ffeeddccbbaa9988776655"
DEFAULT_BRIDGE = {
    "Name": "bridge",
    "Id": ID,
    "Created": "2024-12-01T10:00:00.000000000Z",
    "Scope": "local",
    "Driver": "bridge",
    "EnableIPv4": True,
    "EnableIPv6": False,
    "IPAM": {
        "Driver": "default",
        "Options": None,
        "Config": [{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}],
    },
    "Internal": False,
    "Attachable": False,
    "Ingress": False,
    "ConfigFrom": {"Network": ""},
    "ConfigOnly": False,
    "Containers": {
        "3386a527aa08b37ea9232cbcace2d2458d49f44bb05a6b775fba7ddd40d8f92c": {
            "Name": "web",
            "EndpointID": "647c12443e91faf0fd508b6edfe59c30b642abb60dfab890b4bdccee38750bc1",
            "MacAddress": "02:42:ac:11:00:02",
            "IPv4Address": "172.17.0.2/16",
            "IPv6Address": "",
        }
    },
    "Options": {
        "com.docker.network.bridge.default_bridge": "true",
        "com.docker.network.bridge.enable_icc": "true",
        "com.docker.network.bridge.enable_ip_masquerade": "true",
        "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",  # noqa: S104 - a value to read, nothing binds
        "com.docker.network.bridge.name": "docker0",
        "com.docker.network.driver.mtu": "1500",
    },
    "Labels": {},
}
SHOP = {
    "Name": "shop_back",
    "Id": ID.replace("8a5b", "77aa"),
    "Driver": "bridge",
    "EnableIPv6": True,
    "Internal": True,
    "IPAM": {"Config": [{"Subnet": "172.20.0.0/24"}, {"Subnet": "fd00::/64", "Gateway": ""}]},
    "Containers": {},
    "Options": None,
}
HOST = {"Name": "host", "Id": ID.replace("8a", "00"), "Driver": "host", "IPAM": {"Config": None}}


def read(*networks: Any) -> tuple[NetworkSpec, ...]:
    return read_topology(json.dumps(networks, indent=4), file="f").specs


def test_the_default_bridge() -> None:
    assert read(DEFAULT_BRIDGE) == (
        NetworkSpec(
            name="bridge",
            bridge="docker0",
            subnet_v4=IPv4Network("172.17.0.0/16"),
            gateway_v4=IPv4Address("172.17.0.1"),
        ),
    )


def test_a_bridge_without_a_name_has_the_networks_id_in_it() -> None:
    assert read(SHOP) == (
        NetworkSpec(
            name="shop_back",
            bridge="br-77aa0f3f7c1d",
            subnet_v4=IPv4Network("172.20.0.0/24"),
            gateway_v4=IPv4Address("172.20.0.1"),
            subnet_v6=IPv6Network("fd00::/64"),
            gateway_v6=IPv6Address("fd00::1"),
            internal=True,
        ),
    )


def test_an_ip_version_that_is_off_has_no_subnet() -> None:
    (spec,) = read({**SHOP, "EnableIPv4": False})
    assert (spec.subnet_v4, spec.subnet_v6) == (None, IPv6Network("fd00::/64"))
    (spec,) = read({**SHOP, "EnableIPv6": False})
    assert (spec.subnet_v4, spec.subnet_v6) == (IPv4Network("172.20.0.0/24"), None)


def test_other_drivers_are_noted() -> None:
    only_configuration = {**SHOP, "Name": "config", "ConfigOnly": True}
    topology = read_topology(json.dumps([HOST, only_configuration, DEFAULT_BRIDGE]), file="f")
    assert [spec.name for spec in topology.specs] == ["bridge"]
    assert topology.notes == (
        "f:1: [0]: network 'host' is of driver 'host', not programmed",
        "f:1: [1]: network 'config' is only a configuration, not programmed",
    )
    assert topology.networks[0].ports == ()


def test_one_network_without_brackets() -> None:
    topology = read_topology(json.dumps(SHOP), file="f")
    assert [spec.name for spec in topology.specs] == ["shop_back"]


def without(network: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in network.items() if name != key}


@pytest.mark.parametrize(
    ("networks", "message"),
    [
        ([], "f:1: has no bridge network to program"),
        ([HOST], "f:1: has no bridge network to program; f:2: [0]: network 'host' is of driver "
                 "'host', not programmed"),
        ([5], "f:2: [0]: must be a mapping (lines of KEY: VALUE), not an integer ('5')"),
        ([without(SHOP, "Id")], "f:2: [0]: has no 'Id': it must be what `docker network inspect` "
                                "prints"),
        ([{**SHOP, "Id": "xyz"}],
         "f:4: [0].Id: must be a network's id in hexadecimal, not 'xyz'"),
        ([{**SHOP, "Name": "a b"}],
         "f:3: [0].Name: 'a b' is no network name: it must begin with a letter or digit, and go on "
         "with letters, digits, '_', '.' and '-'"),
        ([{**SHOP, "IPAM": {"Config": [{}]}}],
         "f:10: [0].IPAM.Config[0]: has no 'Subnet': it must be what `docker network inspect` "
         "prints"),
        ([{**SHOP, "IPAM": {"Config": [{"Subnet": "172.20.0.0"}]}}],
         "f:11: [0].IPAM.Config[0].Subnet: '172.20.0.0' is no subnet: write one like 172.20.0.0/16 "
         "or fd00:20::/64"),
        ([{**SHOP, "IPAM": {"Config": [{"Subnet": "172.20.0.0/24", "Gateway": "172.20.1.1"}]}}],
         "f:12: [0].IPAM.Config[0].Gateway: 172.20.1.1 is not in the subnet 172.20.0.0/24"),
        ([{**SHOP, "IPAM": {}}],
         "f:2: [0]: network shop_back: neither an IPv4 nor an IPv6 subnet"),
        ([{**SHOP, "Options": {"com.docker.network.bridge.name": "a/b"}}],
         "f:2: [0]: network shop_back: bridge name: interface name 'a/b' holds '/': the kernel "
         "allows no '/', white space or control character in a name"),
        ([{**SHOP, "Options": {"com.docker.network.bridge.enable_icc": "maybe"}}],
         "f:21: [0].Options.com.docker.network.bridge.enable_icc: 'maybe' is no boolean: write "
         "true or false"),
        ([SHOP, {**SHOP, "Name": "other", "Id": ID}],
         "f:22: [1]: its subnet 172.20.0.0/24 overlaps 172.20.0.0/24 of network shop_back: take "
         "another subnet ([0] in line 2)"),
        ([SHOP, SHOP], "f:22: [1]: network shop_back is there already: take another name ([0] in "
                       "line 2)"),
    ],
)  # fmt: skip
def test_what_inspect_never_prints(networks: list[Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(*networks)
    assert str(caught.value) == message
