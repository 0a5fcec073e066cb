"""Forgetting connections that began before the rules changed, through pyroute2's conntrack socket.

NAT rules are looked at for a connection's first packet only. So what the kernel has tracked before
a port was published goes on past it, and what it has tracked before a release goes on to the
container.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

from nfcore.bridge import PublishedPort
from nfcore.events import ConntrackUnavailable, FlowsCleared, Observer, emit
from nfcore.executor import call_in_netns, family_of
from translate import IPAddress, IPVersion

__all__ = ["StaleFlows", "clear_flows"]

_ENDS: Final = ("CTA_IP_V4_SRC", "CTA_IP_V4_DST", "CTA_IP_V6_SRC", "CTA_IP_V6_DST")


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


def clear_flows(
    stale: StaleFlows, *, netns: str | None = None, observer: Observer | None = None
) -> int:
    """Make the kernel forget connections, after one listing for all of them.

    A kernel without connection tracking, or one that does not let this process at it, has nothing
    to forget: that is logged and is no error.

    Args:
        stale: which.
        netns: the network namespace's name; None is the caller's.
        observer: told of what was forgotten, besides the log.

    Returns:
        How many were forgotten.
    """
    if not stale:
        return 0
    try:
        cleared = call_in_netns(netns, lambda: _clear(stale))
    except OSError as error:
        emit(ConntrackUnavailable(error=error.strerror or str(error)), observer)
        return 0
    if cleared:
        emit(FlowsCleared(flows=cleared), observer)
    return cleared


def _clear(stale: StaleFlows) -> int:
    # Here, not above: importing pyroute2 takes 0.15 s.
    from pyroute2 import NFCTSocket  # noqa: PLC0415
    from pyroute2.netlink.exceptions import NetlinkError  # noqa: PLC0415

    addresses = frozenset(
        socket.inet_ntop(family_of(IPVersion(address.version)), address.packed)
        for address in stale.addresses
    )
    try:
        with NFCTSocket(nfgen_family=_family(stale)) as conntrack:
            flows = [
                flow for flow in conntrack.dump() if _is_stale(flow, addresses, stale.udp_ports)
            ]
        cleared = 0
        for family in {flow["nfgen_family"] for flow in flows}:
            with NFCTSocket(nfgen_family=family) as conntrack:
                cleared += sum(
                    _forget(conntrack, flow) for flow in flows if flow["nfgen_family"] == family
                )
    except NetlinkError as error:
        raise OSError(error.code, os.strerror(error.code)) from error
    return cleared


def _family(stale: StaleFlows) -> int:
    """Whose flows to list: only one IP version's, where no other can have any."""
    versions = {address.version for address in stale.addresses}
    if stale.udp_ports or len(versions) > 1:
        return socket.AF_UNSPEC
    (version,) = versions
    return family_of(IPVersion(version))


def _is_stale(flow: Any, addresses: frozenset[str], udp_ports: frozenset[int]) -> bool:
    original = flow.get_attr("CTA_TUPLE_ORIG")
    if addresses:
        for way in (original, flow.get_attr("CTA_TUPLE_REPLY")):
            ends = way.get_attr("CTA_TUPLE_IP")
            if any(ends.get_attr(end) in addresses for end in _ENDS):
                return True
    if not udp_ports:
        return False
    protocol = original.get_attr("CTA_TUPLE_PROTO")
    return (
        protocol.get_attr("CTA_PROTO_NUM") == socket.IPPROTO_UDP
        and protocol.get_attr("CTA_PROTO_DST_PORT") in udp_ports
    )


def _forget(conntrack: Any, flow: Any) -> bool:
    """Delete one flow, as it was listed, unless it has ended by itself meanwhile."""
    from pyroute2.netlink.exceptions import NetlinkError  # noqa: PLC0415 - as above

    which = {"id": flow.get_attr("CTA_ID"), **_one_way(flow)}
    zone = flow.get_attr("CTA_ZONE")
    if zone is not None:
        which["zone"] = zone
    try:
        conntrack.entry("del", **which)
    except NetlinkError as error:
        if error.code != errno.ENOENT:
            raise
        return False
    return True


def _one_way(flow: Any) -> dict[str, Any]:
    """The direction to find a flow by.

    A zone of one direction only is part of that direction's tuple, where pyroute2 does not know it:
    such a flow is found by the other direction.
    """
    original = flow.get_attr("CTA_TUPLE_ORIG")
    if any(name == "UNKNOWN" for name, *_ in original["attrs"]):
        return {"tuple_reply": flow.get_attr("CTA_TUPLE_REPLY")}
    return {"tuple_orig": original}
