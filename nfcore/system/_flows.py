"""The connections that the kernel tracks in the calling thread's network namespace."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from nfcore.events import FlowsNotRead, emit
from nfcore.executor import family_of
from nfcore.system._view import Flow
from translate import IPVersion

__all__ = ["tracked_flows"]


def tracked_flows(version: IPVersion) -> tuple[Flow, ...]:
    """Those of one IP version that have ports.

    None where the kernel has no connection tracking, or does not let this process at it.
    """
    # Here, not above: importing pyroute2 takes 0.15 s.
    from pyroute2 import NFCTSocket  # noqa: PLC0415
    from pyroute2.netlink.exceptions import NetlinkError  # noqa: PLC0415

    try:
        with NFCTSocket(nfgen_family=family_of(version)) as conntrack:
            flows = [_flow(message, version) for message in conntrack.dump()]
    except (NetlinkError, OSError) as error:
        emit(FlowsNotRead(error=str(error)))
        return ()
    return tuple(flow for flow in flows if flow is not None)


def _flow(message: Any, version: IPVersion) -> Flow | None:
    there = message.get_attr("CTA_TUPLE_ORIG")
    back = message.get_attr("CTA_TUPLE_REPLY")
    ports = there.get_attr("CTA_TUPLE_PROTO")
    dport = ports.get_attr("CTA_PROTO_DST_PORT")
    receiver_port = back.get_attr("CTA_TUPLE_PROTO").get_attr("CTA_PROTO_SRC_PORT")
    if dport is None or receiver_port is None:
        return None
    begun, answered = there.get_attr("CTA_TUPLE_IP"), back.get_attr("CTA_TUPLE_IP")
    source, destination = (f"CTA_IP_V{version.value}_{end}" for end in ("SRC", "DST"))
    return Flow(
        protocol=ports.get_attr("CTA_PROTO_NUM"),
        source=ip_address(begun.get_attr(source)),
        destination=ip_address(begun.get_attr(destination)),
        dport=dport,
        receiver=ip_address(answered.get_attr(source)),
        receiver_port=receiver_port,
    )
