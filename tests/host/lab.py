"""A client, a host and a container, each in a network namespace, and traffic between them.

::

    client 198.51.100.2 ---- 198.51.100.1 host 172.30.0.1 ---- 172.30.0.2 container
           2001:db8::2       2001:db8::1       fd00:30::1      fd00:30::2
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from nfcore.bridge import NetworkSpec, PublishedPort
from nfcore.executor._netns import call_in_netns
from tests.conftest import new_netns
from tests.netns import in_netns

__all__ = ["NETWORK", "PORTS", "Lab", "Traffic", "new_lab"]

NETWORK = NetworkSpec(
    name="shop",
    bridge="br0",
    subnet_v4=IPv4Network("172.30.0.0/24"),
    subnet_v6=IPv6Network("fd00:30::/64"),
)
PORTS = tuple(
    PublishedPort(address=address, port=80, host_port=8080, protocol=protocol)
    for address in (IPv4Address("172.30.0.2"), IPv6Address("fd00:30::2"))
    for protocol in ("udp", "tcp")
)
HOST = {socket.AF_INET: "198.51.100.1", socket.AF_INET6: "2001:db8::1"}
ANYWHERE = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104 - in its namespace
PATIENCE = 2.0
"""Seconds after which a packet counts as lost."""


@dataclass(frozen=True, kw_only=True)
class Lab:
    """The three namespaces' names."""

    client: str
    host: str
    container: str

    def socket(self, where: str, family: socket.AddressFamily, kind: socket.SocketKind) -> Any:
        """A socket that lives in one of the namespaces."""
        made = call_in_netns(where, lambda: socket.socket(family, kind))
        made.settimeout(PATIENCE)
        return made


@contextmanager
def new_lab() -> Iterator[Lab]:
    """The namespaces, for as long as the block runs."""
    with ExitStack() as stack:
        client, host, container = (stack.enter_context(new_netns()) for _ in range(3))
        _wire(client, host, container)
        yield Lab(client=client, host=host, container=container)


def _wire(client: str, host: str, container: str) -> None:
    def ip(netns: str, line: str) -> None:
        in_netns(netns, ["ip", *line.split()])

    def address(netns: str, device: str, v4: str, v6: str) -> None:
        ip(netns, f"address add {v4} dev {device}")
        ip(netns, f"address add {v6} dev {device} nodad")

    for netns in (client, host, container):
        # Else neighbours are not asked for before an address's uniqueness is sure, in 2 seconds.
        in_netns(netns, ["sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0"])
    for setting in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"):
        in_netns(host, ["sysctl", "-qw", setting])
    ip(host, f"link add eth0 type veth peer name eth0 netns {client}")
    ip(host, "link add br0 type bridge")
    ip(host, f"link add veth0 master br0 type veth peer name eth0 netns {container}")
    address(host, "eth0", "198.51.100.1/24", "2001:db8::1/64")
    address(host, "br0", "172.30.0.1/24", "fd00:30::1/64")
    address(client, "eth0", "198.51.100.2/24", "2001:db8::2/64")
    address(container, "eth0", "172.30.0.2/24", "fd00:30::2/64")
    for netns, devices in ((host, "eth0 br0 veth0"), (client, "eth0"), (container, "eth0")):
        for device in ("lo", *devices.split()):
            ip(netns, f"link set {device} up")
    for version, gateway in (("-4", "172.30.0.1"), ("-6", "fd00:30::1")):
        ip(container, f"{version} route add default via {gateway}")


@dataclass
class Count:
    """How many packets, or answers, were asked for and came."""

    sent: int = 0
    answered: int = 0


@dataclass
class Traffic:
    """Asks the published port without pause: each question a flow of its own, and one long flow.

    The container also asks the client, so that what leaves is translated too.
    """

    lab: Lab
    counts: dict[str, Count] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @contextmanager
    def flowing(self) -> Iterator[Traffic]:
        """Let it flow for as long as the block runs."""
        end = threading.Event()
        with ExitStack() as stack:
            threads = [
                threading.Thread(target=self._guarded, args=(function, name, family, end))
                for family in HOST
                for name, function in self._flows(stack, family)
            ]
            for thread in threads:
                thread.start()
            try:
                yield self
            finally:
                end.set()
                for thread in threads:
                    thread.join()

    def _guarded(self, function: Any, name: str, family: socket.AddressFamily, end: Any) -> None:
        count = self.counts[f"{name} {family.name}"] = Count()
        try:
            while not end.is_set():
                count.sent += 1
                count.answered += function(family)
        except OSError as error:
            self.wrong.append(f"{name} {family.name}: {error!r} after {count.answered}")

    def _flows(self, stack: ExitStack, family: socket.AddressFamily) -> Iterator[tuple[str, Any]]:
        lab, kinds = self.lab, (socket.SOCK_DGRAM, socket.SOCK_STREAM)
        udp, tcp = (stack.enter_context(lab.socket(lab.container, family, kind)) for kind in kinds)
        outside = stack.enter_context(lab.socket(lab.client, family, socket.SOCK_DGRAM))
        for server, port in ((udp, 80), (tcp, 80), (outside, 7000)):
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            server.bind((ANYWHERE[family], port))
        tcp.listen(16)
        _serve(_echo, udp)
        _serve(_tell_source, outside)
        _serve(_accept, tcp)
        long = stack.enter_context(lab.socket(lab.client, family, socket.SOCK_STREAM))
        long.connect((HOST[family], 8080))
        yield "new flow", self._ask_anew
        yield "new connection", self._connect_anew
        yield "long connection", lambda _: _ask(long)
        yield "outgoing flow", self._ask_outside

    def _ask_anew(self, family: socket.AddressFamily) -> bool:
        with self.lab.socket(self.lab.client, family, socket.SOCK_DGRAM) as asking:
            asking.connect((HOST[family], 8080))
            return _ask(asking)

    def _connect_anew(self, family: socket.AddressFamily) -> bool:
        with self.lab.socket(self.lab.client, family, socket.SOCK_STREAM) as asking:
            asking.connect((HOST[family], 8080))
            return _ask(asking)

    def _ask_outside(self, family: socket.AddressFamily) -> bool:
        """The client sees the host, not the container."""
        with self.lab.socket(self.lab.container, family, socket.SOCK_DGRAM) as asking:
            client = {socket.AF_INET: "198.51.100.2", socket.AF_INET6: "2001:db8::2"}[family]
            asking.sendto(b"who?", (client, 7000))
            answer, _ = asking.recvfrom(100)
            if answer.decode() != HOST[family]:
                raise OSError(f"not masqueraded: the client saw {answer.decode()}")
            return True


def _ask(asking: Any) -> bool:
    asking.send(b"hello")
    answer: bytes = asking.recv(100)
    return answer == b"hello"


def _serve(function: Any, server: Any) -> None:
    threading.Thread(target=function, args=(server,), daemon=True).start()


def _until_closed(step: Any) -> None:
    while True:
        try:
            step()
        except TimeoutError:
            continue
        except OSError:
            return


def _echo(server: Any) -> None:
    def step() -> None:
        data, source = server.recvfrom(100)
        server.sendto(data, source)

    _until_closed(step)


def _tell_source(server: Any) -> None:
    def step() -> None:
        _, source = server.recvfrom(100)
        server.sendto(source[0].encode(), source)

    _until_closed(step)


def _accept(server: Any) -> None:
    def step() -> None:
        connection, _ = server.accept()
        _serve(_answer, connection)

    _until_closed(step)


def _answer(connection: Any) -> None:
    with connection:
        while data := connection.recv(100):
            connection.send(data)
