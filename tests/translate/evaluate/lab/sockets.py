"""UDP sockets that say from where to where a datagram went, and a way to know that none is left."""

from __future__ import annotations

import os
import select
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from typing import NamedTuple

from tests.translate.evaluate.lab.build import Namespaces
from tests.translate.evaluate.lab.namespaces import inside
from tests.translate.evaluate.lab.plan import LINKS, PORTS, ROUTER
from translate import IPAddress

__all__ = ["Arrival", "Sockets"]

_IP_PKTINFO = 8
_ETHERTYPE = 0x88B5
"""For local experiments (IEEE 802); netfilter's IP hooks never see it."""


class Arrival(NamedTuple):
    """A datagram as a socket received it."""

    owner: str
    source: IPAddress
    sport: int
    destination: IPAddress
    dport: int
    payload: bytes


class Sockets:
    """One socket for each host, IP version and port, for sending and receiving.

    Args:
        namespaces: where the hosts and the router are.
    """

    def __init__(self, namespaces: Namespaces) -> None:
        self._stack = ExitStack()
        self._sockets: dict[tuple[str, int, int], socket.socket] = {}
        for owner, namespace in namespaces.items():
            with inside(namespace):
                for version in (4, 6):
                    for port in PORTS:
                        opened = self._stack.enter_context(_udp(version, port))
                        self._sockets[owner, version, port] = opened
        self._by_descriptor = {s.fileno(): place for place, s in self._sockets.items()}
        self._poll = select.poll()
        for descriptor in self._by_descriptor:
            self._poll.register(descriptor, select.POLLIN)
        link = LINKS[0].name
        self._marker_ends = [
            self._stack.enter_context(_marker(namespaces[owner], interface))
            for owner, interface in ((link, "eth0"), (ROUTER, link))
        ]

    def close(self) -> None:
        """Close them all."""
        self._stack.close()

    def exchange(
        self, owner: str, source: tuple[IPAddress, int], to: tuple[IPAddress, int], payload: bytes
    ) -> list[Arrival]:
        """Send a datagram and return what has arrived when nothing is on its way any more."""
        with _one_processor():
            self._send(owner, source, to, payload)
            self._let_all_arrive()
        return [self._receive(descriptor) for descriptor, _ in self._poll.poll(0)]

    def _send(
        self, owner: str, source: tuple[IPAddress, int], to: tuple[IPAddress, int], payload: bytes
    ) -> None:
        address, port = source
        if address.version == 4:
            info = (socket.IPPROTO_IP, _IP_PKTINFO, struct.pack("I4s4s", 0, address.packed, b""))
        else:
            info = (
                socket.IPPROTO_IPV6,
                socket.IPV6_PKTINFO,
                struct.pack("16sI", address.packed, 0),
            )
        try:
            self._sockets[owner, address.version, port].sendmsg(
                [payload], [info], 0, (str(to[0]), to[1])
            )
        except (PermissionError, OSError) as error:
            # The rules, or the lack of a route, keep the sender from sending.
            if owner != ROUTER:
                raise AssertionError(f"{owner} cannot send from {address} to {to}") from error

    def _let_all_arrive(self) -> None:
        """Send a frame to and fro: one processor's queue of packets is served in order.

        Each hop of the marker waits behind all that the hop before it has set off; a packet has
        three at the most.
        """
        for sender, receiver in (self._marker_ends, self._marker_ends[::-1]) * 2:
            while not _passes(sender, receiver):
                pass

    def _receive(self, descriptor: int) -> Arrival:
        owner, version, port = self._by_descriptor[descriptor]
        payload, control, _, name = self._sockets[owner, version, port].recvmsg(256, 256)
        ((_, _, info),) = control
        packed = info[8:12] if version == 4 else info[:16]
        return Arrival(
            owner=owner,
            source=ip_address(name[0].partition("%")[0]),
            sport=name[1],
            destination=ip_address(packed),
            dport=port,
            payload=payload,
        )


def _udp(version: int, port: int) -> socket.socket:
    opened = socket.socket(
        socket.AF_INET if version == 4 else socket.AF_INET6,
        socket.SOCK_DGRAM | socket.SOCK_NONBLOCK,
    )
    if version == 4:
        opened.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    else:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    opened.bind(("", port))
    return opened


def _passes(sender: socket.socket, receiver: socket.socket) -> bool:
    """Send a marker; False where it was lost, as happens when others fill the queue."""
    marker = os.urandom(16)
    sender.send(b"\xff" * 6 + b"\x02" * 6 + struct.pack("!H", _ETHERTYPE) + marker)
    try:
        while receiver.recv(256)[14:30] != marker:
            pass
    except TimeoutError:
        return False
    return True


def _marker(namespace: str, interface: str) -> socket.socket:
    with inside(namespace):
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETHERTYPE))
        opened.bind((interface, _ETHERTYPE))
        opened.settimeout(1)
    return opened


@contextmanager
def _one_processor() -> Iterator[None]:
    allowed = os.sched_getaffinity(0)
    # Workers that run side by side choose differently, as far as they can.
    os.sched_setaffinity(0, {sorted(allowed)[os.getpid() % len(allowed)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
