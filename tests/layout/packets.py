"""Packets that sit on the borders of what a topology's rules say."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_interface
from typing import Any

from hypothesis import strategies as st

from tests.bridge.strategies import Wanted
from translate import IPAddress, IPVersion
from translate.evaluate import Environment, Packet, Route, State, Translation
from translate.protocols import ICMP, ICMPV6, SCTP, TCP, UDP

__all__ = ["environment", "packets"]

OUTSIDE = {
    IPVersion.V4: ("192.0.2.1/24", "192.0.2.77", "198.51.100.9"),
    IPVersion.V6: ("2001:db8::1/64", "2001:db8::77", "2001:db8:1::9"),
}
"""The host's own address on eth0, somebody beside it, somebody further away."""
PROTOCOLS = {"tcp": TCP, "udp": UDP, "sctp": SCTP}


def environment(topology: Sequence[Wanted]) -> Environment:
    """A host with these networks, their host addresses, and eth0 to everywhere else."""
    addresses: dict[str, list[Any]] = {
        "eth0": [ip_interface(outside[0]) for outside in OUTSIDE.values()]
    }
    networks = []
    for wanted in topology:
        own = addresses.setdefault(wanted.spec.bridge, [])
        for version in IPVersion:
            subnet = wanted.spec.subnet(version)
            if subnet is None:
                continue
            networks.append((subnet, wanted.spec.bridge))
            own.append(ip_interface((_gateway(wanted, version), subnet.prefixlen)))
            host = wanted.spec.host_ip(version)
            if host is not None:
                addresses["eth0"].append(ip_interface(str(host)))
        for port in wanted.ports:
            if port.host_address is not None:
                addresses["eth0"].append(ip_interface(str(port.host_address)))

    def route(packet: Packet) -> Route:
        for subnet, bridge in networks:
            if packet.destination in subnet:
                return Route(interface=bridge)
        return Route(interface="eth0")

    return Environment(
        addresses={name: tuple(dict.fromkeys(own)) for name, own in addresses.items()}, route=route
    )


def _gateway(wanted: Wanted, version: IPVersion) -> IPAddress:
    spec = wanted.spec
    gateway = spec.gateway_v4 if version is IPVersion.V4 else spec.gateway_v6
    subnet = spec.subnet(version)
    assert subnet is not None
    return subnet[1] if gateway is None else gateway


@st.composite
def packets(draw: st.DrawFn, topology: Sequence[Wanted], version: IPVersion) -> Packet:
    """One packet: from anywhere to anywhere, most of them to what is published or linked."""
    kind = draw(st.sampled_from(["port", "port", "container", "link", "leaving", "own", "any"]))
    everyone = _addresses(topology, version)
    source = draw(st.sampled_from(everyone))
    destination = draw(st.sampled_from(everyone))
    protocol, sport, dport = TCP, 40000, 7
    ports = [port for each in topology for port in each.ports if port.version is version]
    links = [
        link for each in topology for link in each.links if link.parent.version == version.value
    ]
    if kind == "port" and ports:
        port = draw(st.sampled_from(ports))
        protocol, dport = PROTOCOLS[port.protocol], port.host_port
        local = [ip_interface(OUTSIDE[version][0]).ip, *_gateways(topology, version)]
        destination = port.host_address or draw(st.sampled_from(local))
        source = draw(st.sampled_from([source, port.address]))
    elif kind in {"container", "own"} and ports:
        port = draw(st.sampled_from(ports))
        protocol, destination, dport = PROTOCOLS[port.protocol], port.address, port.port
        source = port.address if kind == "own" else source
    elif kind == "link" and links:
        link = draw(st.sampled_from(links))
        source, destination = link.parent, link.child
        protocol, dport = PROTOCOLS[link.protocol], link.port
        if draw(st.booleans()):
            source, destination, sport, dport = destination, source, dport, sport
    elif kind == "leaving":
        inside = [*_gateways(topology, version), *everyone]
        source = draw(st.sampled_from(inside))
    if draw(st.integers(0, 7)) == 0:
        dport += draw(st.sampled_from([-1, 1]))
    fields: dict[str, Any] = {"sport": sport, "dport": dport}
    if draw(st.integers(0, 5)) == 0:
        protocol = ICMP if version is IPVersion.V4 else ICMPV6
        fields = {"icmp_type": 8 if version is IPVersion.V4 else 128, "icmp_code": 0}
    state = draw(st.sampled_from([State.NEW, State.NEW, State.NEW, State.NEW, State.ESTABLISHED]))
    bridges = [wanted.spec.bridge for wanted in topology]
    return Packet(
        source=source,
        destination=destination,
        protocol=protocol,
        state=state,
        flow=Translation() if state is State.ESTABLISHED else None,
        in_interface=_way_in(draw, topology, source),
        out_interface=draw(st.sampled_from([None, None, None, None, "eth0", *bridges])),
        **fields,
    )


def _way_in(draw: st.DrawFn, topology: Sequence[Wanted], source: IPAddress) -> str | None:
    """Where the source is; at times somewhere else, and None for the host itself."""
    version = IPVersion(source.version)
    if source in _gateways(topology, version) or str(source) in OUTSIDE[version][0]:
        return draw(st.sampled_from([None, None, None, "eth0"]))
    own = [
        each.spec.bridge
        for each in topology
        if (subnet := each.spec.subnet(version)) is not None and source in subnet
    ] or ["eth0"]
    others = [None, "eth0", *(each.spec.bridge for each in topology)]
    return draw(st.sampled_from([*(own * 2 * len(others)), *others]))


def _gateways(topology: Sequence[Wanted], version: IPVersion) -> list[IPAddress]:
    return [_gateway(each, version) for each in topology if each.spec.subnet(version) is not None]


def _addresses(topology: Sequence[Wanted], version: IPVersion) -> list[IPAddress]:
    """Outside, the host's, and of each network: its ends, the bridge's, containers', neighbours."""
    found: list[IPAddress] = [ip_interface(text).ip for text in OUTSIDE[version]]
    for wanted in topology:
        subnet = wanted.spec.subnet(version)
        if subnet is not None:
            found += [_gateway(wanted, version), subnet[0], subnet[-2], subnet[-1]]
            # Beside it, where a longer or shorter prefix would still match.
            found += [subnet[0] - 1, subnet[-1] + 1]
        found += [port.address for port in wanted.ports if port.version is version]
        for link in wanted.links:
            if link.parent.version == version.value:
                found += [link.parent, link.child]
    if version is IPVersion.V6:
        found.append(ip_address("fe80::7"))
    return found
