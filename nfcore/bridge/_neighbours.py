"""What is there already, beside networks that are wanted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import translate
from nfcore.bridge._driver import resolve_port
from nfcore.bridge._programmer import Programmer
from nfcore.bridge._spec import NetworkSpec, PublishedPort
from nfcore.bridge._state import MadeBy, NetworkState
from nfcore.exceptions import Conflict
from translate import IPAddress, IPNetwork, IPVersion

__all__ = ["Neighbours", "is_same"]


def is_same(driver: Programmer[Any], spec: NetworkSpec, state: NetworkState) -> bool:
    """Whether what is there is the wanted network.

    A network of nfcore's is the same if all of it is. One that nobody noted a name with (its rules
    are others', or the rule that bore the note is missing) is the same if each of its rules is one
    of the wanted network's.

    Args:
        driver: the driver that would program the network.
        spec: the wanted network.
        state: what is there on the same bridge.
    """
    if state.made_by is MadeBy.OTHERS:
        wanted = {
            translate.parse(rule.args, version=rule.version, table=rule.table, chain=rule.chain)
            for rule in driver.network_rules(spec)
        }
        return wanted.issuperset(state.rules)
    same_mode = state.hairpin in {None, driver.config.hairpin}
    return state.made_by is MadeBy.APPLY and state.spec == spec and same_mode


class Neighbours:
    """Networks that stay as they are.

    Args:
        states: the networks.
    """

    def __init__(self, states: Iterable[NetworkState]) -> None:
        self._states = tuple(states)
        self._by_name = {state.spec.name: state for state in self._states}
        self._by_bridge = {state.spec.bridge: state for state in self._states}
        self._subnets = {version: _Subnets(self._states, version) for version in IPVersion}
        self._ports: dict[tuple[IPVersion, str, int], dict[IPAddress | None, str]] = {}
        for state in self._states:
            for port in state.ports:
                self._take(state.spec, port)

    def _take(self, spec: NetworkSpec, port: PublishedPort) -> None:
        if not spec.gateway_mode(port.version).nat_disabled:
            place = (port.version, port.protocol, port.host_port)
            self._ports.setdefault(place, {})[port.host_address] = spec.name

    def check(self, spec: NetworkSpec) -> None:
        """Refuse a network that cannot be beside them.

        Raises:
            Conflict: a network of that name or bridge is there, or a subnet overlaps.
        """
        named = self._by_name.get(spec.name)
        if named is not None:
            raise Conflict(
                f"network {spec.name}: a network of this name is there already, {_origin(named)}: "
                "take another name, or remove that one first"
            )
        bridged = self._by_bridge.get(spec.bridge)
        if bridged is not None:
            raise Conflict(
                f"network {spec.name}: bridge {spec.bridge} has rules already, as network "
                f"{bridged.spec.name}, {_origin(bridged)}: take another bridge name"
            )
        for version in IPVersion:
            subnet = spec.subnet(version)
            other = None if subnet is None else self._subnets[version].overlapping(subnet)
            if other is not None:
                raise Conflict(
                    f"network {spec.name}: its subnet {subnet} overlaps {other.subnet(version)} of "
                    f"network {other.spec.name}, {_origin(other)}: take another subnet"
                )

    def check_port(self, spec: NetworkSpec, port: PublishedPort) -> None:
        """Refuse a port that one of them has published already.

        Raises:
            Conflict: its host port is taken.
        """
        if spec.gateway_mode(port.version).nat_disabled:
            return
        resolved = resolve_port(spec, port)
        taken = self._ports.get((port.version, port.protocol, port.host_port), {})
        owners = (
            taken.values()
            if resolved.host_address is None
            else [taken[address] for address in (resolved.host_address, None) if address in taken]
        )
        owner = next(iter(owners), None)
        if owner is not None:
            raise Conflict(
                f"network {spec.name}: {resolved}: host port {port.host_port}/{port.protocol} is "
                f"published already by network {owner}: take another host port"
            )


def _origin(state: NetworkState) -> str:
    return {
        MadeBy.APPLY: "made from a file",
        MadeBy.HAND: "made by hand",
        MadeBy.OTHERS: "not made by nfcore",
    }[state.made_by]


class _Subnets:
    """Finds the subnets that overlap another, without going through all of them."""

    def __init__(self, states: Sequence[NetworkState], version: IPVersion) -> None:
        known = sorted(
            (int(subnet.network_address), int(subnet.broadcast_address), index)
            for index, state in enumerate(states)
            if (subnet := state.subnet(version)) is not None
        )
        self._states = states
        self._starts = [start for start, _, _ in known]
        ends = ((end, index) for _, end, index in known)
        self._furthest = list(accumulate(ends, max))

    def overlapping(self, subnet: IPNetwork) -> NetworkState | None:
        """A network whose subnet overlaps, or None."""
        before = bisect_right(self._starts, int(subnet.broadcast_address))
        if not before:
            return None
        end, index = self._furthest[before - 1]
        return self._states[index] if end >= int(subnet.network_address) else None
