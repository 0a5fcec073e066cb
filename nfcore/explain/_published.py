"""Why a published port is not sent on to its container. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from nfcore.bridge import DOCKER_CHAIN, NetworkState, PublishedPort
from nfcore.explain._finding import Case, Finding, endpoint
from translate import IPVersion, Jump
from translate.evaluate import Hook, State
from translate.evaluate.packet import PORT_PROTOCOLS
from translate.protocols import protocol_name, protocol_number

__all__ = ["findings"]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A published port with the number that is asked for."""

    state: NetworkState
    port: PublishedPort


def findings(case: Case) -> Iterator[Finding]:
    """Of a packet to one of the host's own ports that stays in the host."""
    packet, way = case.packet, case.way
    asks_host = case.is_local(packet.destination) and packet.protocol in PORT_PROTOCOLS
    if not asks_host or way.packet.destination != packet.destination:
        return
    wanted = endpoint(packet.destination, packet.dport, packet.protocol)
    same_port = [
        _Candidate(state, port)
        for state in case.networks
        for port in state.ports
        if port.version is case.version and port.host_port == packet.dport
    ]
    same_protocol = [
        found for found in same_port if protocol_number(found.port.protocol) == packet.protocol
    ]
    exact = [
        found for found in same_protocol if found.port.host_address in {None, packet.destination}
    ]
    if exact:
        yield _not_translated(case, exact[0], wanted)
    elif same_protocol:
        others = ", ".join(str(found.port) for found in same_protocol)
        yield Finding(
            code="other-address",
            text=f"{wanted} is published on another address only: {others}",
            remedy="use that address, or publish the port on this one or on every one",
            blocks=True,
        )
    elif same_port:
        others = ", ".join(str(found.port) for found in same_port)
        yield Finding(
            code="other-protocol",
            text=f"{wanted} is not published; for another protocol there is {others}",
            remedy=_publishing(packet.dport, protocol_name(packet.protocol)),
            blocks=True,
        )
    else:
        yield from _nothing_published(case, wanted)


def _nothing_published(case: Case, wanted: str) -> Iterator[Finding]:
    packet = case.packet
    inner = [
        str(port)
        for state in case.networks
        for port in state.ports
        if port.version is case.version and port.port == packet.dport
    ]
    hint = f"; as a container's port there is {', '.join(inner[:3])}" if inner else ""
    other = IPVersion.V6 if case.version is IPVersion.V4 else IPVersion.V4
    if any(
        port.version is other and port.host_port == packet.dport
        for state in case.networks
        for port in state.ports
    ):
        hint += f"; for IPv{other.value} the port is published"
    yield Finding(
        code="not-published",
        text=f"no DNAT rule is for {wanted}: it is the host's own port{hint}",
        remedy=_publishing(packet.dport, protocol_name(packet.protocol)),
    )


def _publishing(port: int | None, protocol: str) -> str:
    ending = "" if protocol == "tcp" else f"/{protocol}"
    return f"nfcore port publish NETWORK CONTAINER-IP {port}:PORT{ending}"


def _not_translated(case: Case, found: _Candidate, wanted: str) -> Finding:
    """The rule for it is there, and yet it stays in the host."""
    packet, spec, port = case.packet, found.state.spec, found.port
    inside = f"{endpoint(port.address, port.port)} on network {spec.name}"
    if spec.gateway_mode(case.version).nat_disabled:
        return Finding(
            code="routed",
            text=f"network {spec.name} is in routed mode: its ports have no host port",
            remedy=f"go to {inside} itself, by a route to it through this host",
            blocks=True,
        )
    if packet.state is not State.NEW:
        return Finding(
            code="not-new",
            text=f"a packet in state {packet.state} goes the way of its flow: no nat rule is asked",
            remedy="ask for the connection's first packet, in state NEW",
        )
    if packet.in_interface is None and packet.destination.is_loopback:
        return Finding(
            code="loopback-needs-proxy",
            text=f"outside of hairpin mode {packet.destination} is left to docker-proxy, which has "
            f"to listen on {wanted} and to pass it on to {inside}",
            remedy="use another address of the host, run docker-proxy, or make the networks with "
            "--no-userland-proxy",
            blocks=True,
        )
    if case.sender is not None and found.state.hairpin is not True and _is_skipped(case, found):
        return Finding(
            code="no-hairpin",
            text=f"network {case.sender.spec.name} is not in hairpin mode: from a container on it, "
            f"published ports are left to docker-proxy, which has to listen on {wanted}",
            remedy=f"go to {inside} itself"
            + ("" if case.sender is found.state else ", from a container on that network")
            + ", run docker-proxy, or make the networks with --no-userland-proxy",
            blocks=True,
        )
    if packet.source.is_link_local:
        return Finding(
            code="link-local",
            text=f"{packet.source} is a link-local address, which published ports leave out",
            remedy="use a global address",
            blocks=True,
        )
    return _not_reached(case, found, wanted)


def _is_skipped(case: Case, found: _Candidate) -> bool:
    """Whether the sender's own network is kept from nat's rules."""
    assert case.sender is not None  # noqa: S101 - its only caller has asked
    own = case.sender is found.state
    decided = [step for step in case.way.steps if step.place.table == "nat"]
    returned = any(
        step.place.chain == DOCKER_CHAIN
        and step.rule is not None
        and not isinstance(step.rule.target, Jump)
        for step in decided
    )
    return own or returned


_NAT_HOOKS: Final = frozenset({Hook.PREROUTING, Hook.OUTPUT})


def _not_reached(case: Case, found: _Candidate, wanted: str) -> Finding:
    jumps = [
        step
        for step in case.way.steps
        if step.place.table == "nat"
        and step.place.hook in _NAT_HOOKS
        and step.rule is not None
        and step.rule.target == Jump(chain=DOCKER_CHAIN)
    ]
    if not jumps:
        chain = "OUTPUT" if case.packet.in_interface is None else "PREROUTING"
        return Finding(
            code="no-jump",
            text=f"{found.port} has its DNAT rule, but no rule of nat's {chain} leads this packet "
            f"to {DOCKER_CHAIN}",
            remedy="nfcore apply FILE puts the jump back; nfcore watch FILE keeps it there",
            blocks=True,
        )
    return Finding(
        code="other-rule-first",
        text=f"{found.port} has its DNAT rule, but another rule of table nat comes first for "
        f"{wanted}",
        remedy="the rules that matched are listed above",
        blocks=True,
    )
