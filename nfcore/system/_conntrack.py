"""Forgetting connections that began before the rules changed.

NAT rules are looked at for a connection's first packet only. So what the kernel has tracked before
a port was published goes on past it, and what it has tracked before a release goes on to the
container. The messages are those of ``linux/netfilter/nfnetlink_conntrack.h``.
"""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from nfcore.bridge import PublishedPort
from nfcore.executor import NfnetlinkSocket, attribute, attributes, call_in_netns, family_of
from translate import IPAddress, IPVersion

__all__ = ["StaleFlows", "clear_flows"]

_LOG: Final = logging.getLogger(__name__)
_NFNL_SUBSYS_CTNETLINK: Final = 1
_CT_GET, _CT_DELETE = 1, 2
_NLM_F_ACK, _NLM_F_DUMP = 0x4, 0x300
_NESTED: Final = 0x8000
_ORIGINAL, _REPLY, _ID, _ZONE = 1, 2, 12, 18
_IP, _PROTOCOL = 1, 2
_ENDS: Final = {IPVersion.V4: (1, 2), IPVersion.V6: (3, 4)}
"""The attributes that hold the source and the destination."""
_PROTOCOL_NUMBER, _DESTINATION_PORT = 1, 3

Flow = Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class StaleFlows:
    """Which connections to forget (the seed's ``clearConntrackEntries``).

    Args:
        addresses: those of containers: any connection from or to one, in either direction.
        udp_ports: host ports: any UDP connection that was begun to one, in both IP versions.
    """

    addresses: frozenset[IPAddress] = frozenset()
    udp_ports: frozenset[int] = frozenset()

    @classmethod
    def of_ports(cls, ports: Iterable[PublishedPort]) -> Self:
        """Those that the publication or the release of some ports makes stale."""
        ports = tuple(ports)
        return cls(
            frozenset(port.address for port in ports),
            frozenset(port.host_port for port in ports if port.protocol == "udp"),
        )

    def __bool__(self) -> bool:
        return bool(self.addresses or self.udp_ports)


def clear_flows(stale: StaleFlows, *, netns: str | None = None) -> int:
    """Make the kernel forget connections: one listing for each IP version that can have any.

    A kernel without connection tracking, or one that does not let this process at it, has nothing
    to forget: that is logged and is no error.

    Args:
        stale: which.
        netns: the network namespace's name; None is the caller's.

    Returns:
        How many were forgotten.
    """
    versions = [
        version
        for version in IPVersion
        if stale.udp_ports or any(address.version == version for address in stale.addresses)
    ]
    if not versions:
        return 0
    try:
        return call_in_netns(netns, lambda: sum(_clear(stale, version) for version in versions))
    except OSError as error:
        _LOG.warning("connections cannot be cleared from conntrack: %s", error.strerror or error)
        return 0


def _clear(stale: StaleFlows, version: IPVersion) -> int:
    addresses = frozenset(a.packed for a in stale.addresses if a.version == version)
    ports = frozenset(port.to_bytes(2, "big") for port in stale.udp_ports)
    conntrack = NfnetlinkSocket(_NFNL_SUBSYS_CTNETLINK)
    try:
        flows = conntrack.ask(_CT_GET, _NLM_F_DUMP, family_of(version))
        return sum(
            _forget(conntrack, version, flow)
            for flow in flows
            if _is_stale(flow, version, addresses, ports)
        )
    finally:
        conntrack.close()


def _is_stale(
    flow: Flow, version: IPVersion, addresses: frozenset[bytes], udp_ports: frozenset[bytes]
) -> bool:
    original = dict(attributes(flow[_ORIGINAL]))
    if addresses:
        for address in (original[_IP], dict(attributes(flow[_REPLY]))[_IP]):
            ends = dict(attributes(address))
            if any(ends.get(end) in addresses for end in _ENDS[version]):
                return True
    if not udp_ports:
        return False
    protocol = dict(attributes(original[_PROTOCOL]))
    return (
        protocol.get(_PROTOCOL_NUMBER) == bytes([socket.IPPROTO_UDP])
        and protocol.get(_DESTINATION_PORT) in udp_ports
    )


def _forget(conntrack: NfnetlinkSocket, version: IPVersion, flow: Flow) -> bool:
    """Delete one flow, unless it has ended by itself meanwhile."""
    which = attribute(_ORIGINAL | _NESTED, flow[_ORIGINAL])
    for kind in (_ID, _ZONE):
        if kind in flow:
            which += attribute(kind, flow[kind])
    try:
        conntrack.ask(_CT_DELETE, _NLM_F_ACK, family_of(version), which)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
        return False
    return True
