"""``-m icmp6``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import IPVersion, Negatable, Rule
from translate.matches.icmp6 import ICMPV6_TYPES, Icmp6
from translate.protocols import ICMPV6

_IMPLIED = "the match names its protocol itself; iptables-translate takes it, the kernel doesn't"

_NONE = "iptables-translate has no form for codes"


def _number(number: int, code: int | None) -> str:
    return str(number) if code is None else f"{number}/{code}"


CASES = ExtensionCases(
    name="icmp6",
    versions=(6,),
    saves=(
        *(
            Case(
                f"-p icmpv6 --icmpv6-type {t.name}",
                f"-p ipv6-icmp -m icmp6 --icmpv6-type {_number(*t[1:])}",
            )
            for t in ICMPV6_TYPES
        ),
        Case(
            "-p 58 -m icmpv6 ! --icmpv6-type 255",
            "-p ipv6-icmp -m icmp6 ! --icmpv6-type 255",
        ),
        Case(
            "-p ipv6-icmp -m ipv6-icmp --icmpv6-type Neighbour-S",
            "-p ipv6-icmp -m icmp6 --icmpv6-type 135",
        ),
        Case("-p icmpv6 --icmpv6-t 0x1/010", "-p ipv6-icmp -m icmp6 --icmpv6-type 1/8"),
        Case(
            "-m icmp6 --icmpv6-type 1",
            "-p ipv6-icmp -m icmp6 --icmpv6-type 1",
            oracle=False,
            reason=_IMPLIED,
        ),
    ),
    refused=(
        Refusal("-p icmpv6 -m icmp6", match="--icmpv6-type must be given"),
        Refusal("-p tcp -m icmp6 --icmpv6-type 1", match="needs -p ipv6-icmp"),
        Refusal("-p icmpv6 --icmpv6-type any", match="unknown type 'any'"),
        Refusal("-p icmpv6 --icmpv6-type 1/256", match="unknown type '1/256'"),
        Refusal("-p icmpv6 --icmpv6-type neighbo", match="ambiguous type 'neighbo'"),
        Refusal("-p icmpv6 --icmpv6-type mld-listener-query", match="unknown type"),
        Refusal("-p icmpv6 --icmp-type 8", match="unknown option"),
    ),
    native=(
        Native("-p icmpv6 --icmpv6-type 1"),
        Native("-p icmpv6 ! --icmpv6-type 128 -j DROP"),
        Native(
            "-p icmpv6 --icmpv6-type no-route",
            expected="icmpv6 type 1 icmpv6 code 0",
            reason=_NONE,
        ),
        Native("-m icmp6 --icmpv6-type neighbour-advertisement"),
        Native(
            "-p icmpv6 ! --icmpv6-type 1/3",
            expected="icmpv6 type . icmpv6 code != { 1 . 3 }",
            reason=_NONE,
        ),
        Native(
            "-p icmpv6 ! --icmpv6-type 255",
            expected="icmpv6 type != 255",
            reason="iptables-translate has none",
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(
        st.builds(
            Icmp6,
            type=st.integers(0, 255),
            code=st.none() | st.integers(0, 255) | st.integers(0, 6),
            negated=st.booleans(),
        ),
        version=st.just(IPVersion.V6),
        protocol=Negatable(ICMPV6),
    )
