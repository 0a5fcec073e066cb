"""The rules that look networks, ports and links up: as many with none of them as with thousands.

In filter and nat they stand for what the layout of rules has for each network:

FORWARD
    ``ct state related,established oifname @forwarded accept``; ``oifname @forwarded jump DOCKER``;
    out of a network; within one. At the end: ``iifname . oifname @icc_off drop``.
DOCKER-ISOLATION-STAGE-1, -2
    internal networks, a pair of rules for each prefix length; from one network to another.
DOCKER (filter)
    published ports, pings, links, and the default drop.
DOCKER (nat)
    published ports on every host address, and on one.
POSTROUTING
    what leaves a network, a pair of rules for each prefix length; what the host sends into one. At
    the end: a container that reaches its own published port.

Why sets do as well as rules in an order: of two networks' rules only one's can decide about a
packet, apart from those of POSTROUTING, see `older_rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final, NamedTuple

from nfcore.bridge import DOCKER_CHAIN, ISOLATION_CHAIN_1, ISOLATION_CHAIN_2
from nfcore.layout.sets._names import TAG, Names
from nfcore.operations import ChainRef, NativeRule
from translate import IPVersion

__all__ = ["FixedRule", "fixed_rules", "internal_rules", "nat_rules", "older_rules"]

Expression = dict[str, Any]

_IN: Final[Expression] = {"meta": {"key": "iifname"}}
_OUT: Final[Expression] = {"meta": {"key": "oifname"}}
_PROTOCOL: Final[Expression] = {"meta": {"key": "l4proto"}}
_SPORT: Final[Expression] = {"payload": {"protocol": "th", "field": "sport"}}
_DPORT: Final[Expression] = {"payload": {"protocol": "th", "field": "dport"}}
_FROM_HOST: Final[Expression] = {
    "match": {
        "op": "==",
        "left": {"fib": {"result": "type", "flags": ["saddr"]}},
        "right": "local",
    }
}
_REPLIES: Final[Expression] = {
    "match": {
        "op": "in",
        "left": {"ct": {"key": "state"}},
        "right": ["established", "related"],
    }
}
_ACCEPT: Final[Expression] = {"accept": None}
_DROP: Final[Expression] = {"drop": None}
_RETURN: Final[Expression] = {"return": None}
_MASQUERADE: Final[Expression] = {"masquerade": None}


class FixedRule(NamedTuple):
    """A rule of this layout's own.

    ``at_end`` says where it stands in its chain; those at the head stand in the order given.
    """

    chain: ChainRef
    tag: str
    rule: NativeRule
    at_end: bool = False


def fixed_rules(names: Names) -> Iterator[FixedRule]:
    """The rules of one IP version that are there as long as the driver is."""
    yield from _forward(names)
    stage_1 = names.chain("filter", ISOLATION_CHAIN_1)
    stage_2 = names.chain("filter", ISOLATION_CHAIN_2)
    leaving = (_leaves(), _in_set("isolated", _IN), {"jump": {"target": ISOLATION_CHAIN_2}})
    yield _rule(stage_1, "isolated", *leaving)
    yield _rule(stage_2, "isolated", _in_set("isolated", _OUT), _DROP)
    yield from _docker_filter(names)
    yield from _docker_nat(names)
    post = names.chain("nat", "POSTROUTING")
    yield _rule(post, "local", _FROM_HOST, _in_set("local_masquerade", _OUT), _MASQUERADE)
    yield _rule(post, "local-snat", _FROM_HOST, {"snat": {"addr": _map("local_snat", _OUT)}})
    own = (_saddr(names), _daddr(names), _PROTOCOL, _DPORT)
    yield _rule(post, "hairpin", _in_set("hairpin", *own), _MASQUERADE, at_end=True)


def _forward(names: Names) -> Iterator[FixedRule]:
    forward = names.chain("filter", "FORWARD")
    arriving = _in_set("forwarded", _OUT)
    yield _rule(forward, "replies", _REPLIES, arriving, _ACCEPT)
    yield _rule(forward, "docker", arriving, {"jump": {"target": DOCKER_CHAIN}})
    yield _rule(forward, "outgoing", _leaves(), _in_set("forwarded", _IN), _ACCEPT)
    yield _rule(forward, "icc", _in_set("icc_on", _IN, _OUT), _ACCEPT)
    yield _rule(forward, "no-icc", _in_set("icc_off", _IN, _OUT), _DROP, at_end=True)


def _docker_filter(names: Names) -> Iterator[FixedRule]:
    docker = names.chain("filter", DOCKER_CHAIN)
    source, destination = _saddr(names), _daddr(names)
    ping = "icmp" if names.version is IPVersion.V4 else "ipv6-icmp"
    pings = {"match": {"op": "==", "left": _PROTOCOL, "right": ping}}
    within = _in_set("same", _IN, _OUT)
    port = (_OUT, destination, _PROTOCOL, _DPORT)
    there = (_OUT, source, destination, _PROTOCOL, _DPORT)
    back = (_OUT, source, destination, _PROTOCOL, _SPORT)
    yield _rule(docker, "published", _leaves(), _in_set("published", *port), _ACCEPT)
    yield _rule(docker, "pings", _in_set("pingable", _OUT), pings, _ACCEPT)
    yield _rule(docker, "links", within, _in_set("links", *there), _ACCEPT)
    yield _rule(docker, "replies", within, _in_set("replies", *back), _ACCEPT)
    # Not @forwarded, whose elements would count a second time.
    guarded = (_in_set("isolated", _OUT), _in_set("unguarded", _OUT, op="!="))
    yield _rule(docker, "default-drop", _leaves(), *guarded, _DROP)


def _docker_nat(names: Names) -> Iterator[FixedRule]:
    docker = names.chain("nat", DOCKER_CHAIN)
    yield _rule(docker, "skip", _in_set("skip_dnat", _IN), _RETURN)
    port = (_PROTOCOL, _DPORT)
    for which, key in (("one", (_daddr(names), *port)), ("any", port)):
        to = {"addr": _map(f"{which}_address", *key), "port": _map(f"{which}_port", *key)}
        foreign = _in_set(f"own_{which}", _IN, *key, op="!=")
        near = [_not_link_local()] if names.version is IPVersion.V6 else []
        yield _rule(docker, f"dnat-{which}", *near, foreign, {"dnat": to}, at_end=True)


def internal_rules(names: Names, length: int) -> Iterator[FixedRule]:
    """What keeps internal networks of one prefix length closed, both ways."""
    stage_1 = names.chain("filter", ISOLATION_CHAIN_1)
    internal, inner = names.internal(length).name, names.inner(length).name
    within_too = [] if names.version is IPVersion.V4 else [_leaves()]
    for way, bridge, address in (("in", _IN, _daddr(names)), ("out", _OUT, _saddr(names))):
        yield _rule(
            stage_1,
            f"internal-{way}-{length}",
            *within_too,
            _in_set(internal, bridge),
            _in_set(inner, _masked(names, address, length), bridge, op="!="),
            _DROP,
        )


def nat_rules(names: Names, length: int) -> Iterator[FixedRule]:
    """What translates packets that leave networks of one prefix length."""
    post = names.chain("nat", "POSTROUTING")
    subnet = _masked(names, _saddr(names), length)
    leaving = _in_set(names.own(length).name, subnet, _OUT, op="!=")
    masquerade, snat = names.masquerade(length).name, names.snat(length).name
    yield _rule(post, f"masquerade-{length}", leaving, _in_set(masquerade, subnet), _MASQUERADE)
    yield _rule(post, f"snat-{length}", leaving, {"snat": {"addr": _map(snat, subnet)}})


def older_rules(names: Names, length: int) -> Iterator[FixedRule]:
    """What the host sends from its address in one network into another, in hairpin mode.

    Both networks' rules match. Docker's newest come first, and so does the one's own rule for what
    leaves it here; where the other is newer, and translates otherwise, these come before.
    """
    post = names.chain("nat", "POSTROUTING")
    subnet = _masked(names, _saddr(names), length)
    older = _in_set(names.older(length).name, subnet, _OUT)
    masquerade = _in_set("local_masquerade", _OUT)
    yield _rule(post, f"older-{length}", _FROM_HOST, older, masquerade, _MASQUERADE)
    to = {"snat": {"addr": _map("local_snat", _OUT)}}
    yield _rule(post, f"older-snat-{length}", _FROM_HOST, older, to)


def _rule(chain: ChainRef, name: str, *expr: Expression, at_end: bool = False) -> FixedRule:
    return FixedRule(chain, TAG + name, NativeRule(expr=expr), at_end)


def _in_set(name: str, *key: Expression, op: str = "==") -> Expression:
    return {"match": {"op": op, "left": _joined(key), "right": f"@{name}"}}


def _map(name: str, *key: Expression) -> Expression:
    return {"map": {"key": _joined(key), "data": f"@{name}"}}


def _joined(key: tuple[Expression, ...]) -> Expression:
    return key[0] if len(key) == 1 else {"concat": list(key)}


def _leaves() -> Expression:
    """Not from a network into itself."""
    return _in_set("same", _IN, _OUT, op="!=")


def _not_link_local() -> Expression:
    prefix = {"prefix": {"addr": "fe80::", "len": 10}}
    source = {"payload": {"protocol": "ip6", "field": "saddr"}}
    return {"match": {"op": "!=", "left": source, "right": prefix}}


def _saddr(names: Names) -> Expression:
    return {"payload": {"protocol": names.version.family, "field": "saddr"}}


def _daddr(names: Names) -> Expression:
    return {"payload": {"protocol": names.version.family, "field": "daddr"}}


def _masked(names: Names, address: Expression, length: int) -> Expression:
    whole = 32 if names.version is IPVersion.V4 else 128
    if length == whole:
        return address
    kind = IPv4Network if names.version is IPVersion.V4 else IPv6Network
    return {"&": [address, str(kind((0, length)).netmask)]}
