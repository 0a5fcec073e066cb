"""Networks, ports and links of every kind that can be side by side."""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from hypothesis import strategies as st

from nfcore.bridge import (
    DriverConfig,
    GatewayMode,
    Link,
    NetworkSpec,
    Protocol,
    PublishedPort,
    check_networks,
    check_ports,
    resolve_port,
)
from nfcore.exceptions import Conflict
from translate import IPNetwork

__all__ = ["Wanted", "configs", "topologies"]


@dataclass(frozen=True)
class Wanted:
    """A network as a file would want it."""

    spec: NetworkSpec
    ports: tuple[PublishedPort, ...] = ()
    links: tuple[Link, ...] = field(default=())


names = st.one_of(
    st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,19}", fullmatch=True),
    st.text(
        st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=2
    ),
)
"""Docker's own, and ones that would be syntax in a comment if they were not quoted."""
bridges = st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=15).filter(
    lambda name: name not in {".", ".."}
)
addresses_v4 = st.integers(0x01000000, 0xDFFFFFFF).map(IPv4Address)
addresses_v6 = st.integers(1 << 125, (1 << 126) - 1).map(IPv6Address)
modes = st.sampled_from(GatewayMode)
protocols: st.SearchStrategy[Protocol] = st.sampled_from(["tcp", "udp", "sctp"])
port_numbers = st.integers(1, 65535)


@st.composite
def specs(draw: st.DrawFn) -> NetworkSpec:
    versions = draw(st.sampled_from(["v4", "v6", "dual"]))
    v4 = v6 = None
    if versions != "v6":
        v4 = IPv4Network((draw(addresses_v4), draw(st.integers(8, 30))), strict=False)
    if versions != "v4":
        v6 = IPv6Network((draw(addresses_v6), draw(st.integers(16, 126))), strict=False)
    return NetworkSpec(
        name=draw(names),
        bridge=draw(bridges),
        subnet_v4=v4,
        subnet_v6=v6,
        gateway_v4=None if v4 is None else draw(st.none() | _inside(v4, 0xFFFF)),
        gateway_v6=None if v6 is None else draw(st.none() | _inside(v6, 0xFFFF)),
        internal=draw(st.booleans()),
        icc=draw(st.booleans()),
        masquerade=draw(st.booleans()),
        gateway_mode_v4=draw(modes),
        gateway_mode_v6=draw(modes),
        host_ipv4=draw(st.none() | addresses_v4),
        host_ipv6=draw(st.none() | st.just(IPv6Address("2001:db8::8"))),
        host_binding_ipv4=draw(st.none() | addresses_v4),
    )


def _inside(subnet: IPNetwork, furthest: int = 1 << 128) -> st.SearchStrategy[Any]:
    return st.integers(0, min(furthest, subnet.num_addresses - 1)).map(lambda n: subnet[n])


@st.composite
def _ports(draw: st.DrawFn, spec: NetworkSpec) -> tuple[PublishedPort, ...]:
    if spec.internal:
        return ()
    found: list[PublishedPort] = []
    both: Iterable[tuple[IPNetwork | None, st.SearchStrategy[Any]]] = (
        (spec.subnet_v4, addresses_v4),
        (spec.subnet_v6, addresses_v6),
    )
    for subnet, hosts in both:
        for _ in range(0 if subnet is None else draw(st.integers(0, 3))):
            assert subnet is not None
            found.append(
                PublishedPort(
                    address=draw(_inside(subnet)),
                    port=draw(port_numbers),
                    protocol=draw(protocols),
                    host_address=draw(st.none() | hosts),
                    host_port=draw(st.sampled_from([80, 443]) | port_numbers),
                )
            )
    return tuple(found)


@st.composite
def _links(draw: st.DrawFn, spec: NetworkSpec) -> tuple[Link, ...]:
    found = []
    for subnet in (spec.subnet_v4, spec.subnet_v6):
        for _ in range(0 if subnet is None else draw(st.integers(0, 2))):
            assert subnet is not None
            found.append(
                Link(
                    parent=draw(_inside(subnet)),
                    child=draw(_inside(subnet)),
                    port=draw(port_numbers),
                    protocol=draw(protocols),
                )
            )
    return tuple(dict.fromkeys(found))


@st.composite
def _wanted(draw: st.DrawFn) -> Wanted:
    spec = draw(specs())
    ports = tuple(resolve_port(spec, port) for port in draw(_ports(spec)))
    return Wanted(spec, ports, draw(_links(spec)))


@st.composite
def topologies(draw: st.DrawFn, *, max_networks: int = 3) -> tuple[Wanted, ...]:
    """Networks that exclude each other in nothing, in an order."""
    kept: list[Wanted] = []
    for candidate in draw(st.lists(_wanted(), max_size=max_networks)):
        try:
            check_networks([*(wanted.spec for wanted in kept), candidate.spec])
        except Conflict:
            continue
        kept.append(replace(candidate, ports=_free(candidate, kept)))
    return tuple(kept)


def _free(candidate: Wanted, before: list[Wanted]) -> tuple[PublishedPort, ...]:
    """The candidate's ports that nobody before has taken."""
    taken = [(wanted.spec, port) for wanted in before for port in wanted.ports]
    free: list[PublishedPort] = []
    for port in candidate.ports:
        try:
            check_ports([*taken, *((candidate.spec, own) for own in [*free, port])])
        except Conflict:
            continue
        free.append(port)
    return tuple(free)


configs = st.builds(DriverConfig, enable_userland_proxy=st.booleans())
