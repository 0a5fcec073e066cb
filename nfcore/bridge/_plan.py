"""Bringing the firewall to the state that a file describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from nfcore.bridge._chaininfo import nat_output_jump
from nfcore.bridge._conflicts import check_networks, check_ports
from nfcore.bridge._driver import resolve_port
from nfcore.bridge._mending import clear_way_for_missing
from nfcore.bridge._names import DOCKER_CHAIN
from nfcore.bridge._neighbours import Neighbours, is_same
from nfcore.bridge._programmer import ProgrammableView, Programmer, WantedNetwork
from nfcore.bridge._spec import PublishedPort
from nfcore.bridge._state import MadeBy, NetworkState
from nfcore.bridge._steps import delete_quietly

__all__ = ["AppliedNetworks", "plan_apply"]


V = TypeVar("V", bound=ProgrammableView)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedNetworks:
    """What `plan_apply` does with each network, by name, in the order in which it does it.

    Attributes:
        deleted: made by an earlier file, and no longer wanted.
        changed: deleted and created again because something but ports and links has changed.
        created: new.
        kept: there already; at most ports, links and missing rules change.
        published: the ports that were not published before.
        released: the ports that were, and are no longer.
    """

    deleted: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    created: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    published: tuple[PublishedPort, ...] = ()
    released: tuple[PublishedPort, ...] = ()


def plan_apply(
    transaction: V,
    driver: Programmer[V],
    wanted: Sequence[WantedNetwork],
    *,
    progress: Callable[[int], None] | None = None,
) -> AppliedNetworks:
    """Program what is wanted, and take back what an earlier file wanted and this one does not.

    Networks made by hand or by others are left alone. Where everything is in place already, nothing
    is programmed; where a rule of a wanted network is missing, it is put in.

    Args:
        transaction: where.
        driver: the driver that programs, over whatever layout.
        wanted: the networks, in the order of their creation.
        progress: told after each wanted network how many are programmed.

    Raises:
        Conflict: two wanted networks or ports exclude each other, or one excludes what is there.
        DriverError: a step failed.
        InvalidInput: a network's name is too long, or a port does not fit its network.
    """
    check_networks([network.spec for network in wanted])
    check_ports(
        [
            (network.spec, resolve_port(network.spec, port))
            for network in wanted
            for port in network.ports
        ]
    )
    states = {state.spec.bridge: state for state in driver.networks(transaction)}
    kept = {
        network.spec.bridge: states[network.spec.bridge]
        for network in wanted
        if network.spec.bridge in states
        and is_same(driver, network.spec, states[network.spec.bridge])
    }
    gone = [
        state
        for bridge, state in states.items()
        if state.made_by is MadeBy.APPLY and bridge not in kept
    ]
    left = [
        state
        for bridge, state in states.items()
        if state.made_by is not MadeBy.APPLY and bridge not in kept
    ]
    _check_neighbours(Neighbours(left), wanted)
    driver.ensure_started(transaction)
    driver.delete_networks(transaction, gone)
    for network in wanted:
        _take_back(transaction, driver, network, kept.get(network.spec.bridge))
    for state in kept.values():
        clear_way_for_missing(transaction, state)
    driver.create_networks(transaction, wanted, made_by=MadeBy.APPLY, progress=progress)
    _drop_stale_jump(transaction, driver, left)
    return _summary(wanted, kept, gone)


def _check_neighbours(neighbours: Neighbours, wanted: Sequence[WantedNetwork]) -> None:
    for network in wanted:
        neighbours.check(network.spec)
        for port in network.ports:
            neighbours.check_port(network.spec, port)


def _take_back(
    transaction: V, driver: Programmer[V], network: WantedNetwork, state: NetworkState | None
) -> None:
    """Release and unlink what is there and not wanted; what others published is theirs."""
    if state is None or state.made_by is MadeBy.OTHERS:
        return
    spec = network.spec
    ports = {resolve_port(spec, port) for port in network.ports}
    unwanted = [port for port in state.ports if port not in ports]
    if unwanted:
        # In routed mode a port's one rule notes the host's address and port: it is made anew for
        # another one, where in mode nat the two share a rule that says nothing of either.
        staying = [
            port
            for port in ports
            if port in state.ports or not spec.gateway_mode(port.version).nat_disabled
        ]
        shared = driver.port_rules(spec, staying)
        driver.release(transaction, spec, *unwanted, sparing=shared)
    for link in state.links:
        if link not in network.links:
            driver.unlink(transaction, spec, link)


def _drop_stale_jump(transaction: V, driver: Programmer[V], left: Sequence[NetworkState]) -> None:
    """After a change of hairpin mode, take the other mode's jump away unless others need it."""
    other = not driver.config.hairpin
    if not any(state.hairpin is other for state in left):
        for version in driver.config.versions:
            delete_quietly(transaction, nat_output_jump(version, DOCKER_CHAIN, hairpin=other))


def _summary(
    wanted: Sequence[WantedNetwork],
    kept: Mapping[str, NetworkState],
    gone: Sequence[NetworkState],
) -> AppliedNetworks:
    names = [network.spec.name for network in wanted]
    deleted = [state.spec.name for state in gone]
    same = {network.spec.name for network in wanted if network.spec.bridge in kept}
    before, now = set(deleted), set(names)
    known = {port: None for state in (*kept.values(), *gone) for port in state.ports}
    ports = {resolve_port(net.spec, port): None for net in wanted for port in net.ports}
    others = {
        port for state in kept.values() if state.made_by is MadeBy.OTHERS for port in state.ports
    }
    return AppliedNetworks(
        deleted=tuple(name for name in deleted if name not in now),
        changed=tuple(name for name in names if name in before),
        created=tuple(name for name in names if name not in before | same),
        kept=tuple(name for name in names if name in same),
        published=tuple(port for port in ports if port not in known),
        released=tuple(port for port in known if port not in ports and port not in others),
    )
