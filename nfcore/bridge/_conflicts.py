"""What cannot be true of several networks at once, as pure checks.

A `find_…` function names the pair, so that a file's reader can tell both lines; the `check_…`
functions raise for callers that have no places to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nfcore.bridge._spec import NetworkSpec, PublishedPort
from nfcore.exceptions import Conflict
from translate import IPVersion

__all__ = [
    "Clash",
    "check_networks",
    "check_ports",
    "find_network_clash",
    "find_port_clash",
]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two that exclude each other.

    Args:
        first: the index of the one that comes first.
        second: the index of the other.
        reason: what is wrong, in the words of the second, and what would be right.
    """

    first: int
    second: int
    reason: str


def find_network_clash(specs: Sequence[NetworkSpec]) -> Clash | None:
    """The first network that excludes an earlier one: same name, same bridge, overlapping subnets.

    Args:
        specs: the networks, in the order of their creation.

    Returns:
        The pair, or None where all can be side by side.
    """
    found = [
        *_same(specs, lambda spec: spec.name, "network {0} is there already: take another name"),
        *_same(
            specs,
            lambda spec: spec.bridge,
            "bridge {1.bridge} is network {0}'s already: take another bridge name",
        ),
        *_overlaps(specs, IPVersion.V4),
        *_overlaps(specs, IPVersion.V6),
    ]
    return min(found, key=lambda clash: clash.second, default=None)


def check_networks(specs: Sequence[NetworkSpec]) -> None:
    """Refuse networks that exclude each other (see `find_network_clash`).

    Raises:
        Conflict: naming both.
    """
    clash = find_network_clash(specs)
    if clash is not None:
        raise Conflict(f"network {specs[clash.second].name}: {clash.reason}")


def find_port_clash(ports: Sequence[tuple[NetworkSpec, PublishedPort]]) -> Clash | None:
    """The first port that is published where an earlier one is.

    A host address and every host address exclude each other. In gateway mode routed no host port is
    taken, so there only the same ports of the same container are refused.

    Args:
        ports: each port with its network, in the order of their publication.

    Returns:
        The pair, or None where all can be published.
    """
    taken: dict[Hashable, dict[Hashable, int]] = {}
    for index, (network, port) in enumerate(ports):
        routed = network.gateway_mode(port.version).nat_disabled
        owner = (port.address, port.port) if routed else None
        place = (port.version, port.host_port, port.protocol, owner)
        address = port.host_address
        others = taken.setdefault(place, {})
        if address is None:
            first = min(others.values(), default=None)
        else:
            first = others.get(address, others.get(None))
        if first is not None:
            return Clash(first, index, f"{port} is published already, as {ports[first][1]}")
        others[address] = index
    return None


def check_ports(ports: Sequence[tuple[NetworkSpec, PublishedPort]]) -> None:
    """Refuse a port that is published twice (see `find_port_clash`).

    Raises:
        Conflict: naming both.
    """
    clash = find_port_clash(ports)
    if clash is not None:
        raise Conflict(f"network {ports[clash.second][0].name}: {clash.reason}")


def _same(
    specs: Sequence[NetworkSpec], key: Callable[[NetworkSpec], str], reason: str
) -> Iterator[Clash]:
    seen: dict[str, int] = {}
    for index, spec in enumerate(specs):
        first = seen.setdefault(key(spec), index)
        if first != index:
            yield Clash(first, index, reason.format(specs[first].name, spec))


def _overlaps(specs: Sequence[NetworkSpec], version: IPVersion) -> Iterator[Clash]:
    """In the order of their addresses, a subnet that overlaps any overlaps its neighbour too."""
    subnets = sorted(
        (int(subnet.network_address), -subnet.num_addresses, index)
        for index, spec in enumerate(specs)
        if (subnet := spec.subnet(version)) is not None
    )
    for (start, minus_size, one), (next_start, _, other) in pairwise(subnets):
        if start - minus_size > next_start:
            first, second = sorted((one, other))
            yield Clash(
                first,
                second,
                f"its subnet {specs[second].subnet(version)} overlaps "
                f"{specs[first].subnet(version)} of network {specs[first].name}: "
                "take another subnet",
            )
