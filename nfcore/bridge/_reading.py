"""Reading single rules: the builders of this package, backwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv6Network
from types import MappingProxyType
from typing import Final, NamedTuple

from nfcore.bridge._facts import (
    Fact,
    Kind,
    Linked,
    NetworkFact,
    OpenPort,
    PortMasqueraded,
    Published,
)
from nfcore.bridge._names import DOCKER_CHAIN, ISOLATION_CHAIN_1, ISOLATION_CHAIN_2
from nfcore.bridge._spec import Link, Protocol, PublishedPort
from nfcore.exceptions import InvalidInput
from translate import (
    IPAddress,
    IPNetwork,
    IPVersion,
    Jump,
    MaskedAddress,
    Negatable,
    Rule,
    Verdict,
)
from translate.matches.addrtype import Addrtype
from translate.matches.conntrack import Conntrack
from translate.matches.sctp import Sctp
from translate.matches.tcp import Tcp
from translate.matches.udp import Udp
from translate.protocols import ICMP, ICMPV6, SCTP, TCP, UDP
from translate.targets.dnat import Dnat
from translate.targets.masquerade import Masquerade
from translate.targets.snat import Snat

__all__ = ["DRIVER_CHAINS", "read_fact"]


def read_fact(rule: Rule) -> Fact | None:
    """What the rule says, or None where it is none of the driver's."""
    reader = _READERS.get((rule.table, rule.chain))
    path = None if reader is None or rule.fragment is not None else _path(rule)
    if reader is None or path is None:
        return None
    try:
        return reader(rule, *path)
    except InvalidInput:  # such as port 0, which no container has
        return None


def _path(rule: Rule) -> tuple[str, str] | None:
    """How the rule names its bridge (``i``, ``!i``, ``o``, ``i!o``…) and the bridge; or twice "".

    None where it names two, or a wildcard.
    """
    shape = name = ""
    for letter, interface in (("i", rule.in_interface), ("o", rule.out_interface)):
        if interface is None:
            continue
        if interface.value.is_wildcard or name not in {"", interface.value.name}:
            return None
        name = interface.value.name
        shape += f"!{letter}" if interface.negated else letter
    return shape, name


def _is_plain(rule: Rule) -> bool:
    """Whether the rule asks for interfaces only."""
    return not rule.matches and _asks_no_address(rule)


def _asks_no_address(rule: Rule) -> bool:
    return (rule.source, rule.destination, rule.protocol) == (None, None, None)


def _verdict(rule: Rule) -> str | None:
    """``ACCEPT`` and so on, or the chain that the rule jumps to."""
    target = rule.target
    if isinstance(target, Verdict):
        return target.verdict
    return target.chain if isinstance(target, Jump) else None


_PLAIN_FORWARD: Final[Mapping[tuple[str, str | None], Kind]] = MappingProxyType(
    {
        ("io", "ACCEPT"): Kind.ICC_ACCEPT,
        ("io", "DROP"): Kind.ICC_DROP,
        ("i!o", "ACCEPT"): Kind.OUTGOING,
        ("o", DOCKER_CHAIN): Kind.TO_DOCKER,
    }
)
_REPLIES: Final = (Conntrack(state=Negatable(("RELATED", "ESTABLISHED"))),)
_FROM_HOST: Final = (Addrtype(source=Negatable(("LOCAL",))),)
_LINK_LOCAL: Final = Negatable(MaskedAddress.of_network(IPv6Network("fe80::/10")), negated=True)


def _forward(rule: Rule, shape: str, bridge: str) -> Fact | None:
    verdict = _verdict(rule)
    if _is_plain(rule):
        kind = _PLAIN_FORWARD.get((shape, verdict))
        return None if kind is None else NetworkFact(kind=kind, bridge=bridge)
    if (shape, verdict, rule.matches) == ("o", "ACCEPT", _REPLIES) and _asks_no_address(rule):
        return NetworkFact(kind=Kind.ESTABLISHED, bridge=bridge)
    return None


def _stage_1(rule: Rule, shape: str, bridge: str) -> Fact | None:
    verdict = _verdict(rule)
    if _is_plain(rule):
        isolated = (shape, verdict) == ("i!o", ISOLATION_CHAIN_2)
        return NetworkFact(kind=Kind.ISOLATION_1, bridge=bridge) if isolated else None
    if verdict != "DROP" or rule.matches or rule.protocol is not None:
        return None
    incoming, outgoing = ("i", "o") if rule.version is IPVersion.V4 else ("i!o", "!io")
    if shape == incoming and rule.source is None:
        kind, subnet = Kind.INTERNAL_IN, _network(rule.destination, negated=True)
    elif shape == outgoing and rule.destination is None:
        kind, subnet = Kind.INTERNAL_OUT, _network(rule.source, negated=True)
    else:
        return None
    return None if subnet is None else NetworkFact(kind=kind, bridge=bridge, subnet=subnet)


def _stage_2(rule: Rule, shape: str, bridge: str) -> Fact | None:
    if _is_plain(rule) and (shape, _verdict(rule)) == ("o", "DROP"):
        return NetworkFact(kind=Kind.ISOLATION_2, bridge=bridge)
    return None


def _docker_filter(rule: Rule, shape: str, bridge: str) -> Fact | None:
    verdict = _verdict(rule)
    if _is_plain(rule):
        drops = (shape, verdict) == ("!io", "DROP")
        return NetworkFact(kind=Kind.DEFAULT_DROP, bridge=bridge) if drops else None
    if verdict != "ACCEPT":
        return None
    if shape == "o":
        icmp = Negatable(ICMP if rule.version is IPVersion.V4 else ICMPV6)
        pings = rule.protocol == icmp and not rule.matches
        pings = pings and rule.source is rule.destination is None
        return NetworkFact(kind=Kind.ICMP, bridge=bridge) if pings else None
    ports, destination = _ports(rule), _host(rule.destination)
    if ports is None or destination is None:
        return None
    if shape == "io":
        return _link(bridge, ports, _host(rule.source), destination)
    if shape != "!io" or rule.source is not None or ports.destination is None:
        return None
    return OpenPort(
        bridge=bridge, address=destination, protocol=ports.protocol, port=ports.destination
    )


def _link(
    bridge: str, ports: _Ports, source: IPAddress | None, destination: IPAddress
) -> Linked | None:
    if source is None:
        return None
    replies = ports.destination is None
    parent, child = (destination, source) if replies else (source, destination)
    port = ports.source if replies else ports.destination
    link = Link(parent=parent, child=child, port=port or 0, protocol=ports.protocol)
    return Linked(bridge=bridge, link=link, replies=replies)


def _docker_nat(rule: Rule, shape: str, bridge: str) -> Fact | None:
    if _is_plain(rule):
        skips = (shape, _verdict(rule)) == ("i", "RETURN")
        return NetworkFact(kind=Kind.SKIP_DNAT, bridge=bridge) if skips else None
    ports, host_address = _ports(rule), _host(rule.destination)
    source = None if rule.version is IPVersion.V4 else _LINK_LOCAL
    if shape not in {"", "!i"} or rule.source != source or ports is None:
        return None
    target = rule.target
    if not isinstance(target, Dnat) or (host_address is None) != (rule.destination is None):
        return None
    to = target.to
    if target != Dnat(to=to) or to.first is None or to.first != to.last:
        return None
    if ports.destination is None or to.ports is None or not to.ports.is_single:
        return None
    port = PublishedPort(
        address=to.first,
        port=to.ports.first,
        protocol=ports.protocol,
        host_address=host_address,
        host_port=ports.destination,
    )
    return Published(bridge=bridge or None, port=port)


def _postrouting(rule: Rule, shape: str, bridge: str) -> Fact | None:
    rewritten = _rewritten(rule)
    if rewritten is None:
        return None
    (host_ip,) = rewritten
    if shape == "!o" and not rule.matches and (rule.destination, rule.protocol) == (None, None):
        subnet = _network(rule.source, negated=False)
        if subnet is None:
            return None
        return NetworkFact(kind=Kind.MASQUERADE, bridge=bridge, subnet=subnet, host_ip=host_ip)
    if (shape, rule.matches) == ("o", _FROM_HOST) and _asks_no_address(rule):
        return NetworkFact(kind=Kind.LOCAL_MASQUERADE, bridge=bridge, host_ip=host_ip)
    return _port_masquerade(rule) if not shape and host_ip is None else None


def _port_masquerade(rule: Rule) -> PortMasqueraded | None:
    ports, own = _ports(rule), _host(rule.source)
    if own is None or rule.source != rule.destination:
        return None
    if ports is None or ports.destination is None:
        return None
    return PortMasqueraded(address=own, protocol=ports.protocol, port=ports.destination)


def _network(value: Negatable[MaskedAddress] | None, *, negated: bool) -> IPNetwork | None:
    return value.value.network if value is not None and value.negated == negated else None


def _host(value: Negatable[MaskedAddress] | None) -> IPAddress | None:
    """The one address that is asked for, or None."""
    if value is None or value.negated:
        return None
    masked = value.value
    return masked.address if masked.prefix_length == masked.mask.max_prefixlen else None


def _rewritten(rule: Rule) -> tuple[IPAddress | None] | None:
    """The source that the rule gives, None in it to masquerade; None if it does neither."""
    target = rule.target
    if target == Masquerade():
        return (None,)
    if isinstance(target, Snat) and target == Snat(to=target.to):
        to = target.to
        return (to.first,) if to.ports is None and to.first == to.last else None
    return None


class _Ports(NamedTuple):
    """A protocol, and either a source or a destination port."""

    protocol: Protocol
    source: int | None
    destination: int | None


_PORT_MATCHES: Final[Mapping[int, tuple[Protocol, type[Tcp | Udp | Sctp]]]] = MappingProxyType(
    {TCP: ("tcp", Tcp), UDP: ("udp", Udp), SCTP: ("sctp", Sctp)}
)


def _ports(rule: Rule) -> _Ports | None:
    """The one port that the rule asks for, or None where it asks for anything else."""
    if rule.protocol is None or rule.protocol.negated or len(rule.matches) != 1:
        return None
    known = _PORT_MATCHES.get(rule.protocol.value)
    match = rule.matches[0]
    if known is None or not isinstance(match, known[1]):
        return None
    protocol, kind = known
    asked = match.dport or match.sport
    if asked is None or asked.negated or not asked.value.is_single:
        return None
    port = asked.value.first
    if match == kind(dport=asked):
        return _Ports(protocol, None, port)
    return _Ports(protocol, port, None) if match == kind(sport=asked) else None


_READERS: Final[Mapping[tuple[str, str], Callable[[Rule, str, str], Fact | None]]] = (
    MappingProxyType(
        {
            ("filter", "FORWARD"): _forward,
            ("filter", ISOLATION_CHAIN_1): _stage_1,
            ("filter", ISOLATION_CHAIN_2): _stage_2,
            ("filter", DOCKER_CHAIN): _docker_filter,
            ("nat", DOCKER_CHAIN): _docker_nat,
            ("nat", "POSTROUTING"): _postrouting,
        }
    )
)
DRIVER_CHAINS: Final = tuple(_READERS)
"""The tables and chains in which the driver puts rules of networks, ports and links."""
