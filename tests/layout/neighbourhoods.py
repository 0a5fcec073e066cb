"""Two or three networks side by side, of the kinds whose rules have to do with each other."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from hypothesis import strategies as st

from nfcore.bridge import GatewayMode, Link, NetworkSpec, Protocol, PublishedPort
from tests.bridge.strategies import Wanted
from translate import IPAddress, IPNetwork

__all__ = ["neighbourhoods"]

_HOSTS: tuple[IPAddress, ...] = (IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1"))
_SNAT = (
    (IPv4Address("192.0.2.8"), IPv6Address("2001:db8::8")),
    (IPv4Address("192.0.2.9"), IPv6Address("2001:db8::9")),
    (None, None),
    (None, None),
)
_MOSTLY = st.sampled_from([True, True, True, False])
_RARELY = st.sampled_from([False, False, False, True])
_MODES = st.sampled_from([GatewayMode.NAT, GatewayMode.NAT, GatewayMode.NAT, GatewayMode.ROUTED])
_PROTOCOLS: st.SearchStrategy[Protocol] = st.sampled_from(["tcp", "udp", "sctp"])


@st.composite
def neighbourhoods(draw: st.DrawFn) -> tuple[Wanted, ...]:
    """Networks ``br1`` and so on; each has two ports and a link of each IP version."""
    return tuple(draw(_network(index)) for index in range(1, draw(st.integers(2, 3)) + 1))


@st.composite
def _network(draw: st.DrawFn, index: int) -> Wanted:
    subnets: tuple[IPv4Network, IPv6Network] = (
        IPv4Network((f"10.{index}.0.0", draw(st.sampled_from([16, 24])))),
        IPv6Network((f"fd00:{index}::", draw(st.sampled_from([64, 80])))),
    )
    snat = draw(st.sampled_from(_SNAT))
    spec = NetworkSpec(
        name=f"net{index}",
        bridge=f"br{index}",
        subnet_v4=subnets[0],
        subnet_v6=draw(st.sampled_from([subnets[1], subnets[1], subnets[1], None])),
        internal=draw(_RARELY),
        icc=draw(st.booleans()),
        masquerade=draw(_MOSTLY),
        gateway_mode_v4=draw(_MODES),
        gateway_mode_v6=draw(_MODES),
        host_ipv4=snat[0],
        host_ipv6=snat[1],
    )
    ports, links = [], []
    both: list[tuple[IPNetwork, IPAddress]] = [(subnets[0], _HOSTS[0]), (subnets[1], _HOSTS[1])]
    for subnet, host in both:
        if spec.subnet_v6 is None and subnet.version == 6:
            continue
        for number in (0, 1):
            protocol = draw(_PROTOCOLS)
            port = PublishedPort(
                address=subnet[2 + number],
                port=80,
                protocol=protocol,
                host_address=draw(st.sampled_from([None, host])),
                host_port=8000 + 10 * index + number,
            )
            ports.append(port)
        links.append(Link(parent=subnet[2], child=subnet[3], port=5432, protocol=draw(_PROTOCOLS)))
    return Wanted(spec, () if spec.internal else tuple(ports), tuple(links))
