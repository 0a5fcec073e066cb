from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfcore.bridge import (
    Clash,
    GatewayMode,
    NetworkSpec,
    PublishedPort,
    check_networks,
    check_ports,
    find_network_clash,
    find_port_clash,
)
from nfcore.exceptions import Conflict


def network(name: str, subnet: str, subnet_v6: str | None = None) -> NetworkSpec:
    return NetworkSpec(
        name=name,
        bridge=f"br-{name}",
        subnet_v4=IPv4Network(subnet),
        subnet_v6=None if subnet_v6 is None else IPv6Network(subnet_v6),
    )


A = network("a", "10.0.0.0/24", "fd00:a::/64")
B = network("b", "10.0.1.0/24", "fd00:b::/64")


def test_networks_side_by_side() -> None:
    assert find_network_clash([]) is None
    assert find_network_clash([A, B]) is None
    check_networks([A, B])


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (replace(B, name="a"), "network a is there already: take another name"),
        (replace(B, bridge="br-a"),
         "bridge br-a is network a's already: take another bridge name"),
        (network("b", "10.0.0.128/25"),
         "its subnet 10.0.0.128/25 overlaps 10.0.0.0/24 of network a: take another subnet"),
        (network("b", "10.0.0.0/16"),
         "its subnet 10.0.0.0/16 overlaps 10.0.0.0/24 of network a: take another subnet"),
        (network("b", "10.0.1.0/24", "fd00::/16"),
         "its subnet fd00::/16 overlaps fd00:a::/64 of network a: take another subnet"),
    ],
)  # fmt: skip
def test_networks_that_exclude_each_other(other: NetworkSpec, reason: str) -> None:
    assert find_network_clash([A, other]) == Clash(0, 1, reason)
    with pytest.raises(Conflict) as caught:
        check_networks([A, other])
    assert str(caught.value) == f"network {other.name}: {reason}"


subnets = st.builds(
    lambda number, prefix: IPv4Network((number, prefix), strict=False),
    st.integers(0, 2**32 - 1),
    st.integers(1, 30),
)


@given(st.lists(subnets, max_size=8))
def test_a_clash_is_found_exactly_where_two_subnets_overlap(found: list[IPv4Network]) -> None:
    specs = [network(f"n{i}", str(subnet)) for i, subnet in enumerate(found)]
    clash = find_network_clash(specs)
    overlap = any(one.overlaps(other) for i, one in enumerate(found) for other in found[:i])
    assert (clash is not None) == overlap
    if clash is not None:
        assert clash.first < clash.second
        assert found[clash.first].overlaps(found[clash.second])


def port(address: str, host_port: int, host: str | None = None, port: int = 80) -> PublishedPort:
    return PublishedPort(
        address=ip_address(address),
        port=port,
        host_port=host_port,
        host_address=None if host is None else ip_address(host),
    )


@pytest.mark.parametrize(
    "other",
    [
        port("10.0.1.2", 8081),
        port("fd00:b::2", 8080),
        replace(port("10.0.1.2", 8080), protocol="udp"),
        port("10.0.0.2", 8081),
    ],
)
def test_ports_side_by_side(other: PublishedPort) -> None:
    assert find_port_clash([(A, port("10.0.0.2", 8080)), (B, other)]) is None


@pytest.mark.parametrize(
    ("host", "other_host", "clashes"),
    [
        (None, None, True),
        (None, "192.0.2.1", True),
        ("192.0.2.1", None, True),
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_host_address_and_every_host_address_exclude_each_other(
    host: str | None, other_host: str | None, clashes: bool
) -> None:
    ports = [(A, port("10.0.0.2", 8080, host)), (B, port("10.0.1.2", 8080, other_host))]
    clash = find_port_clash(ports)
    assert (clash is not None) == clashes
    if clash is not None:
        reason = f"{ports[1][1]} is published already, as {ports[0][1]}"
        assert clash == Clash(0, 1, reason)
        with pytest.raises(Conflict) as caught:
            check_ports(ports)
        assert str(caught.value) == f"network b: {reason}"
    else:
        check_ports(ports)


def test_every_address_names_the_first_that_it_excludes() -> None:
    ports = [
        (A, port("10.0.0.2", 8080, "192.0.2.1")),
        (A, port("10.0.0.3", 8080, "192.0.2.2")),
        (A, port("10.0.0.4", 8080)),
    ]
    clash = find_port_clash(ports)
    assert clash is not None
    assert (clash.first, clash.second) == (0, 2)


def test_routed_networks_take_no_host_ports() -> None:
    routed = replace(A, gateway_mode_v4=GatewayMode.ROUTED)
    one, other = port("10.0.0.2", 8080), port("10.0.0.3", 8080)
    assert find_port_clash([(routed, one), (routed, other), (B, port("10.0.1.2", 8080))]) is None
    assert find_port_clash([(routed, one), (routed, port("10.0.0.2", 8081))]) is None
    clash = find_port_clash([(routed, one), (routed, port("10.0.0.2", 8080, "192.0.2.1"))])
    assert clash is not None


def test_a_network_is_routed_for_one_ip_version() -> None:
    routed = replace(A, gateway_mode_v4=GatewayMode.ROUTED)
    ports = [(A, port("fd00:a::2", 8080)), (routed, port("fd00:a::3", 8080))]
    assert find_port_clash(ports) is not None


def test_addresses_of_both_versions_are_apart() -> None:
    ports = [
        (A, PublishedPort(address=IPv4Address("10.0.0.2"), port=80, host_port=80)),
        (A, PublishedPort(address=IPv6Address("fd00:a::2"), port=80, host_port=80)),
    ]
    assert find_port_clash(ports) is None
