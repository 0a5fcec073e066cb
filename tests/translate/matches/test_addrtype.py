"""``-m addrtype``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.matches.test_conntrack import subsets
from tests.translate.strategies import negatable, whole_rules
from translate import IPVersion, Rule
from translate.matches.addrtype import Addrtype

_ALL = (
    "UNSPEC,UNICAST,LOCAL,BROADCAST,ANYCAST,MULTICAST,BLACKHOLE,UNREACHABLE,PROHIBIT,THROW,NAT,"
    "XRESOLVE"
)
_LOSES = "iptables-translate loses one of the two"
_NUMBERS = "iptables-translate loses the types that nft has no name for"

CASES = ExtensionCases(
    name="addrtype",
    saves=(
        Case("-m addrtype --src-type LOCAL"),
        Case("-m addrtype ! --src-type loc,UNIC", "-m addrtype ! --src-type UNICAST,LOCAL"),
        Case("-m addrtype --src-type U", "-m addrtype --src-type UNSPEC"),
        Case("-m addrtype --src-type B", "-m addrtype --src-type BROADCAST", versions=(4,)),
        Case("-m addrtype --dst-type LOCAL,LOCAL", "-m addrtype --dst-type LOCAL"),
        Case("-m addrtype ! --src-type LOCAL ! --dst-type ANYCAST,MULTICAST"),
        Case("-m addrtype --src-type UNREACHABLE --limit-iface-in"),
        Case("-m addrtype --dst-type LOCAL --limit-iface-out"),
        Case("-m addrtype --dst-type LOCAL --limit-iface-in", chain="INPUT"),
        Case("-m addrtype --dst-type LOCAL --limit-iface-out", chain="OUTPUT"),
        Case("-m addrtype --dst-type LOCAL --limit-iface-out", chain="CUSTOM"),
        Case(f"-m addrtype --src-type {_ALL}", versions=(4,)),
    ),
    refused=(
        Refusal("-m addrtype", match="--src-type or --dst-type must be given"),
        Refusal("-m addrtype --limit-iface-in", match="--src-type or --dst-type must be given"),
        Refusal("-m addrtype --src-type FOO", match="unknown name 'FOO'"),
        Refusal("-m addrtype --src-type LOCAL,", match="unknown name ''"),
        Refusal("-m addrtype --src-type LOCAL --src-type LOCAL", match="only once"),
        Refusal(
            "-m addrtype --src-type LOCAL --limit-iface-in --limit-iface-out",
            match="cannot be used with",
        ),
        Refusal("-m addrtype --src-type LOCAL ! --limit-iface-in", match="not allowed"),
        *(
            Refusal(
                f"-m addrtype --dst-type LOCAL --limit-iface-{limit}",
                table="mangle",
                chain=chain,
                match=f"not in {chain}",
            )
            for limit, chain in (
                ("in", "OUTPUT"),
                ("in", "POSTROUTING"),
                ("out", "INPUT"),
                ("out", "PREROUTING"),
            )
        ),
        *(
            Refusal(f"-m addrtype --src-type {name}", match=f"type {name}", versions=(6,))
            for name in ("BROADCAST", "BLACKHOLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE")
        ),
    ),
    native=(
        Native("-m addrtype --dst-type LOCAL"),
        Native("-m addrtype ! --dst-type LOCAL,ANYCAST"),
        Native("-m addrtype --src-type LOCAL --limit-iface-in"),
        Native("-m addrtype --dst-type UNREACHABLE --limit-iface-out"),
        Native("-m addrtype --src-type UNICAST"),
        Native("-m addrtype --src-type BLACKHOLE,PROHIBIT", versions=(4,)),
        Native(
            "-m addrtype --src-type LOCAL ! --dst-type LOCAL",
            expected="fib saddr type local fib daddr type != local",
            reason=_LOSES,
        ),
        Native(
            "-m addrtype --src-type LOCAL --dst-type LOCAL --limit-iface-in",
            expected="fib saddr . iif type local fib daddr . iif type local",
            reason=_LOSES,
        ),
        Native(
            "-m addrtype --src-type LOCAL,THROW,NAT,XRESOLVE",
            expected="fib saddr type { local, 9, 10, 11 }",
            reason=_NUMBERS,
            versions=(4,),
        ),
        Native(
            "-m addrtype ! --src-type THROW",
            expected="fib saddr type != 9",
            reason=_NUMBERS,
            versions=(4,),
        ),
        Native("-m addrtype --src-type UNICAST,LOCAL", untranslatable="at once", versions=(6,)),
    ),
)


def _rules(version: int, types: str, chain: str, limit: str | None) -> st.SearchStrategy[Rule]:
    some = st.none() | negatable(subsets(tuple(types.split(","))))
    pairs = st.tuples(some, some).filter(any)
    return whole_rules(
        pairs.map(
            lambda pair: Addrtype(source=pair[0], destination=pair[1], limit_interface=limit)
        ),
        version=st.just(IPVersion(version)),
        chains=(chain,),
    )


def rules() -> st.SearchStrategy[Rule]:
    places = (("FORWARD", None), ("INPUT", "in"), ("CUSTOM", "out"), ("OUTPUT", "out"))
    ipv6 = "UNSPEC,UNICAST,LOCAL,ANYCAST,MULTICAST,UNREACHABLE"
    return st.one_of(
        *(_rules(4, _ALL, chain, limit) for chain, limit in places),
        *(_rules(6, ipv6, chain, limit) for chain, limit in places),
    )
