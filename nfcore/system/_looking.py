"""Looking at a host: its devices and addresses, and what the kernel's routing says of a packet."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address, ip_interface, ip_network
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from nfcore.executor import call_in_netns
from nfcore.system._flows import tracked_flows
from nfcore.system._kernel_settings import forwards
from nfcore.system._sysctls import Sysctls
from nfcore.system._view import DeviceView, HostView
from translate import IPAddress, IPVersion
from translate.evaluate import LocalRoute, Packet, Route
from translate.evaluate.environment import IPInterface

__all__ = ["look"]

_UP: Final = 0x1  # IFF_UP of linux/if.h
_LOCAL_TABLE: Final = 255  # RT_TABLE_LOCAL of linux/rtnetlink.h
_UNICAST, _LOCAL = 1, 2  # RTN_UNICAST, RTN_LOCAL
_LOCAL_TYPES: Final[Mapping[int, str]] = MappingProxyType(
    {_LOCAL: "LOCAL", 3: "BROADCAST", 4: "ANYCAST"}
)
_OTHER_WAY: Final = "the way back to its source is by another interface, and rp_filter is on"
_MARTIAN: Final = "no packet may come in with this source or destination (see log_martians)"

T = TypeVar("T")


def look(sysctls: Sysctls, *, netns: str | None = None) -> HostView:
    """Look at a host.

    Args:
        sysctls: where the kernel's settings are.
        netns: the network namespace's name; None is the caller's.

    Raises:
        OSError: the kernel refused.
        NotFound: there is no such namespace.
    """

    def in_netns(function: Callable[[], T]) -> T:
        return call_in_netns(netns, function)

    devices, local_routes = in_netns(_devices)
    return HostView(
        devices=devices,
        local_routes=local_routes,
        forwards=in_netns(lambda: frozenset(v for v in IPVersion if forwards(sysctls, v))),
        route=lambda packet: in_netns(lambda: _route(packet)),
        source=lambda destination: in_netns(lambda: _source(destination)),
        refusal=lambda packet: in_netns(lambda: _refusal(packet)),
        sysctl=lambda key: in_netns(lambda: sysctls.read(key)),
        flows=lambda version: in_netns(lambda: tracked_flows(version)),
    )


def _devices() -> tuple[Mapping[str, DeviceView], tuple[LocalRoute, ...]]:
    from pyroute2 import IPRoute  # noqa: PLC0415 - importing it takes 0.15 s

    with IPRoute() as kernel:
        addresses: dict[int, list[IPInterface]] = {}
        for message in kernel.get_addr():
            attrs = dict(message["attrs"])
            text = attrs.get("IFA_LOCAL", attrs.get("IFA_ADDRESS"))
            own = ip_interface(f"{text}/{message['prefixlen']}")
            addresses.setdefault(message["index"], []).append(own)
        links = [*kernel.get_links()]
        names = {message["index"]: message.get_attr("IFLA_IFNAME") for message in links}
        devices = {names[message["index"]]: _device(message, names, addresses) for message in links}
        routes = tuple(
            LocalRoute(
                network=ip_network(f"{attrs['RTA_DST']}/{message['dst_len']}"),
                interface=names.get(attrs.get("RTA_OIF", 0), ""),
                type=_LOCAL_TYPES[message["type"]],
            )
            for message in kernel.get_routes(table=_LOCAL_TABLE)
            if message["type"] in _LOCAL_TYPES
            for attrs in [dict(message["attrs"])]
            if "RTA_DST" in attrs
        )
    return devices, routes


def _device(
    message: Any, names: Mapping[int, str], addresses: Mapping[int, Sequence[IPInterface]]
) -> DeviceView:
    information = message.get_attr("IFLA_LINKINFO")
    kind, port = None, None
    if information is not None:
        kind = information.get_attr("IFLA_INFO_KIND")
        if information.get_attr("IFLA_INFO_SLAVE_KIND") == "bridge":
            port = information.get_attr("IFLA_INFO_SLAVE_DATA")
    return DeviceView(
        kind=kind,
        up=bool(message["flags"] & _UP),
        addresses=tuple(addresses.get(message["index"], ())),
        bridge=None if port is None else names.get(message.get_attr("IFLA_MASTER")),
        hairpin=port is not None and bool(port.get_attr("IFLA_BRPORT_MODE")),
    )


def _route(packet: Packet) -> Route | None:
    """As the kernel routes it; where it would not even forward, as it routes its own."""
    asked = _question(packet.destination, packet.source, packet.mark)
    if packet.in_interface is not None:
        with suppress(OSError):
            return _ask(asked | {"iif": socket.if_nametoindex(packet.in_interface)}).route
        asked = _question(packet.destination, None, packet.mark)
    try:
        return _ask(asked).route
    except OSError:
        return None


def _source(destination: IPAddress) -> IPAddress | None:
    try:
        return _ask(_question(destination, None, 0)).source
    except OSError:
        return None


def _refusal(packet: Packet) -> str | None:
    name = packet.in_interface or "lo"
    try:
        index = socket.if_nametoindex(name)
        _ask(_question(packet.destination, packet.source, packet.mark) | {"iif": index})
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EINVAL}:
            return None
        back = _route_to(packet.source)
        # Newer kernels answer EINVAL to both.
        is_elsewhere = error.errno == errno.EXDEV or (back is not None and back.interface != name)
        return _OTHER_WAY if is_elsewhere and not packet.source.is_loopback else _MARTIAN
    return None


def _route_to(destination: IPAddress) -> Route | None:
    try:
        return _ask(_question(destination, None, 0)).route
    except OSError:
        return None


class _Answer(NamedTuple):
    route: Route | None
    source: IPAddress | None


def _question(destination: IPAddress, source: IPAddress | None, mark: int) -> dict[str, Any]:
    family = socket.AF_INET if destination.version == 4 else socket.AF_INET6
    asked: dict[str, Any] = {"dst": str(destination), "family": family}
    if source is not None and not source.is_unspecified:
        asked["src"] = str(source)
    return asked | ({"mark": mark} if mark else {})


def _ask(asked: Mapping[str, Any]) -> _Answer:
    """What ``ip route get`` says.

    Raises:
        OSError: the kernel has no route, or would not take the packet.
    """
    from pyroute2 import IPRoute  # noqa: PLC0415 - importing it takes 0.15 s
    from pyroute2.netlink.exceptions import NetlinkError  # noqa: PLC0415 - the same

    with IPRoute() as kernel:
        try:
            (message,) = kernel.route("get", **asked)
        except NetlinkError as error:
            raise OSError(error.code, os.strerror(error.code)) from error
    attrs = dict(message["attrs"])
    if message["type"] not in {_UNICAST, _LOCAL} or "RTA_OIF" not in attrs:
        return _Answer(None, None)
    gateway, source = attrs.get("RTA_GATEWAY"), attrs.get("RTA_PREFSRC")
    route = Route(
        interface=socket.if_indextoname(attrs["RTA_OIF"]),
        gateway=None if gateway is None else ip_address(gateway),
    )
    return _Answer(route, None if source is None else ip_address(source))
