"""What a host is around its rules, as far as a packet's way depends on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from translate import IPAddress, IPVersion
from translate.evaluate import Environment, LocalRoute, Packet, Route
from translate.evaluate.environment import IPInterface

__all__ = ["DeviceView", "Flow", "HostView"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """A network device.

    Attributes:
        kind: what it is (``bridge``, ``veth``), or None for what the kernel has no word for.
        up: whether it is up.
        addresses: its addresses, in the order of ``ip addr``.
        bridge: the bridge that it is a port of, or None.
        hairpin: of such a port, whether what comes in by it may go out by it again.
    """

    kind: str | None = None
    up: bool = True
    addresses: tuple[IPInterface, ...] = ()
    bridge: str | None = None
    hairpin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A connection that the kernel tracks.

    Attributes:
        protocol: the protocol's number.
        source: who began it.
        destination: the address that it was begun to.
        dport: the port that it was begun to.
        receiver: the address that its packets are sent on to.
        receiver_port: and the port there.
    """

    protocol: int
    source: IPAddress
    destination: IPAddress
    dport: int
    receiver: IPAddress
    receiver_port: int


def _no_route(_: Packet) -> None:
    return None


def _arrives(_: Packet) -> None:
    return None


def _no_source(_: IPAddress) -> None:
    return None


def _no_sysctl(_: str) -> None:
    return None


def _no_flows(_: IPVersion) -> tuple[Flow, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostView:
    """A host as `System.look` found it. What is asked for later is asked of the kernel then.

    Attributes:
        devices: its network devices by name.
        local_routes: the kernel's local table.
        forwards: the IP versions that it forwards.
        route: the route of a packet; None where there is none.
        source: the address that the host sends from to a destination; None where there is no route.
        refusal: why the kernel would drop a packet as it comes in, before any rule sees it
            (``rp_filter``, a source that cannot be); None where it does not.
        sysctl: a setting by its name with slashes; None where the kernel has none of that name.
        flows: the connections of one IP version that it tracks.
    """

    devices: Mapping[str, DeviceView] = field(default_factory=dict)
    local_routes: tuple[LocalRoute, ...] = ()
    forwards: frozenset[IPVersion] = frozenset(IPVersion)
    route: Callable[[Packet], Route | None] = _no_route
    source: Callable[[IPAddress], IPAddress | None] = _no_source
    refusal: Callable[[Packet], str | None] = _arrives
    sysctl: Callable[[str], str | None] = _no_sysctl
    flows: Callable[[IPVersion], tuple[Flow, ...]] = _no_flows

    def environment(self) -> Environment:
        """The same for `translate.evaluate`."""
        return Environment(
            addresses={name: device.addresses for name, device in self.devices.items()},
            route=self.route,
            local_routes=self.local_routes,
        )

    def interface_with(self, address: IPAddress) -> str | None:
        """The device whose subnet holds an address, or None."""
        for name, device in self.devices.items():
            if any(address in own.network for own in device.addresses):
                return name
        return None
