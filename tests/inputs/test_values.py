from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest

from nfcore.exceptions import InvalidInput
from nfcore.inputs._values import (
    check_key,
    check_network_name,
    check_usable,
    default_bridge_name,
    parse_address,
    parse_address_of,
    parse_boolean,
    parse_subnet,
)
from translate import Interface, IPVersion


@pytest.mark.parametrize("text", ["1", "t", "T", "TRUE", "true", "True"])
def test_true_is_what_go_takes_for_it(text: str) -> None:
    assert parse_boolean(text)


@pytest.mark.parametrize("text", ["0", "f", "F", "FALSE", "false", "False"])
def test_false_is_what_go_takes_for_it(text: str) -> None:
    assert not parse_boolean(text)


@pytest.mark.parametrize("text", ["yes", "on", "", "tRue", " true", "2"])
def test_other_words_are_no_booleans(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_boolean(text)
    assert str(caught.value) == f"{text!r} is no boolean: write true or false"


def test_addresses_of_both_versions() -> None:
    assert parse_address("172.20.0.10") == IPv4Address("172.20.0.10")
    assert parse_address("FD00::0010") == IPv6Address("fd00::10")
    assert parse_address_of("10.0.0.1", IPVersion.V4) == IPv4Address("10.0.0.1")
    assert parse_address_of("fd00::1", IPVersion.V6) == IPv6Address("fd00::1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no IP address: write one like 172.20.0.10 or fd00:20::10"),
        ("010.0.0.1", "'010.0.0.1' is no IP address: write one like 172.20.0.10 or fd00:20::10"),
        ("web", "'web' is no IP address: write one like 172.20.0.10 or fd00:20::10"),
        (
            "10.0.0.1/24",
            "'10.0.0.1/24' is no IP address: write one like 172.20.0.10 or fd00:20::10",
        ),
        ("fe80::1%eth0", "'fe80::1%eth0' has a zone (eth0): write the address without it"),
        ("::ffff:10.0.0.1", "'::ffff:10.0.0.1' is an IPv4 address: write 10.0.0.1"),
    ],
)
def test_what_is_no_address(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_address(text)
    assert str(caught.value) == message


def test_an_address_of_the_other_version() -> None:
    with pytest.raises(InvalidInput, match=r"^fd00::1 is an IPv6 address: write an IPv4 one$"):
        parse_address_of("fd00::1", IPVersion.V4)
    with pytest.raises(InvalidInput, match=r"^10\.0\.0\.1 is an IPv4 address: write an IPv6 one$"):
        parse_address_of("10.0.0.1", IPVersion.V6)


def test_subnets_of_both_versions() -> None:
    assert parse_subnet("10.0.0.0/8") == IPv4Network("10.0.0.0/8")
    assert parse_subnet("10.0.0.4/30") == IPv4Network("10.0.0.4/30")
    assert parse_subnet("fd00:20::/64") == IPv6Network("fd00:20::/64")


NO_SUBNET = "is no subnet: write one like 172.20.0.0/16 or fd00:20::/64"
NO_BRIDGES = (
    "no bridge can have loopback, multicast or unspecified addresses: write one like "
    "172.20.0.0/16 or fd00:20::/64"
)
V4_PREFIX = (
    "a bridge's IPv4 prefix must be /8 to /30, which leaves room for a gateway and a container"
)
V6_PREFIX = (
    "a bridge's IPv6 prefix must be /8 to /126, which leaves room for a gateway and a container"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"'' {NO_SUBNET}"),
        ("172.20.0.0", f"'172.20.0.0' {NO_SUBNET}"),
        ("172.20.0.0/33", f"'172.20.0.0/33' {NO_SUBNET}"),
        ("172.20.0.0/255.255.0.0", f"'172.20.0.0/255.255.0.0' {NO_SUBNET}"),
        ("172.20.0.0/16 ", f"'172.20.0.0/16 ' {NO_SUBNET}"),
        ("fe80::%br0/64", f"'fe80::%br0/64' {NO_SUBNET}"),
        ("172.20.1.0/16", "172.20.1.0/16 has bits to the right of its prefix: it should be "
         "172.20.0.0/16"),
        ("fd00::1/64", "fd00::1/64 has bits to the right of its prefix: it should be fd00::/64"),
        ("0.0.0.0/0", f"0.0.0.0/0: {V4_PREFIX}"),
        ("10.0.0.0/31", f"10.0.0.0/31: {V4_PREFIX}"),
        ("fd00::/127", f"fd00::/127: {V6_PREFIX}"),
        ("fc00::/7", f"fc00::/7: {V6_PREFIX}"),
        ("127.0.0.0/8", f"127.0.0.0/8: {NO_BRIDGES}"),
        ("224.0.0.0/24", f"224.0.0.0/24: {NO_BRIDGES}"),
        ("ff02::/64", f"ff02::/64: {NO_BRIDGES}"),
        ("::/64", f"::/64: {NO_BRIDGES}"),
    ],
)  # fmt: skip
def test_what_is_no_subnet(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_subnet(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("address", "subnet", "message"),
    [
        ("10.0.1.1", "10.0.0.0/24", "10.0.1.1 is not in the subnet 10.0.0.0/24"),
        ("fd00::1", "10.0.0.0/24", "fd00::1 is not in the subnet 10.0.0.0/24"),
        ("10.0.0.0", "10.0.0.0/24",
         "10.0.0.0 is the address of the subnet 10.0.0.0/24 itself: take another"),
        ("fd00::", "fd00::/64",
         "fd00:: is the address of the subnet fd00::/64 itself: take another"),
        ("10.0.0.255", "10.0.0.0/24",
         "10.0.0.255 is the broadcast address of 10.0.0.0/24: take another"),
    ],
)  # fmt: skip
def test_addresses_that_no_host_can_have(address: str, subnet: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_usable(parse_address(address), parse_subnet(subnet))
    assert str(caught.value) == message


def test_the_last_ipv6_address_is_as_good_as_any() -> None:
    check_usable(parse_address("fd00::ffff:ffff:ffff:ffff"), parse_subnet("fd00::/64"))


@pytest.mark.parametrize("name", ["front", "shop_back", "0", "a.b-c", "x" * 64])
def test_network_names(name: str) -> None:
    assert check_network_name(name) == name


@pytest.mark.parametrize("name", ["", "-a", "a b", "a/b", 'a"; drop', "é", "a\n"])
def test_what_is_no_network_name(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_network_name(name)
    assert str(caught.value) == (
        f"{name!r} is no network name: it must begin with a letter or digit, and go on with "
        "letters, digits, '_', '.' and '-'"
    )


def test_a_network_name_too_long() -> None:
    with pytest.raises(InvalidInput, match="is longer than 64 characters"):
        check_network_name("x" * 65)


def test_what_is_no_key() -> None:
    check_key("_a.B-9")
    with pytest.raises(InvalidInput, match=r"^'a b' is no name: it must be of letters, digits"):
        check_key("a b")


def test_a_bridge_name_is_made_of_the_networks_name() -> None:
    name = default_bridge_name("front")
    assert name == default_bridge_name("front") != default_bridge_name("back")
    assert name == "br-2d8d693177ac"
    assert str(Interface(name)) == name
