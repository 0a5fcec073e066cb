"""What nfcore notes with a network's rules, since the kernel is the only place that keeps state.

The ICC rule, which every network has once for each IP version, carries a network's name and
everything else that the rules themselves don't show, as ``NAME WORD… KEY=VALUE…``::

    shop_front apply sub4=172.18.0.0/16 gw4=+1

A gateway is written as its distance from the subnet's own address, in hexadecimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    NetmaskValueError,
    ip_address,
)
from typing import Any, Final
from urllib.parse import quote, unquote

from nfcore.bridge._spec import GatewayMode, NetworkSpec, PublishedPort
from nfcore.bridge._state import MadeBy
from nfcore.exceptions import InvalidInput
from translate import IPAddress, IPVersion

__all__ = ["TAG_BYTES", "network_tags", "port_tag", "read_network_tags", "read_port_tag"]

TAG_BYTES: Final = 118
"""What a rule's comment of 128 bytes leaves for the tag."""

_PORT: Final = "port="


def network_tags(
    spec: NetworkSpec, made_by: MadeBy, versions: Sequence[IPVersion]
) -> Mapping[IPVersion, str]:
    """The tags of a network's ICC rules.

    Args:
        spec: the network.
        made_by: who makes it.
        versions: the IP versions that have rules. What belongs to another goes with the first.

    Raises:
        InvalidInput: the network's name leaves no room for the rest.
    """
    common = [
        quote(spec.name, safe=""),
        *(["apply"] if made_by is MadeBy.APPLY else []),
        *(["internal"] if spec.internal else []),
        *([] if spec.masquerade else ["nomasq"]),
    ]
    tags = {}
    for version in versions:
        told = [version]
        if version == versions[0]:
            told += [other for other in IPVersion if other not in versions]
        tags[version] = " ".join([*common, *(word for one in told for word in _words(spec, one))])
        excess = len(tags[version]) - TAG_BYTES
        if excess > 0:
            raise InvalidInput(
                f"network {spec.name}: its name is {excess} bytes too long for a rule's comment, "
                "where the kernel keeps it with the network's addresses: take a shorter one"
            )
    return tags


def _words(spec: NetworkSpec, version: IPVersion) -> Iterator[str]:
    """What one IP version of a network adds."""
    subnet, host_ip = spec.subnet(version), spec.host_ip(version)
    gateway = spec.gateway_v4 if version is IPVersion.V4 else spec.gateway_v6
    suffix = version.value
    if subnet is not None:
        yield f"sub{suffix}={subnet}"
        if gateway is not None:
            yield f"gw{suffix}=+{int(gateway) - int(subnet.network_address):x}"
    if spec.gateway_mode(version) is GatewayMode.ROUTED:
        yield f"routed{suffix}"
    if host_ip is not None:
        yield f"host{suffix}={host_ip}"
    if version is IPVersion.V4 and spec.host_binding_ipv4 is not None:
        yield f"bind{suffix}={spec.host_binding_ipv4}"


def read_network_tags(
    tags: Sequence[str], *, bridge: str, icc: bool
) -> tuple[NetworkSpec, MadeBy] | None:
    """The network that the tags of its ICC rules tell of.

    Args:
        tags: the tags found.
        bridge: the bridge that the rules name.
        icc: whether they accept.

    Returns:
        The network and who made it, or None where the tags are none of nfcore's, or damaged.
    """
    words: dict[str, str] = {}
    names = set()
    for tag in tags:
        name, *rest = tag.split(" ")
        names.add(name)
        for word in rest:
            key, _, value = word.partition("=")
            words[key] = value
    if len(names) != 1:
        return None
    try:
        spec = _spec(unquote(names.pop()), bridge, icc, words)
    except (AddressValueError, NetmaskValueError, ValueError):
        return None
    return spec, MadeBy.APPLY if "apply" in words else MadeBy.HAND


def _spec(name: str, bridge: str, icc: bool, words: Mapping[str, str]) -> NetworkSpec:
    subnet_v4 = _read(words, "sub4", IPv4Network)
    subnet_v6 = _read(words, "sub6", IPv6Network)
    return NetworkSpec(
        name=name,
        bridge=bridge,
        subnet_v4=subnet_v4,
        subnet_v6=subnet_v6,
        gateway_v4=_read(words, "gw4", lambda word: _gateway(subnet_v4, word)),
        gateway_v6=_read(words, "gw6", lambda word: _gateway(subnet_v6, word)),
        internal="internal" in words,
        icc=icc,
        masquerade="nomasq" not in words,
        gateway_mode_v4=GatewayMode.ROUTED if "routed4" in words else GatewayMode.NAT,
        gateway_mode_v6=GatewayMode.ROUTED if "routed6" in words else GatewayMode.NAT,
        host_ipv4=_read(words, "host4", IPv4Address),
        host_ipv6=_read(words, "host6", IPv6Address),
        host_binding_ipv4=_read(words, "bind4", IPv4Address),
    )


def _read(words: Mapping[str, str], key: str, reader: Any) -> Any:
    return reader(words[key]) if key in words else None


def _gateway(subnet: IPv4Network | IPv6Network | None, distance: str) -> IPAddress | None:
    return None if subnet is None else subnet.network_address + int(distance, 16)


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
