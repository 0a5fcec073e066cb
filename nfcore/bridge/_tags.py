"""What nfcore notes with a network's rules, since the kernel is the only place that keeps state.

The ICC rule, which every network has once for each IP version, carries the network's name and all
that the rules themselves don't show or could lose, as ``NAME WORD… KEY=VALUE…``::

    shop_front apply v4=172.18.0.0/16+1 v6=fd00:18::/64+1

A gateway is written as its distance from the subnet's own address, in hexadecimal. What doesn't fit
there goes with a second rule: the first tag then says ``more`` and the second ``rest``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import quote, unquote

from nfcore.bridge._addresses import address_text
from nfcore.bridge._spec import GatewayMode, NetworkSpec, PublishedPort
from nfcore.bridge._state import MadeBy
from nfcore.exceptions import InvalidInput
from translate import IPAddress

__all__ = [
    "NO_TAGS",
    "TAG_BYTES",
    "NetworkTags",
    "network_tags",
    "port_tag",
    "read_network_tags",
    "read_port_tag",
]

TAG_BYTES: Final = 118
"""What a rule's comment of 128 bytes leaves for the tag."""

_MORE: Final = "more"
_REST: Final = "rest"
_PORT: Final = "port="
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]+", re.ASCII)
"""What quoting leaves as it is."""

T = TypeVar("T")
N = TypeVar("N", IPv4Network, IPv6Network)


class NetworkTags(NamedTuple):
    """What goes with a network's ICC rule, and with its second rule; None for nothing."""

    first: str | None = None
    second: str | None = None


NO_TAGS: Final = NetworkTags()


def network_tags(spec: NetworkSpec, made_by: MadeBy) -> NetworkTags:
    """The tags of a network's rules, the same for both IP versions.

    Args:
        spec: the network.
        made_by: who makes it.

    Raises:
        InvalidInput: the network's name leaves no room for the rest.
    """
    name = spec.name if _PLAIN.fullmatch(spec.name) else quote(spec.name, safe="")
    words = _words(spec, made_by)
    whole = " ".join([name, *words])
    if len(whole) <= TAG_BYTES:
        return NetworkTags(whole)
    first, second = f"{name} {_MORE}", f"{name} {_REST}"
    for word in words:
        if len(f"{first} {word}") <= TAG_BYTES:
            first = f"{first} {word}"
        else:
            second = f"{second} {word}"
    excess = max(len(first), len(second)) - TAG_BYTES
    if excess > 0:
        raise InvalidInput(
            f"network {spec.name}: its name is {excess} bytes too long for the comments of its "
            "rules, where the kernel keeps it: take a shorter one"
        )
    return NetworkTags(first, second)


def _words(spec: NetworkSpec, made_by: MadeBy) -> list[str]:
    words = []
    if made_by is MadeBy.APPLY:
        words.append("apply")
    if spec.internal:
        words.append("internal")
    if not spec.masquerade:
        words.append("nomasq")
    for version, subnet, gateway, mode, host in (
        (4, spec.subnet_v4, spec.gateway_v4, spec.gateway_mode_v4, spec.host_ipv4),
        (6, spec.subnet_v6, spec.gateway_v6, spec.gateway_mode_v6, spec.host_ipv6),
    ):
        if subnet is not None:
            words.append(_subnet_word(version, subnet, gateway))
        if mode is GatewayMode.ROUTED:
            words.append(f"routed{version}")
        if host is not None:
            words.append(f"host{version}={host}")
    if spec.host_binding_ipv4 is not None:
        words.append(f"bind4={spec.host_binding_ipv4}")
    return words


def _subnet_word(
    version: int, subnet: IPv4Network | IPv6Network, gateway: IPv4Address | IPv6Address | None
) -> str:
    first = subnet.network_address
    distance = "" if gateway is None else f"+{int(gateway) - int(first):x}"
    return f"v{version}={address_text(first)}/{subnet.prefixlen}{distance}"


def read_network_tags(
    tags: Sequence[str], *, bridge: str, icc: bool
) -> tuple[NetworkSpec, MadeBy] | None:
    """The network that the tags of its rules tell of.

    Args:
        tags: the tags found with the rules of one IP version.
        bridge: the bridge that the rules name.
        icc: whether the ICC rules accept.

    Returns:
        The network and who made it, or None where the tags are none of nfcore's, or damaged.
    """
    names = {tag.split(" ")[0] for tag in tags}
    words = [word for tag in tags for word in tag.split(" ")[1:]]
    if len(names) != 1 or (_MORE in words) != (_REST in words):
        return None
    values = {key: value for key, _, value in (word.partition("=") for word in words)}
    try:
        spec = _spec(unquote(names.pop()), bridge, icc, values)
    except ValueError:
        return None
    return spec, MadeBy.APPLY if "apply" in values else MadeBy.HAND


def _spec(name: str, bridge: str, icc: bool, values: Mapping[str, str]) -> NetworkSpec:
    subnet_v4, gateway_v4 = _subnet(values.get("v4"), IPv4Network)
    subnet_v6, gateway_v6 = _subnet(values.get("v6"), IPv6Network)
    return NetworkSpec(
        name=name,
        bridge=bridge,
        subnet_v4=subnet_v4,
        subnet_v6=subnet_v6,
        gateway_v4=gateway_v4,
        gateway_v6=gateway_v6,
        internal="internal" in values,
        icc=icc,
        masquerade="nomasq" not in values,
        gateway_mode_v4=GatewayMode.ROUTED if "routed4" in values else GatewayMode.NAT,
        gateway_mode_v6=GatewayMode.ROUTED if "routed6" in values else GatewayMode.NAT,
        host_ipv4=_read(values.get("host4"), IPv4Address),
        host_ipv6=_read(values.get("host6"), IPv6Address),
        host_binding_ipv4=_read(values.get("bind4"), IPv4Address),
    )


def _read(value: str | None, reader: Callable[[str], T]) -> T | None:
    return None if value is None else reader(value)


def _subnet(value: str | None, network: type[N]) -> tuple[N | None, Any]:
    """A subnet, and the gateway in it or None."""
    if value is None:
        return None, None
    text, plus, distance = value.partition("+")
    subnet = network(text)
    return subnet, subnet.network_address + int(distance, 16) if plus else None


def port_tag(port: PublishedPort) -> str:
    """The tag of a published port in routed mode, where no rule shows the host's side."""
    address = port.host_address
    if address is None:
        return f"{_PORT}{port.host_port}"
    host = f"[{address}]" if address.version == 6 else str(address)
    return f"{_PORT}{host}:{port.host_port}"


def read_port_tag(tag: str | None) -> tuple[IPAddress | None, int] | None:
    """Host address and host port from the tag, or None where it is no such tag, or damaged."""
    if tag is None or not tag.startswith(_PORT):
        return None
    host, _, port = tag[len(_PORT) :].rpartition(":")
    try:
        return ip_address(host.strip("[]")) if host else None, int(port)
    except ValueError:
        return None
