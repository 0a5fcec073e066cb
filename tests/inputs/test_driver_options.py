from ipaddress import IPv4Address, IPv6Address

import pytest

from nfcore.bridge import GatewayMode
from nfcore.exceptions import InvalidInput
from nfcore.inputs import driver_setting, split_driver_option

BRIDGE = "com.docker.network.bridge."


@pytest.mark.parametrize(
    ("name", "value", "setting"),
    [
        (f"{BRIDGE}name", "br0", {"bridge": "br0"}),
        (f"{BRIDGE}enable_icc", "false", {"icc": False}),
        (f"{BRIDGE}enable_icc", "1", {"icc": True}),
        (f"{BRIDGE}enable_ip_masquerade", "F", {"masquerade": False}),
        (f"{BRIDGE}host_binding_ipv4", "127.0.0.1", {"host_binding_ipv4": IPv4Address(2130706433)}),
        (f"{BRIDGE}host_binding_ipv4", "0.0.0.0", {"host_binding_ipv4": None}),  # noqa: S104 - a value to read, nothing binds
        (f"{BRIDGE}gateway_mode_ipv4", "routed", {"gateway_mode_v4": GatewayMode.ROUTED}),
        (f"{BRIDGE}gateway_mode_ipv6", "nat", {"gateway_mode_v6": GatewayMode.NAT}),
        ("com.docker.network.host_ipv4", "192.0.2.1", {"host_ipv4": IPv4Address("192.0.2.1")}),
        ("com.docker.network.host_ipv6", "2001:db8::1", {"host_ipv6": IPv6Address("2001:db8::1")}),
        ("com.docker.network.driver.mtu", "1400", {}),
        (f"{BRIDGE}default_bridge", "true", {}),
        (f"{BRIDGE}inhibit_ipv4", "true", {}),
        ("com.docker.network.container_iface_prefix", "eth", {}),
    ],
)
def test_what_an_option_sets(name: str, value: str, setting: dict[str, object]) -> None:
    assert driver_setting(name, value) == setting


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (f"{BRIDGE}enable_icc", "no", "'no' is no boolean: write true or false"),
        (f"{BRIDGE}host_binding_ipv4", "::1", "::1 is an IPv6 address: write an IPv4 one"),
        (f"{BRIDGE}gateway_mode_ipv4", "isolated",
         "unknown gateway mode 'isolated': write nat or routed"),
        ("com.docker.network.host_ipv4", "0.0.0.0",  # noqa: S104 - a value to read, nothing binds
         "0.0.0.0 can be no packet's source: write one of the host's addresses"),
        ("com.docker.network.host_ipv6", "::",
         ":: can be no packet's source: write one of the host's addresses"),
        (f"{BRIDGE}enable_ic", "true",
         f"unknown driver option '{BRIDGE}enable_ic'; did you mean '{BRIDGE}enable_icc'?"),
    ],
)  # fmt: skip
def test_what_an_option_cannot_be(name: str, value: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        driver_setting(name, value)
    assert str(caught.value) == message


def test_an_option_near_to_none_lists_all() -> None:
    with pytest.raises(InvalidInput, match=r"^unknown driver option 'x'; known are com\.docker"):
        driver_setting("x", "")


def test_key_equals_value() -> None:
    assert split_driver_option("a.b=c=d") == ("a.b", "c=d")
    assert split_driver_option("a=") == ("a", "")
    with pytest.raises(InvalidInput, match=r"^'a' is no option: write KEY=VALUE$"):
        split_driver_option("a")
