"""What a host takes for its own, and which of its addresses it gives."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from tests.translate.evaluate.scenario import HOST
from translate.evaluate import Environment, LocalRoute, Route
from translate.evaluate.selection import masquerade_address, redirect_address
from translate.exceptions import InvalidEnvironment


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.9.9.9", "LOCAL"),
        ("127.255.255.255", "BROADCAST"),
        ("10.0.1.1", "LOCAL"),
        ("10.0.1.2", "UNICAST"),
        ("10.0.1.255", "BROADCAST"),
        ("10.0.1.0", "UNICAST"),
        ("255.255.255.255", "BROADCAST"),
        ("0.1.2.3", "BROADCAST"),
        ("224.0.0.1", "MULTICAST"),
        ("::1", "LOCAL"),
        ("2001:db8::1", "LOCAL"),
        ("2001:db8::2", "UNICAST"),
        ("ff02::1", "MULTICAST"),
    ],
)
def test_types(address: str, kind: str) -> None:
    assert HOST.address_type(ip_address(address)) == kind
    assert HOST.delivers(ip_address(address)) is (kind != "UNICAST")


def test_an_address_is_local_on_its_own_interface_only() -> None:
    address = ip_address("10.0.1.1")
    assert HOST.address_type(address, "br1") == "LOCAL"
    assert HOST.address_type(address, "eth0") == "UNICAST"


def test_a_network_of_two_has_no_broadcast_address() -> None:
    host = Environment.of({"ptp": ["192.0.2.0/31"]})
    assert host.address_type(ip_address("192.0.2.1")) == "UNICAST"


def test_more_local_routes_and_the_longest_prefix() -> None:
    host = Environment(
        local_routes=(
            LocalRoute(network=ip_network("10.0.0.0/8"), interface="lo"),
            LocalRoute(network=ip_network("10.1.0.0/16"), interface="lo", type="ANYCAST"),
        )
    )
    assert host.address_type(ip_address("10.2.0.1")) == "LOCAL"
    assert host.address_type(ip_address("10.1.0.1")) == "ANYCAST"


def test_a_host_without_routes_reaches_nobody_else() -> None:
    assert Environment.of({}).addresses["lo"]
    assert not Environment.of({}).delivers(ip_address("192.0.2.1"))


def test_refused_addresses() -> None:
    with pytest.raises(InvalidEnvironment, match=r"interface eth0: '10\.0\.0\.256/24'"):
        Environment.of({"eth0": ["10.0.0.256/24"]})


def test_refused_types() -> None:
    with pytest.raises(InvalidEnvironment, match="type must be ANYCAST, BROADCAST, LOCAL, not 'X'"):
        LocalRoute(network=ip_network("10.0.0.0/8"), interface="lo", type="X")


TWO = Environment.of(
    {
        "eth0": ["192.0.2.1/28", "192.0.2.17/28", "2001:db8::1/64", "fd00::1/64", "fe80::1/64"],
        "bare": [],
    }
)


@pytest.mark.parametrize(
    ("interface", "gateway", "destination", "source"),
    [
        ("eth0", None, "192.0.2.3", "192.0.2.1"),
        ("eth0", None, "192.0.2.18", "192.0.2.17"),
        ("eth0", "192.0.2.20", "198.51.100.1", "192.0.2.17"),
        ("eth0", None, "198.51.100.1", "192.0.2.1"),
        ("bare", None, "198.51.100.1", "192.0.2.1"),
        ("eth0", None, "2001:db8::9", "2001:db8::1"),
        ("eth0", None, "fd00::9", "fd00::1"),
        ("eth0", None, "fe80::9", "fe80::1"),
        ("bare", None, "2001:db8::9", "2001:db8::1"),
        ("lo", None, "::1", "::1"),
        ("lo", None, "fd00::1", "fd00::1"),
        ("bare", None, "fe80::9", None),
    ],
)
def test_masquerade(
    interface: str, gateway: str | None, destination: str, source: str | None
) -> None:
    route = Route(interface=interface, gateway=None if gateway is None else ip_address(gateway))
    chosen = masquerade_address(TWO, route, ip_address(destination))
    assert (None if chosen is None else str(chosen)) == source


def test_masquerade_on_a_host_with_nothing_but_a_loopback() -> None:
    route = Route(interface="eth0")
    assert masquerade_address(Environment.of({}), route, ip_address("192.0.2.1")) is None


@pytest.mark.parametrize(
    ("interface", "destination", "chosen"),
    [
        ("eth0", "198.51.100.1", "192.0.2.1"),
        ("bare", "198.51.100.1", None),
        ("eth0", "2001:db8:1::1", "2001:db8::1"),
        ("eth0", "fe80::9", "fe80::1"),
        ("none", "fe80::9", None),
    ],
)
def test_redirect(interface: str, destination: str, chosen: str | None) -> None:
    found = redirect_address(TWO, interface, ip_address(destination))
    assert (None if found is None else str(found)) == chosen
