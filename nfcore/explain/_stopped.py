"""Which rule stopped a packet, in Docker's words. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nfcore.bridge import USER_CHAIN, Kind, NetworkFact, NetworkState, read_fact
from nfcore.explain._finding import Case, Finding, endpoint
from translate import save_line
from translate.evaluate import Outcome, Step, Walk

__all__ = ["findings", "reply_findings"]

_STOPS = frozenset({Outcome.DROP, Outcome.REJECT})


def findings(case: Case) -> Iterator[Finding]:
    """Of a packet that iptables' own rules stop, or that has no route."""
    way = case.way
    if way.outcome is Outcome.UNROUTABLE:
        yield _unroutable(case)
    elif way.outcome is Outcome.QUEUE:
        yield Finding(
            code="queue",
            text="a program in user space decides (NFQUEUE): what it says is not known here",
        )
    elif way.outcome in _STOPS:
        yield _stopped(case, way)


def reply_findings(case: Case) -> Iterator[Finding]:
    """Of an answer that the rules stop."""
    reply = case.reply
    if reply is None or reply.outcome is Outcome.ACCEPT:
        return
    if reply.outcome is Outcome.UNROUTABLE:
        yield Finding(
            code="no-route-back",
            text=f"the packet arrives, but there is no route back to {reply.packet.destination}",
            remedy=f"ip route get {reply.packet.destination}",
            blocks=True,
        )
        return
    rule = reply.decided_by
    told = "" if rule is None else f" by {rule}"
    yield Finding(
        code="reply-stopped",
        text=f"the packet arrives, but the answer to it ends with {reply.outcome}{told}",
        remedy="accept what is RELATED,ESTABLISHED before that rule",
        blocks=True,
    )


def _unroutable(case: Case) -> Finding:
    packet = case.way.packet
    if packet.source.is_loopback and packet.destination != case.packet.destination:
        bridge = case.target()
        name = "BRIDGE" if bridge is None else bridge.spec.bridge
        return Finding(
            code="route-localnet",
            text=f"from {packet.source} nothing may leave by {name}, unless its route_localnet is "
            "on",
            remedy=f"sysctl -w net.ipv4.conf.{name}.route_localnet=1 "
            "(nfcore apply --with-bridges sets it in hairpin mode)",
            blocks=True,
        )
    return Finding(
        code="no-route",
        text=f"the host has no route to {packet.destination}",
        remedy=f"ip route get {packet.destination}",
        blocks=True,
    )


def _stopped(case: Case, way: Walk) -> Finding:
    step = way.decided_by
    if step is None:
        return Finding(
            code="not-unicast",
            text="it comes in a frame for many, and such are not forwarded",
            blocks=True,
        )
    if step.rule is None:
        return _by_policy(case, step)
    fact = read_fact(step.rule)
    if isinstance(fact, NetworkFact):
        told = _by_network(case, fact)
        if told is not None:
            return told
    if step.place.chain == USER_CHAIN or _came_by(way, USER_CHAIN, step):
        return Finding(
            code="docker-user",
            text=f"a rule of the administrator's in {USER_CHAIN} stops it: {save_line(step.rule)}",
            remedy=f"change it there; nfcore never changes what {USER_CHAIN} holds",
            blocks=True,
        )
    return Finding(
        code="rule",
        text=f"a rule that is none of nfcore's stops it: {step}",
        blocks=True,
    )


def _came_by(way: Walk, chain: str, last: Step) -> bool:
    """Whether a step was led to from a chain: the packet has not come back from it before."""
    inside = False
    for step in way.steps:
        if step is last:
            break
        if step.place.chain == chain:
            inside = True
        elif step.place.chain == step.place.hook.value:
            inside = False
    return inside


def _by_policy(case: Case, step: Step) -> Finding:
    place = step.place
    if place.chain != "FORWARD":
        return Finding(
            code="policy",
            text=f"no rule of {place.table} {place.chain} accepts it, and its policy is DROP",
            blocks=True,
        )
    way = case.way.packet
    unknown = [
        name
        for name in (way.in_interface, way.out_interface)
        if name is not None and case.network_on(name) is None
    ]
    hint = "" if len(unknown) < 2 else ": neither interface is a network's"
    return Finding(
        code="policy",
        text=f"no rule accepts it from {way.in_interface} to {way.out_interface}, and FORWARD's "
        f"policy is DROP{hint}",
        remedy="nfcore network ls shows which networks are programmed",
        blocks=True,
    )


def _by_network(case: Case, fact: NetworkFact) -> Finding | None:
    packet = case.way.packet
    here, there = case.network_on(packet.in_interface), case.network_on(packet.out_interface)
    own = case.network_on(fact.bridge)
    name = _name(own, fact.bridge)
    to = endpoint(packet.destination, packet.dport, packet.protocol)
    if fact.kind is Kind.ISOLATION_2:
        return Finding(
            code="isolated",
            text=f"networks {_name(here, packet.in_interface)} and "
            f"{_name(there, packet.out_interface)} are kept apart "
            "(DOCKER-ISOLATION-STAGE-1 and -2)",
            remedy="connect both containers to one network, or use a published port",
            blocks=True,
        )
    if fact.kind in {Kind.INTERNAL_IN, Kind.INTERNAL_OUT}:
        way = "into" if packet.out_interface == fact.bridge else "out of"
        return Finding(
            code="internal",
            text=f"network {name} is internal: there is no way {way} it",
            remedy="connect the container to another network too",
            blocks=True,
        )
    if fact.kind is Kind.ICC_DROP:
        return Finding(
            code="icc-off",
            text=f"ICC is off on network {name}: its containers may not talk to each other",
            remedy="link the two, publish the port, or make the network with "
            "-o com.docker.network.bridge.enable_icc=true",
            blocks=True,
        )
    if fact.kind is Kind.DEFAULT_DROP:
        return Finding(
            code="not-open",
            text=f"{to} on network {name} is not open to the outside: no published port leads "
            "there",
            remedy=f"nfcore port publish {name} {packet.destination} "
            f"HOSTPORT:{packet.dport or 'PORT'}",
            blocks=True,
        )
    return None


def _name(state: NetworkState | None, bridge: str | None) -> str:
    return str(bridge) if state is None else state.spec.name
