"""From a question to a packet: what the user left out follows from networks and routes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from nfcore.bridge import NetworkState
from nfcore.exceptions import InvalidInput, NotFound
from nfcore.explain._question import End, Place, Question, parse_icmp_type
from nfcore.system import HostView
from translate import IPAddress, IPVersion
from translate.evaluate import Packet, State
from translate.evaluate.packet import PORT_PROTOCOLS
from translate.protocols import ICMP, ICMPV6, TCP, protocol_name

__all__ = ["Resolved", "network_of", "resolve"]

_SOMEWHERE: Final[dict[IPVersion, IPAddress]] = {
    IPVersion.V4: ip_address("198.51.100.1"),
    IPVersion.V6: ip_address("2001:db8:ffff::1"),
}
"""Addresses for documentation (RFC 5737, RFC 3849), which nobody has."""
_NOBODY: Final[dict[IPVersion, IPAddress]] = {
    IPVersion.V4: IPv4Address(0),
    IPVersion.V6: IPv6Address(0),
}
_LOOPBACK: Final[dict[IPVersion, IPAddress]] = {
    IPVersion.V4: ip_address("127.0.0.1"),
    IPVersion.V6: ip_address("::1"),
}
_EPHEMERAL: Final = 40000
_SYN, _ACK = 2, 16
_ECHO_REQUEST: Final = {IPVersion.V4: 8, IPVersion.V6: 128}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A packet, and the networks at its ends.

    Attributes:
        packet: the packet.
        sender: the network that it comes from, or None.
        receiver: the network that it is sent to, or None.
    """

    packet: Packet
    sender: NetworkState | None
    receiver: NetworkState | None


def resolve(question: Question, networks: Sequence[NetworkState], host: HostView) -> Resolved:
    """The packet that is asked about.

    Args:
        question: what the user said.
        networks: the networks that the host's rules tell of.
        host: its addresses and routes.

    Raises:
        InvalidInput: too little was said, or what contradicts itself.
        InvalidPacket: no such packet can be.
        NotFound: there is no such network.
    """
    return _Resolver(question, networks, host).run()


def network_of(address: IPAddress, networks: Sequence[NetworkState]) -> NetworkState | None:
    """The network whose subnet holds an address, or None."""
    version = IPVersion(address.version)
    for state in networks:
        subnet = state.subnet(version)
        if subnet is not None and address in subnet:
            return state
    return None


def _check_inside(address: IPAddress, state: NetworkState | None, option: str) -> None:
    if state is None:
        return
    subnet = state.subnet(IPVersion(address.version))
    if subnet is not None and address not in subnet:
        raise InvalidInput(
            f"{address} is not in network {state.spec.name}, which has {subnet}", key=option
        )


class _Resolver:
    def __init__(
        self, question: Question, networks: Sequence[NetworkState], host: HostView
    ) -> None:
        self._question = question
        self._networks = networks
        self._host = host
        self._environment = host.environment()
        self._sender = self._network_named(question.sender, "--from")
        self._receiver = self._network_named(question.receiver, "--to")
        self._version = self._find_version()

    def run(self) -> Resolved:
        question = self._question
        sender, receiver = question.sender, question.receiver
        if sender.place is Place.HOST and question.in_interface is not None:
            raise InvalidInput("the host sends it itself: leave --in or --from out")
        in_interface = question.in_interface or self._way_in()
        destination = self._destination(in_interface)
        source = sender.address or self._source(destination, in_interface)
        _check_inside(source, self._sender, "--from")
        protocol = self._protocol()
        has_ports = protocol in PORT_PROTOCOLS
        if has_ports and receiver.port is None:
            raise InvalidInput(
                f"{protocol_name(protocol)} has ports: give the destination's, with --to "
                "ADDRESS:PORT or --dport"
            )
        icmp_type, icmp_code = self._icmp(protocol)
        is_new = question.state is State.NEW
        packet = Packet(
            source=source,
            destination=destination,
            protocol=protocol,
            in_interface=in_interface,
            out_interface=question.out_interface,
            sport=sender.port or (_EPHEMERAL if has_ports else None),
            dport=receiver.port,
            icmp_type=icmp_type,
            icmp_code=icmp_code,
            tcp_flags=(_SYN if is_new else _ACK) if protocol == TCP else None,
            state=question.state,
            mark=question.mark,
        )
        return Resolved(
            packet=packet,
            sender=self._sender or (network_of(source, self._networks) if in_interface else None),
            receiver=self._receiver or network_of(destination, self._networks),
        )

    # -- networks and the IP version ------------------------------------------------------------

    def _network_named(self, end: End, option: str) -> NetworkState | None:
        if end.network is None:
            return None
        for state in self._networks:
            if end.network in {state.spec.name, state.spec.bridge}:
                return state
        known = ", ".join(state.spec.name for state in self._networks[:20])
        more = ", …" if len(self._networks) > 20 else ""
        raise NotFound(
            f"{option}: there is no network {end.network!r}; there are: {known or 'none'}{more}"
        )

    def _find_version(self) -> IPVersion:
        question = self._question
        ends = (question.sender, question.receiver)
        given = [IPVersion(end.address.version) for end in ends if end.address is not None]
        given += [question.version] if question.version is not None else []
        given += [IPVersion.V6] if question.protocol == ICMPV6 else []
        if len(set(given)) > 1:
            raise InvalidInput("a packet has one IP version, and what was given are of two")
        networks = [state for state in (self._sender, self._receiver) if state is not None]
        usable = [
            version
            for version in given[:1] or IPVersion
            if all(state.subnet(version) is not None for state in networks)
        ]
        if not usable:
            names = " and ".join(state.spec.name for state in networks)
            of_version = f"IPv{given[0].value} subnet" if given else "IP version in common"
            raise InvalidInput(f"{names}: no known {of_version}")
        return usable[0]

    # -- the sender -----------------------------------------------------------------------------

    def _way_in(self) -> str | None:
        sender = self._question.sender
        if sender.place is Place.HOST:
            return None
        if self._sender is not None:
            return self._sender.spec.bridge
        if sender.place is Place.OUTSIDE:
            return self._outside()
        if sender.address is None:
            raise InvalidInput("who sends it? give --from, or --src")
        if self._environment.address_type(sender.address) == "LOCAL":
            return None
        network = network_of(sender.address, self._networks)
        if network is not None:
            return network.spec.bridge
        return self._interface_to(sender.address) or self._outside()

    def _interface_to(self, address: IPAddress) -> str | None:
        route = self._host.route(
            Packet(source=_NOBODY[self._version], destination=address, protocol=TCP)
        )
        return None if route is None else route.interface

    def _outside(self) -> str:
        """Where the default route leads, or else the first interface that is no network's."""
        found = self._interface_to(_SOMEWHERE[self._version])
        if found is None:
            found = next(iter(self._interfaces_outside()), None)
        if found is None:
            raise InvalidInput("no interface leads outside: give --in, and --src")
        return found

    def _interfaces_outside(self) -> Iterator[str]:
        bridges = {state.spec.bridge for state in self._networks}
        for name, device in self._host.devices.items():
            has_address = any(
                own.version == self._version.value and not own.ip.is_link_local
                for own in device.addresses
            )
            if name not in bridges | {"lo"} and device.up and has_address:
                yield name

    def _source(self, destination: IPAddress, in_interface: str | None) -> IPAddress:
        if self._sender is not None:
            return self._some_container(self._sender, avoiding=destination)
        if in_interface is None:
            if self._environment.address_type(destination) == "LOCAL":
                return destination
            found = self._host.source(destination)
            if found is None:
                raise InvalidInput(f"the host has no route to {destination}: give --src")
            return found
        return self._somebody_at(in_interface)

    def _somebody_at(self, interface: str) -> IPAddress:
        """Somebody far away where a route leads there, else a neighbour."""
        if self._interface_to(_SOMEWHERE[self._version]) == interface:
            return _SOMEWHERE[self._version]
        device = self._host.devices.get(interface)
        for own in () if device is None else device.addresses:
            if own.version == self._version.value and not own.ip.is_link_local:
                mine = {each.ip for each in device.addresses} if device is not None else set()
                for neighbour in own.network.hosts():
                    if neighbour not in mine:
                        return neighbour
        raise InvalidInput(f"who is behind {interface}? give --src")

    def _some_container(self, state: NetworkState, *, avoiding: IPAddress | None) -> IPAddress:
        subnet = state.subnet(self._version)
        assert subnet is not None  # noqa: S101 - the version was chosen so
        device = self._host.devices.get(state.spec.bridge)
        taken = {state.spec.gateway_v4, state.spec.gateway_v6, avoiding}
        taken |= {own.ip for own in (() if device is None else device.addresses)}
        for number in range(2, 8):
            if number < subnet.num_addresses and subnet[number] not in taken:
                return subnet[number]
        raise InvalidInput(f"network {state.spec.name} has no room for a container: give addresses")

    # -- the receiver ---------------------------------------------------------------------------

    def _destination(self, in_interface: str | None) -> IPAddress:
        receiver = self._question.receiver
        if receiver.place is Place.OUTSIDE:
            return _SOMEWHERE[self._version]
        if receiver.place is Place.HOST:
            return self._host_as_seen_from(in_interface)
        if receiver.address is not None:
            _check_inside(receiver.address, self._receiver, "--to")
            return receiver.address
        if self._receiver is None:
            raise InvalidInput("where does it go? give --to, or --dst")
        for port in self._receiver.ports:
            if port.version is self._version and receiver.port in {None, port.port}:
                return port.address
        return self._some_container(self._receiver, avoiding=self._question.sender.address)

    def _host_as_seen_from(self, in_interface: str | None) -> IPAddress:
        if in_interface is None:
            return _LOOPBACK[self._version]
        if self._sender is not None:
            spec = self._sender.spec
            gateway = spec.gateway_v4 if self._version is IPVersion.V4 else spec.gateway_v6
            if gateway is not None:
                return gateway
        device = self._host.devices.get(in_interface)
        for own in () if device is None else device.addresses:
            if own.version == self._version.value and not own.ip.is_link_local:
                return own.ip
        raise InvalidInput(
            f"{in_interface} has no IPv{self._version.value} address: give one of the host's with "
            "--to"
        )

    # -- the protocol ---------------------------------------------------------------------------

    def _protocol(self) -> int:
        question = self._question
        icmp = ICMP if self._version is IPVersion.V4 else ICMPV6
        given = {
            icmp if number in {ICMP, ICMPV6} else number
            for number in (question.protocol, question.receiver.protocol, question.sender.protocol)
            if number is not None
        }
        if question.icmp_type is not None:
            given.add(icmp)
        if len(given) > 1:
            names = " and ".join(sorted(protocol_name(number) for number in given))
            raise InvalidInput(f"a packet has one protocol, not {names}")
        if given:
            return given.pop()
        has_port = question.receiver.port or question.sender.port
        return TCP if has_port else icmp

    def _icmp(self, protocol: int) -> tuple[int | None, int | None]:
        if protocol not in {ICMP, ICMPV6}:
            return None, None
        if self._question.icmp_type is None:
            return _ECHO_REQUEST[self._version], 0
        return parse_icmp_type(self._question.icmp_type, self._version)
