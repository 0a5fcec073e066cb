"""Networks, ports and links, read back from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from nfcore.bridge._evidence import Evidence, Findings, gather
from nfcore.bridge._facts import Kind, NetworkFact, OpenPort
from nfcore.bridge._spec import GatewayMode, NetworkSpec, PublishedPort
from nfcore.bridge._state import UNKNOWN_SUBNETS, MadeBy, NetworkState, RulesView
from nfcore.bridge._tags import read_network_tags, read_port_tag
from nfcore.exceptions import InvalidInput
from translate import Counters, IPVersion

__all__ = ["recognize"]

_ISOLATION: Final = frozenset({Kind.ISOLATION_1, Kind.ISOLATION_2})
_INTERNAL: Final = frozenset({Kind.INTERNAL_IN, Kind.INTERNAL_OUT})
_FORWARDED: Final = frozenset({Kind.ESTABLISHED, Kind.TO_DOCKER, Kind.OUTGOING})
"""One of these counts each packet to or from a network, in one direction."""
_WITHIN: Final = frozenset({Kind.ICC_ACCEPT, Kind.ICC_DROP})
_DOCKER_ONLY: Final = frozenset({Kind.TO_DOCKER, Kind.DEFAULT_DROP, Kind.ICMP, Kind.SKIP_DNAT})
"""With the isolation of internal networks, what only Docker's own chains hold or are reached by."""


def recognize(view: RulesView) -> tuple[NetworkState, ...]:
    """Every network that the rules tell of, in the order of their creation.

    Networks that nfcore made come back exactly as they were asked for. Of those that others made
    with Docker's form, what the rules show comes back, under the bridge's name.

    Args:
        view: an engine's ruleset, or a transaction, whose own changes then count.
    """
    findings = gather(view)
    networks = {
        bridge: network
        for bridge, evidence in findings.bridges.items()
        if (network := _network(bridge, evidence)) is not None
    }
    hairpin_ports = _ports_of_bridges(findings, networks)
    return tuple(
        _state(spec, made_by, findings, bridge, hairpin_ports.get(bridge, []))
        for bridge, (spec, made_by) in networks.items()
    )


def _network(bridge: str, evidence: Evidence) -> tuple[NetworkSpec, MadeBy] | None:
    kinds = evidence.kinds()
    icc = Kind.ICC_DROP not in kinds
    noted = [read_network_tags(tags, bridge=bridge, icc=icc) for tags in evidence.tags.values()]
    told = [network for network in noted if network is not None]
    if told and told.count(told[0]) == len(told):
        return told[0]
    if not kinds & (_DOCKER_ONLY | _INTERNAL):
        return None
    try:
        return _untagged(bridge, evidence, kinds), MadeBy.OTHERS
    except InvalidInput:  # a bridge that the kernel could not have
        return None


def _untagged(bridge: str, evidence: Evidence, kinds: frozenset[Kind]) -> NetworkSpec:
    """What the rules alone show."""
    internal = bool(kinds & _INTERNAL)
    fields: dict[str, Any] = {}
    modes = []
    for version, unknown in zip(IPVersion, UNKNOWN_SUBNETS, strict=True):
        facts = evidence.facts.get(version, {})
        if not facts.keys() - _ISOLATION:
            continue
        routed = Kind.ICMP in facts
        modes.append(routed)
        fields[f"subnet_v{version.value}"] = _first(facts, "subnet") or unknown
        fields[f"host_ipv{version.value}"] = _first(facts, "host_ip")
        fields[f"gateway_mode_v{version.value}"] = GatewayMode.ROUTED if routed else GatewayMode.NAT
    return NetworkSpec(
        name=bridge,
        bridge=bridge,
        internal=internal,
        icc=Kind.ICC_DROP not in kinds,
        masquerade=internal or all(modes) or Kind.MASQUERADE in kinds,
        **fields,
    )


def _first(facts: Mapping[Kind, NetworkFact], attribute: str) -> Any:
    values = (getattr(fact, attribute) for fact in facts.values())
    return next((value for value in values if value is not None), None)


def _ports_of_bridges(
    findings: Findings, networks: Mapping[str, tuple[NetworkSpec, MadeBy]]
) -> Mapping[str, list[PublishedPort]]:
    """Hairpin ports name no bridge: theirs is the one that accepts for, or has, the address."""
    accepting = {
        (port.address, port.protocol, port.port): bridge
        for bridge, evidence in findings.bridges.items()
        for port in evidence.open_ports
    }
    ports: dict[str, list[PublishedPort]] = {}
    for port in findings.nameless:
        bridge = accepting.get((port.address, port.protocol, port.port))
        if bridge is None:
            bridge = next(_holders(port, networks), None)
        if bridge is not None:
            ports.setdefault(bridge, []).append(port)
    return ports


def _holders(
    port: PublishedPort, networks: Mapping[str, tuple[NetworkSpec, MadeBy]]
) -> Iterator[str]:
    for bridge, (spec, _) in networks.items():
        subnet = spec.subnet(port.version)
        if subnet is not None and port.address in subnet:
            yield bridge


def _state(
    spec: NetworkSpec,
    made_by: MadeBy,
    findings: Findings,
    bridge: str,
    hairpin_ports: list[PublishedPort],
) -> NetworkState:
    evidence = findings.bridges[bridge]
    ports = [*evidence.published, *hairpin_ports]
    routed = {
        _routed_port(port, tag): port
        for port, tag in reversed(evidence.open_ports.items())
        if spec.gateway_mode(IPVersion(port.address.version)).nat_disabled
    }
    counted = {
        **{port: evidence.port_traffic[place] for port, place in routed.items()},
        **{port: findings.nameless[port] for port in hairpin_ports},
        **{port: evidence.port_traffic[port] for port in evidence.published},
    }
    kinds = _WITHIN if spec.internal else _FORWARDED
    return NetworkState(
        spec=spec,
        ports=tuple(dict.fromkeys([*ports, *routed])),
        links=tuple(evidence.links),
        made_by=made_by,
        hairpin=_hairpin(evidence, hairpin_ports),
        rules=tuple(evidence.rules),
        counters=_total(counters for kind, counters in evidence.traffic if kind in kinds),
        port_counters=counted,
    )


def _total(counters: Iterable[Counters]) -> Counters:
    found = [*counters]
    return Counters(
        packets=sum(each.packets for each in found), bytes=sum(each.bytes for each in found)
    )


def _routed_port(port: OpenPort, tag: str | None) -> PublishedPort:
    host_address, host_port = read_port_tag(tag) or (None, port.port)
    return PublishedPort(
        address=port.address,
        port=port.port,
        protocol=port.protocol,
        host_address=host_address,
        host_port=host_port,
    )


def _hairpin(evidence: Evidence, hairpin_ports: list[PublishedPort]) -> bool | None:
    kinds = evidence.kinds()
    if Kind.LOCAL_MASQUERADE in kinds or hairpin_ports:
        return True
    return False if Kind.SKIP_DNAT in kinds or evidence.published else None
