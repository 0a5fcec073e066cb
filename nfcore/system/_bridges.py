"""What a network's bridge needs, from what is there: as Docker's driver sets a bridge up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv6Interface, ip_interface
from typing import Final

from nfcore.bridge import NetworkSpec
from nfcore.exceptions import Conflict
from nfcore.system._links import Address, Device
from nfcore.system._steps import AddAddress, AddBridge, Alias, BringUp, DeleteAddress, Step
from translate import IPVersion

__all__ = ["alias_of", "is_own", "plan_bridge"]

_MARK: Final = "nfcore:"
_LINK_LOCAL: Final = IPv6Interface("fe80::1/64")


def alias_of(network: str) -> str:
    """The alias that marks a bridge which nfcore made for a network."""
    return f"{_MARK}{network}"


def is_own(device: Device) -> bool:
    """Whether nfcore made the device."""
    return device.kind == "bridge" and device.alias.startswith(_MARK)


def plan_bridge(
    spec: NetworkSpec, device: Device | None, settings: Iterable[Step] = ()
) -> Iterator[Step]:
    """The steps that give a network its bridge; none where all is in place.

    A bridge that nfcore made gets the network's addresses and no others. Anybody else's is used as
    it is, where it has the gateways' addresses.

    Args:
        spec: the network.
        device: what has the bridge's name now.
        settings: the bridge's sysctls, which come before its addresses.

    Raises:
        Conflict: that is no bridge, or somebody else's without the gateways' addresses.
    """
    if device is None:
        device = Device(index=0, kind="bridge", alias=alias_of(spec.name))
        yield AddBridge(name=spec.bridge, alias=device.alias)
    elif device.kind != "bridge":
        raise Conflict(
            f"network {spec.name}: {spec.bridge} is there already, and no bridge: take another "
            "bridge name"
        )
    yield from settings
    if is_own(device):
        yield from _keep_own(spec, device)
    else:
        _check_foreign(spec, device)
    if not device.up:
        yield BringUp(name=spec.bridge)


def _keep_own(spec: NetworkSpec, device: Device) -> Iterator[Step]:
    alias = alias_of(spec.name)
    if device.alias != alias:
        yield Alias(name=spec.bridge, alias=alias, before=device.alias)
    wanted = dict.fromkeys(_gateways(spec))
    if spec.subnet_v6 is not None:
        wanted[_LINK_LOCAL] = None
    for address in sorted(device.addresses, key=str):
        if address not in wanted and not address.is_link_local:
            yield DeleteAddress(name=spec.bridge, address=address)
    for address in wanted:
        if address not in device.addresses:
            yield AddAddress(name=spec.bridge, address=address)


def _check_foreign(spec: NetworkSpec, device: Device) -> None:
    missing = [address for address in _gateways(spec) if address not in device.addresses]
    if missing:
        raise Conflict(
            f"network {spec.name}: bridge {spec.bridge} is somebody else's and does not have "
            f"{' and '.join(map(str, missing))}: ip addr add {missing[0]} dev {spec.bridge}, or "
            "take another bridge name"
        )


def _gateways(spec: NetworkSpec) -> Iterator[Address]:
    """The bridge's own addresses; where none is named, the first of each subnet, as in Docker."""
    for version in IPVersion:
        subnet = spec.subnet(version)
        if subnet is not None:
            gateway = spec.gateway_v4 if version is IPVersion.V4 else spec.gateway_v6
            yield ip_interface(f"{gateway or subnet.network_address + 1}/{subnet.prefixlen}")
