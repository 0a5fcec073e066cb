"""A router with Docker's networks, their containers, and somebody outside: network namespaces all.

Containers reach each other through the router even on one bridge (their own subnet is one address
long), so that what Docker's rules say of one network's traffic is asked too.
"""

from __future__ import annotations

import errno
import select
import socket
import struct
import time
from collections.abc import Container, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_address
from itertools import count
from typing import Final, NamedTuple

from tests.conftest import new_netns
from tests.layout.sctp import init_packet, init_tag
from tests.translate.evaluate.lab.flows import Flows
from tests.translate.evaluate.lab.namespaces import inside, run

__all__ = ["PEOPLE", "Outcome", "PacketLab", "Probe", "address_of", "container"]

NETWORKS: Final = (1, 2, 3)
CONTAINERS: Final = tuple((network, number) for network in NETWORKS for number in (2, 3))
PEOPLE: Final = ("router", "outside", *(f"c{net}.{number}" for net, number in CONTAINERS))
OUTSIDE: Final = {4: "192.0.2.77", 6: "2001:db8::77"}
HOST: Final = {
    4: ("192.0.2.1", "192.0.2.8", "192.0.2.9"),
    6: ("2001:db8::1", "2001:db8::8", "2001:db8::9"),
}
SERVED: Final = (80, 5432)
HOST_PORTS: Final = tuple(8000 + 10 * network + number for network in NETWORKS for number in (0, 1))
_KINDS: Final = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}
_PING: Final = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
_SCTP: Final = 132
_FIRST_PORT: Final = 32768  # of an SCTP packet's source, which no socket chooses
_ECHO_REQUEST: Final = {4: 8, 6: 128}
_IP_HEADER: Final = {4: 20, 6: 0}  # what raw sockets give before the payload
_PATIENCE: Final = 0.5  # seconds to wait at the most
_QUIET: Final = 0.12  # seconds without an arrival after which nothing more is waited for
_ATTEMPTS: Final = 3
_AT_ONCE: Final = 300  # so many descriptors fit into a process's usual limit
_NO_WAY: Final = frozenset({errno.EPERM, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES})
_ROUTER: Final = (
    "net.ipv4.ip_forward=1",
    "net.ipv6.conf.all.forwarding=1",
    "net.ipv4.conf.all.rp_filter=0",
    "net.ipv4.conf.default.rp_filter=0",
    "net.ipv4.conf.all.send_redirects=0",
    "net.ipv4.conf.default.send_redirects=0",
    "net.ipv4.conf.all.route_localnet=1",
)


class Probe(NamedTuple):
    """A packet that begins a flow: from whom, and to where."""

    sender: str
    protocol: str
    destination: str
    port: int


class Outcome(NamedTuple):
    """Who received it, and from which address it seemed to come."""

    receiver: str
    source: str


def container(network: int, number: int, version: int) -> str:
    """A container's address."""
    return f"10.{network}.0.{number}" if version == 4 else f"fd00:{network}::{number}"


def address_of(who: str, version: int) -> str | None:
    """Whose address it is: ``outside``, ``c1.2``…; None for the router, which has many."""
    if who == "outside":
        return OUTSIDE[version]
    if who == "router":
        return None
    network, number = who.removeprefix("c").split(".")
    return container(int(network), int(number), version)


class PacketLab:
    """The router, its neighbours, and a server on each port of each.

    Args:
        names: the namespaces' names, by who is in them: ``router``, ``outside``, ``c1.2``…
    """

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self.router: Final = names["router"]
        self._flows = Flows(self.router)
        self._numbers = count()
        self._servers: dict[int, tuple[str, str, socket.socket]] = {}
        for who, name in names.items():
            with inside(name):
                for protocol, kind in _KINDS.items():
                    for port in (*SERVED, *HOST_PORTS):
                        for version in (4, 6):
                            opened = _server(version, kind, port)
                            self._servers[opened.fileno()] = (who, protocol, opened)
                for version in (4, 6):
                    for protocol, number in (("ping", _PING[version]), ("sctp", _SCTP)):
                        opened = _raw(version, number)
                        self._servers[opened.fileno()] = (who, f"{protocol}{version}", opened)

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[PacketLab]:
        """Build one, for as long as the block runs."""
        with ExitStack() as stack:
            names = {who: stack.enter_context(new_netns()) for who in PEOPLE}
            _build(names)
            lab = cls(names)
            try:
                yield lab
            finally:
                lab.close()

    def close(self) -> None:
        """Close every socket."""
        self._flows.close()
        for _, _, opened in self._servers.values():
            opened.close()

    def probes(self) -> Iterator[Probe]:
        """Every sender to every container, to the host and to outside, where a port is served."""
        for sender in self._names:
            for version in (4, 6):
                everybody = [container(*each, version) for each in CONTAINERS]
                own = address_of(sender, version)  # packets to which never come to the router
                others = [who for who in (*everybody, OUTSIDE[version]) if who != own]
                served = [(address, SERVED) for address in others]
                hosts = [(HOST[version][0], HOST_PORTS), (container(1, 1, version), HOST_PORTS)]
                for address, ports in [*served, *hosts]:
                    for port in ports:
                        for protocol in (*_KINDS, "sctp"):
                            yield Probe(sender, protocol, address, port)
                    yield Probe(sender, "ping", address, 0)

    def outcomes(
        self, probes: Sequence[Probe], *, expected: Container[Probe] | None = None
    ) -> dict[Probe, Outcome]:
        """Send all of them; those that arrive within a moment are told.

        What does not is sent again: neighbours had to be found first, or a queue was full.

        Args:
            probes: what to send.
            expected: what should arrive; all else is sent once. None is to expect everything.
        """
        seen: dict[Probe, Outcome] = {}
        missing = list(probes)
        for _ in range(_ATTEMPTS):
            for first in range(0, len(missing), _AT_ONCE):
                seen.update(self._at_once(missing[first : first + _AT_ONCE]))
            missing = [
                probe
                for probe in probes
                if probe not in seen and (expected is None or probe in expected)
            ]
        return seen

    def _at_once(self, probes: Sequence[Probe]) -> Iterator[tuple[Probe, Outcome]]:
        self._flows.forget()
        with ExitStack() as stack:
            sent = {next(self._numbers): probe for probe in probes}
            calling = {
                opened.fileno(): (number, opened)
                for number, probe in sent.items()
                for opened in [stack.enter_context(self._send(number, probe))]
                if probe.protocol == "tcp"
            }
            accepted: dict[int, tuple[str, socket.socket]] = {}
            began = last = time.monotonic()
            while time.monotonic() < min(last + _QUIET, began + _PATIENCE):
                _tell_numbers(calling)
                for number, outcome in self._arrivals(accepted, stack):
                    last = time.monotonic()
                    if number in sent:  # else it was on its way for longer than anybody waited
                        yield sent[number], outcome

    def _send(self, number: int, probe: Probe) -> socket.socket:
        version = ip_address(probe.destination).version
        with inside(self._names[probe.sender]):
            if probe.protocol == "ping":
                opened = _raw(version, _PING[version])
            elif probe.protocol == "sctp":
                opened = _raw(version, _SCTP)
            else:
                opened = socket.socket(_family(version), _KINDS[probe.protocol])
        opened.setblocking(False)
        try:
            opened.connect((probe.destination, 0 if opened.type == socket.SOCK_RAW else probe.port))
            if probe.protocol == "udp":
                opened.send(struct.pack("!I", number))
            elif probe.protocol == "ping":
                opened.send(_echo_request(version, number))
            elif probe.protocol == "sctp":
                sport = _FIRST_PORT + number % (1 << 14)
                opened.send(init_packet(sport=sport, dport=probe.port, tag=number + 1))
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno not in _NO_WAY:
                raise
        return opened

    def _arrivals(
        self, accepted: dict[int, tuple[str, socket.socket]], stack: ExitStack
    ) -> Iterator[tuple[int, Outcome]]:
        poll = select.poll()
        for descriptor in (*self._servers, *accepted):
            poll.register(descriptor, select.POLLIN)
        for descriptor, _ in poll.poll(20):
            if descriptor in accepted:
                who, opened = accepted.pop(descriptor)
                with suppress(ConnectionError):
                    source = opened.getpeername()[0]
                    data = opened.recv(4)
                    if data:
                        yield struct.unpack("!I", data)[0], Outcome(who, source)
                continue
            who, protocol, server = self._servers[descriptor]
            if server.type == socket.SOCK_RAW:
                data, address = server.recvfrom(256)
                told = _numbered(protocol, data)
                if told is not None:
                    yield told, Outcome(who, address[0])
            elif protocol == "udp":
                data, address = server.recvfrom(4)
                yield struct.unpack("!I", data)[0], Outcome(who, address[0])
            else:
                connection, _ = server.accept()
                stack.enter_context(connection)
                accepted[connection.fileno()] = (who, connection)


def _tell_numbers(calling: dict[int, tuple[int, socket.socket]]) -> None:
    """Those that are connected tell which probe they are."""
    poll = select.poll()
    for descriptor in calling:
        poll.register(descriptor, select.POLLOUT)
    for descriptor, _ in poll.poll(0):
        number, opened = calling.pop(descriptor)
        with suppress(OSError):
            opened.send(struct.pack("!I", number))


def _family(version: int) -> socket.AddressFamily:
    return socket.AF_INET if version == 4 else socket.AF_INET6


def _server(version: int, kind: socket.SocketKind, port: int) -> socket.socket:
    opened = socket.socket(_family(version), kind)
    if version == 6:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    opened.bind(("", port))
    opened.setblocking(False)
    if kind == socket.SOCK_STREAM:
        opened.listen(64)
    return opened


def _raw(version: int, number: int) -> socket.socket:
    opened = socket.socket(_family(version), socket.SOCK_RAW, number)
    opened.setblocking(False)
    return opened


def _echo_request(version: int, number: int) -> bytes:
    """RFC 792's, of an identifier of its own; for IPv6 the kernel adds the checksum."""
    kind, payload = _ECHO_REQUEST[version], struct.pack("!I", number)
    words = [kind << 8, number & 0xFFFF, 1, *struct.unpack("!HH", payload)]
    total = sum(words)
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF if version == 4 else 0
    return struct.pack("!BBHHH", kind, 0, checksum, number & 0xFFFF, 1) + payload


def _numbered(protocol: str, data: bytes) -> int | None:
    """The number in an echo request or an INIT, or None in anything else."""
    version = int(protocol[-1])
    message = data[_IP_HEADER[version] :]
    if protocol.startswith("sctp"):
        tag = init_tag(message)
        return None if tag is None else tag - 1
    if len(message) != 12 or message[0] != _ECHO_REQUEST[version]:
        return None
    number: int = struct.unpack("!I", message[8:])[0]
    return number


def _build(names: dict[str, str]) -> None:
    router = names["router"]
    run(router, ["sysctl", "-q", "-w", *_ROUTER])
    for name in names.values():
        run(name, ["ip", "link", "set", "lo", "up"])
    _link(router, "eth0", names["outside"])
    for version in (4, 6):
        for address in HOST[version]:
            _address(router, "eth0", f"{address}/{24 if version == 4 else 64}")
        _address(names["outside"], "eth0", f"{OUTSIDE[version]}/{24 if version == 4 else 64}")
        _default(names["outside"], HOST[version][0])
    for network in NETWORKS:
        bridge = f"br{network}"
        run(router, ["ip", "link", "add", bridge, "type", "bridge"])
        run(router, ["ip", "link", "set", bridge, "up"])
        _address(router, bridge, f"10.{network}.0.1/24")
        _address(router, bridge, f"fd00:{network}::1/64")
    for network, number in CONTAINERS:
        name = names[f"c{network}.{number}"]
        port = f"v{network}.{number}"
        _link(router, port, name)
        run(router, ["ip", "link", "set", port, "master", f"br{network}"])
        # As Docker does, for containers that reach their own published ports.
        run(router, ["ip", "link", "set", port, "type", "bridge_slave", "hairpin", "on"])
        for version, whole in ((4, 32), (6, 128)):
            _address(name, "eth0", f"{container(network, number, version)}/{whole}")
            gateway = container(network, 1, version)
            run(name, ["ip", f"-{version}", "route", "add", gateway, "dev", "eth0"])
            _default(name, gateway)


def _link(router: str, name: str, other: str) -> None:
    run(router, ["ip", "link", "add", name, "type", "veth", "peer", "eth0", "netns", other])
    for namespace, end in ((router, name), (other, "eth0")):
        run(namespace, ["ip", "link", "set", end, "up"])


def _address(namespace: str, interface: str, address: str) -> None:
    extra = ["nodad"] if ":" in address else []
    run(namespace, ["ip", "address", "add", address, "dev", interface, *extra])


def _default(namespace: str, gateway: str) -> None:
    version = ip_address(gateway).version
    run(namespace, ["ip", f"-{version}", "route", "add", "default", "via", gateway])
