"""What the networks on a host tell: of themselves, of the driver, and of a new one beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nfcore.bridge import (
    UNKNOWN_SUBNETS,
    DriverConfig,
    MadeBy,
    NetworkSpec,
    NetworkState,
    check_networks,
)
from nfcore.exceptions import Conflict, NotFound
from nfcore.inputs import default_bridge_name
from translate import IPVersion

__all__ = ["check_new_network", "config_of", "network_named"]


def config_of(
    states: Sequence[NetworkState], *, userland_proxy: bool | None = None
) -> DriverConfig:
    """The driver's configuration on a host.

    Args:
        states: the networks that it has.
        userland_proxy: whether docker-proxy runs; None is as the networks were made.
    """
    if userland_proxy is None:
        userland_proxy = not any(state.hairpin for state in states)
    return DriverConfig(enable_userland_proxy=userland_proxy)


def network_named(name: str, states: Sequence[NetworkState]) -> NetworkState:
    """The network of that name.

    Raises:
        NotFound: there is none; names those that there are.
    """
    for state in states:
        if state.spec.name == name:
            return state
    # Where no rule keeps a name (iptables-legacy has no place for one), the bridge may tell.
    bridge = default_bridge_name(name)
    for state in states:
        if state.spec.bridge == bridge and state.made_by is MadeBy.OTHERS:
            return state
    known = ", ".join(state.spec.name for state in states)
    raise NotFound(f"there is no network {name!r}; there are: {known or 'none'}")


def check_new_network(spec: NetworkSpec, states: Sequence[NetworkState]) -> None:
    """Refuse a network that excludes one that is there.

    Raises:
        Conflict: it has another's name, bridge or part of its subnet.
    """
    if any(state.spec.name == spec.name for state in states):
        raise Conflict(f"network {spec.name} exists already: nfcore network rm {spec.name}")
    check_networks([*(known for state in states for known in _checkable(state)), spec])


def _checkable(state: NetworkState) -> Iterator[NetworkSpec]:
    """The network with its known subnets only; nothing where none is known."""
    spec = state.spec
    subnets = {
        f"subnet_v{version.value}": None
        for version in IPVersion
        if spec.subnet(version) in UNKNOWN_SUBNETS
    }
    if len(subnets) < len([v for v in IPVersion if spec.subnet(v) is not None]):
        yield replace(spec, **subnets)  # type: ignore[arg-type]  # the keys are subnet fields
