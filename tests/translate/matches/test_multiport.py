"""``-m multiport``."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, IPVersion, Negatable, PortRange, Rule, from_nft, parse, to_nft
from translate.matches.multiport import Multiport
from translate.matches.tcp import Tcp
from translate.protocols import DCCP, SCTP, TCP, UDP, UDPLITE

_LOSES_RANGE = "iptables-translate takes only the ends of a range"
_LOSES_NOT = "iptables-translate loses the '!'"
_FIFTEEN = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"
_ANY = "0-65535"

CASES = ExtensionCases(
    name="multiport",
    saves=(
        Case(
            "-p tcp -m multiport --dports 1 -m multiport ! --dpo 2",
            "-p tcp -m multiport --dports 1 -m multiport ! --dports 2",
        ),
        Case("-p tcp -m multiport --dports 443,80"),
        Case("-p udplite -m multiport ! --sports 80:90,85,80:90"),
        Case("-p dccp -m multiport --ports 0:65535"),
        Case(f"-p tcp -m multiport --dports {_FIFTEEN}"),
        Case("-p tcp -m multiport --dports 1:2,3:4,5:6,7:8,9:10,11:12,13:14,15"),
        Case(
            "-p tcp -m multiport --destination-ports ssh,http:https,0x50,' 010'",
            "-p tcp -m multiport --dports 22,80:443,80,8",
        ),
        Case("-p sctp -m multiport --source-port amqp", "-p sctp -m multiport --sports 5672"),
        Case("-m multiport -p udp --dport ntp,1", "-p udp -m multiport --dports 123,1"),
        Case("-p tcp -m tcp -m multiport --dports 1"),
        Case("-p tcp -m multiport --dports 1,2 -m multiport ! --dports 3,4"),
    ),
    refused=(
        Refusal("-p tcp -m multiport", match="--sports, --dports or --ports must be given"),
        Refusal("-m multiport --dports 1", match="needs -p tcp, udp, udplite, sctp, dccp"),
        Refusal("-p icmp -m multiport --dports 1", match="needs -p tcp"),
        Refusal("! -p tcp -m multiport --dports 1", match="needs -p tcp"),
        Refusal("-m multiport --dports 1 -p tcp", match="-p must stand before it"),
        Refusal("-p tcp -m multiport --dports 1 --sports 2", match="cannot be used with"),
        Refusal("-p tcp -m multiport --dports 1 --dports 2", match="only once"),
        Refusal(f"-p tcp -m multiport --dports {_FIFTEEN},16", match="1 to 15 ports.*not 16"),
        Refusal("-p tcp -m multiport --dports 1:2,3:4,5:6,7:8,9:10,11:12,13:14,1:2", match="16"),
        Refusal("-p tcp -m multiport --dports 80:", match="invalid port ''"),
        Refusal("-p tcp -m multiport --dports 1:2:3", match="invalid port '2:3'"),
        Refusal("-p tcp -m multiport --dports 80,", match="invalid port ''"),
        Refusal("-p tcp -m multiport --dports 65536", match="invalid port '65536'"),
        Refusal("-p udp -m multiport --dports http", match="name of a udp service"),
        Refusal("-p tcp -m multiport --dports 90:80", match="90 is not below 80"),
        Refusal("-p tcp -m multiport --dports 80:80", match="80 is not below 80"),
    ),
    native=(
        Native("-p tcp -m multiport --dports 80"),
        Native("-p tcp -m multiport ! --dports 80:90"),
        Native("-p udp -m multiport --sports 443,80"),
        Native("-p tcp -m multiport --dports 80,80"),
        Native("-p dccp -m multiport ! --dports 80:90,85,1"),
        Native("-p udplite -m multiport --dports 5,6 -j ACCEPT"),
        Native("-p sctp -m multiport --ports 80,443"),
        Native("-p tcp -m tcp --syn -m multiport --dports 80"),
        Native(
            "-p tcp -m multiport --ports 80:90,443",
            expected=f"tcp sport . tcp dport {{ {_ANY} . 80-90, 80-90 . {_ANY}, "
            f"{_ANY} . 443, 443 . {_ANY} }}",
            reason=_LOSES_RANGE,
        ),
        Native(
            "-p tcp -m multiport ! --ports 80",
            expected=f"tcp sport . tcp dport != {{ {_ANY} . 80, 80 . {_ANY} }}",
            reason=_LOSES_NOT,
        ),
        Native(
            "-p tcp -m multiport --ports 0:1",
            expected=f"tcp sport . tcp dport {{ 2-65535 . 0-1, 0-1 . {_ANY} }}",
            reason=_LOSES_RANGE,
        ),
        Native(
            "-p tcp --sport 5 -m multiport --dports 1",
            expected="tcp sport 5 tcp dport { 1, 1 }",
            reason="joined to one test the two matches couldn't be told apart",
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    ports = st.integers(0, 0xFFFF) | st.integers(0, 9) | st.just(0xFFFF)
    ranges = st.tuples(ports, ports).filter(lambda p: p[0] < p[1]).map(lambda p: PortRange(*p))

    def of_protocol(protocol: int) -> st.SearchStrategy[Rule]:
        return whole_rules(
            st.builds(
                Multiport,
                which=st.sampled_from(("sports", "dports", "ports")),
                ports=st.lists(ports.map(PortRange.single) | ranges, min_size=1, max_size=7).map(
                    tuple
                ),
                negated=st.booleans(),
            ),
            protocol=Negatable(protocol),
        )

    return st.sampled_from((TCP, UDP, UDPLITE, SCTP, DCCP)).flatmap(of_protocol)


@pytest.mark.parametrize(
    "args",
    [
        "-m tcp -m multiport --dports 1",
        "-m tcp --sport 5 -m multiport --dports 1",
        "-m multiport --dports 1 -m tcp --sport 3",
        "-m multiport --dports 1 -m multiport --sports 3",
        "-m tcp -m multiport --dports 1,2",
        "-m tcp -m tcp --dport 80",
    ],
)
def test_matches_on_ports_side_by_side_are_told_apart(args: str) -> None:
    rule = parse(["-p", "tcp", *args.split()], chain="FORWARD")
    nft = to_nft(rule)
    decoded, _ = from_nft(
        nft.expr, version=IPVersion.V4, table="filter", chain="FORWARD", comment=nft.comment
    )
    assert decoded == rule


def test_order_makes_no_difference() -> None:
    def multiport(*ports: int) -> Multiport:
        return Multiport(which="dports", ports=tuple(map(PortRange.single, ports)))

    assert multiport(80, 443) == multiport(443, 80)
    assert hash(multiport(80, 443)) == hash(multiport(443, 80))
    assert multiport(80, 443) != multiport(80)


def test_lists_that_cannot_be_are_refused() -> None:
    kind: Any = "both"
    with pytest.raises(InvalidRule, match="'both' must be sports, dports or ports"):
        Multiport(which=kind, ports=(PortRange.single(1),))
    with pytest.raises(InvalidRule, match="1 to 15 ports, where a range counts as two, not 0"):
        Multiport(which="ports", ports=())


def test_foreign_lists_that_are_too_long_stay_opaque() -> None:
    statement = {
        "match": {
            "op": "==",
            "left": {"payload": {"protocol": "tcp", "field": "dport"}},
            "right": {"set": list(range(1, 17))},
        }
    }
    rule, _ = from_nft([statement], version=IPVersion.V4, table="filter", chain="FORWARD")
    assert not any(isinstance(match, Multiport | Tcp) for match in rule.matches)
