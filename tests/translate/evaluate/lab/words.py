"""All the tests and targets that generated rules are made of, each as the words that ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product

from tests.translate.evaluate.lab.plan import LINKS, ROUTER, addresses_of
from translate import BUILTIN_CHAINS, IPVersion

__all__ = ["Words", "targets_of", "tests_of"]

Words = tuple[str, ...]
_HOSTS = tuple(link.name for link in LINKS)
_NOWHERE = {4: "198.51.100.7", 6: "2001:db8:ff::7"}
_NETWORKS = {
    4: ("10.0.0.0/24", "10.0.0.0/23", "10.0.0.0/255.0.255.255", "192.0.2.16/28", "10.0.1.2/31"),
    6: ("fd00:0:0:a::/64", "fd00::/48", "fd00::1/ffff::ffff", "2001:db8::/32"),
}
_STATES = ("NEW", "ESTABLISHED", "INVALID", "DNAT", "SNAT", "NEW,DNAT", "RELATED,ESTABLISHED")
_NO_IN = frozenset({"OUTPUT", "POSTROUTING"})
_NO_OUT = frozenset({"PREROUTING", "INPUT"})


@cache
def tests_of(version: IPVersion, chain: str) -> tuple[tuple[Words, ...], ...]:
    """What a rule of this chain may ask for, one group for each kind of test."""
    known = [str(a) for owner in (*_HOSTS, ROUTER) for a in addresses_of(owner, version)]
    groups = [
        _with_and_without_bang(product(("-s", "-d"), (*known, *_NETWORKS[version]))),
        (*_plain_protocols(), *_ports()),
        (*_types(version, chain), *_states(), ("-m", "comment", "--comment", "x")),
        tuple(_with_and_without_bang(_headers(version))),
    ]
    options = [o for o, no in (("-i", _NO_IN), ("-o", _NO_OUT)) if chain not in no]
    names = (*_HOSTS, "net+", "lo", "+")
    groups.append(_with_and_without_bang(product(options, names)))
    return tuple(tuple(group) for group in groups)


@cache
def targets_of(
    version: IPVersion, table: str, chain: str, later: tuple[str, ...]
) -> tuple[Words, ...]:
    """What a rule may do.

    Args:
        version: its IP version.
        table: its table.
        chain: its chain; a user-defined one of nat begins with the first letters of its callers.
        later: the chains that it may jump to.
    """
    targets: list[Words] = [("-j", "ACCEPT"), ("-j", "RETURN"), ()]
    targets += [(option, name) for name in later for option in ("-j", "-j", "-g")]
    if table != "nat":
        targets += [("-j", "DROP"), ("-j", "DROP"), ("-j", "DROP")]
    elif chain[:3] in {"PRE", "OUT"}:
        targets += _destination_nat(version)
    else:
        targets += _source_nat(version, chain)
    if table == "mangle":
        targets += _mangling(version)
    if table == "raw":
        targets += [("-j", "CT", "--notrack"), ("-j", "NOTRACK"), ("-j", "CT", "--zone", "0")]
    return tuple(targets)


def _with_and_without_bang(tests: Iterable[Words]) -> Iterator[Words]:
    """Each test twice as it is, and once turned round; ``-m NAME`` stays in front."""
    for test in tests:
        name, rest = (test[:2], test[2:]) if test[0] == "-m" else ((), test)
        yield from (test, test, (*name, "!", *rest))


def _plain_protocols() -> Iterator[Words]:
    yield from _with_and_without_bang(("-p", name) for name in ("udp", "tcp", "17"))


def _ports() -> Iterator[Words]:
    single = product(("--dport", "--sport"), ("1001", "1002", "1001:1002", "1002:1004", "1003"))
    lists = product(("--dports", "--sports", "--ports"), ("1001", "1001,1003", "1002:1003,1004"))
    yield from (("-p", "udp", *words) for words in _with_and_without_bang(single))
    yield from (("-p", "udp", "-m", "multiport", *words) for words in _with_and_without_bang(lists))


def _types(version: IPVersion, chain: str) -> Iterator[Words]:
    types = ["LOCAL", "UNICAST", "BROADCAST", "LOCAL,BROADCAST"]
    limits: list[Words] = [()]
    # The kernel refuses them in a user-defined chain that it can reach without such an interface.
    if chain in BUILTIN_CHAINS - _NO_IN:
        limits.append(("--limit-iface-in",))
    if chain in BUILTIN_CHAINS - _NO_OUT:
        limits.append(("--limit-iface-out",))
    if version is IPVersion.V6:
        # nft's fib has another idea of IPv6's types, and iptables one of an interface's addresses.
        types, limits = ["LOCAL"], [()]
    options = product(("-m",), ("addrtype",), ("--src-type", "--dst-type"), types)
    asked = _with_and_without_bang(options)
    yield from ((*words, *limit) for words, limit in product(asked, limits))


def _states() -> Iterator[Words]:
    yield from _with_and_without_bang(("-m", "conntrack", "--ctstate", s) for s in _STATES)


def _headers(version: IPVersion) -> Iterator[Words]:
    ranges = {4: "10.0.0.2-10.0.1.2", 6: "fd00:0:0:a::2-fd00:0:0:b::2"}
    yield "-m", "iprange", "--src-range", ranges[version]
    yield "-m", "iprange", "--dst-range", ranges[version]
    yield "-m", "length", "--length", {4: "36", 6: "50:60"}[version]
    yield "-m", "mark", "--mark", "1"
    yield "-m", "mark", "--mark", "0/1"
    yield "-m", "connmark", "--mark", "2/3"
    yield "-m", "dscp", "--dscp", "3"
    yield "-m", "tos", "--tos", "0x0c/0x3c"
    yield "-m", "pkttype", "--pkt-type", "unicast"
    hops = {4: "ttl", 6: "hl"}[version]
    yield "-m", hops, f"--{hops}-eq", "63"


def _with_port(address: str, ports: str) -> str:
    return f"[{address}]:{ports}" if ":" in address else f"{address}:{ports}"


def _mangling(version: IPVersion) -> Iterator[Words]:
    yield "-j", "MARK", "--set-mark", "1"
    yield "-j", "MARK", "--or-mark", "2"
    yield "-j", "CONNMARK", "--save-mark"
    yield "-j", "CONNMARK", "--set-xmark", "2/1"
    yield "-j", "CONNMARK", "--restore-mark"
    yield "-j", "DSCP", "--set-dscp", "3"
    yield "-j", "TOS", "--set-tos", "0x08/0x0c"
    hops = {4: "ttl", 6: "hl"}[version]
    yield "-j", hops.upper(), f"--{hops}-set", "64"
    yield "-j", hops.upper(), f"--{hops}-dec", "62"


def _destination_nat(version: IPVersion) -> Iterator[Words]:
    hosts = [str(addresses_of(host, version)[0]) for host in _HOSTS]
    for where in (*hosts, _NOWHERE[version], str(addresses_of(ROUTER, version)[1])):
        yield "-j", "DNAT", "--to-destination", where
    for address, ports in zip(hosts, ("1004", "1002-1003", "1003-1004/1001"), strict=True):
        yield "-p", "udp", "-j", "DNAT", "--to-destination", _with_port(address, ports)
    yield "-j", "REDIRECT"
    yield "-p", "udp", "-j", "REDIRECT", "--to-ports", "1003"
    yield "-j", "NETMAP", "--to", "10.0.1.0/24" if version == 4 else "fd00:0:0:b::/64"


def _source_nat(version: IPVersion, chain: str) -> Iterator[Words]:
    own = [str(address) for address in addresses_of(ROUTER, version)[:2]]
    for where in (own[0], _NOWHERE[version]):
        yield "-j", "SNAT", "--to-source", where
    yield "-p", "udp", "-j", "SNAT", "--to-source", _with_port(own[1], "1002")
    # Not a network of the links: replies there would look for its hosts beside the router.
    yield "-j", "NETMAP", "--to", "198.51.100.0/24" if version == 4 else "2001:db8:ff::/64"
    if chain == "POSTROUTING":
        yield "-j", "MASQUERADE"
        yield "-p", "udp", "-j", "MASQUERADE", "--to-ports", "1002"
