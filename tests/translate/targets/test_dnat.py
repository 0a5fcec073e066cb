"""``-j DNAT``."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import addresses, port_ranges, versions, whole_rules
from translate import InvalidRule, IPVersion, Negatable, PortRange, Rule
from translate.protocols import DCCP, ICMP, SCTP, TCP, UDP
from translate.targets._nat import NatFlags, NatRange
from translate.targets.dnat import Dnat
from translate.types import IPAddress

V4, V6 = (4,), (6,)
NAT = At(table="nat", chain="PREROUTING", versions=V4)

CASES = ExtensionCases(
    name="DNAT",
    saves=(
        NAT.case("-j DNAT --to-destination 1.2.3.4"),
        NAT.case("-j DNAT --to-destination 1.2.3.4", chain="OUTPUT"),
        NAT.case("-j DNAT --to-destination 1.2.3.4", chain="USER"),
        NAT.case("-j DNAT --to 1.2.3.4-1.2.3.9", "-j DNAT --to-destination 1.2.3.4-1.2.3.9"),
        NAT.case("-j DNAT --to-destination 1.2.3.9-1.2.3.4"),
        NAT.case("-j DNAT --to 1.2.3.4-1.2.3.4", "-j DNAT --to-destination 1.2.3.4"),
        NAT.case("-p tcp -j DNAT --to-destination 1.2.3.4:80-90"),
        NAT.case("-p tcp -j DNAT --to-destination 1.2.3.4:0-10"),
        NAT.case("-p tcp -j DNAT --to 1.2.3.4:80-80", "-p tcp -j DNAT --to-destination 1.2.3.4:80"),
        NAT.case("-p tcp -j DNAT --to 1.2.3.4:www", "-p tcp -j DNAT --to-destination 1.2.3.4:80"),
        NAT.case("-p tcp -j DNAT --to :ftp-data", "-p tcp -j DNAT --to-destination :20"),
        NAT.case("-p tcp -j DNAT --to :0x50", "-p tcp -j DNAT --to-destination :80"),
        NAT.case("-p tcp -j DNAT --to-destination 1.2.3.4:80-90/85"),
        NAT.case("-p tcp -j DNAT --to :80-90/http", "-p tcp -j DNAT --to-destination :80-90/80"),
        NAT.case(
            "-p tcp -j DNAT --to-destination :80-80/85",
            oracle=False,
            reason="iptables-save prints :80/85, which iptables does not read",
        ),
        NAT.case("! -p tcp -j DNAT --to-destination 1.2.3.4:80"),
        *(
            NAT.case(f"-p {name} -j DNAT --to-destination 1.2.3.4:80")
            for name in ("udp", "sctp", "dccp", "icmp")
        ),
        NAT.case(
            "-j DNAT --persistent --random --to-destination 1.2.3.4",
            "-j DNAT --to-destination 1.2.3.4 --random --persistent",
        ),
        NAT.case("-j DNAT --to-destination fe80::1", versions=V6),
        NAT.case("-j DNAT --to [fe80::1]", "-j DNAT --to-destination fe80::1", versions=V6),
        NAT.case("-j DNAT --to-destination fe80::1-fe80::9", versions=V6),
        NAT.case("-j DNAT --to-destination ::ffff:1.2.3.4", versions=V6),
        NAT.case("-p tcp -j DNAT --to-destination [fe80::1]:80", versions=V6),
        NAT.case("-p tcp -j DNAT --to-destination [fe80::1-fe80::9]:80-90", versions=V6),
        NAT.case("-p tcp -j DNAT --to-destination [fe80::1]:80-90/85", versions=V6),
        NAT.case("-p tcp -j DNAT --to-destination :80", versions=V6),
        NAT.case("-p tcp -j DNAT --to []:80", "-p tcp -j DNAT --to-destination :80", versions=V6),
    ),
    refused=(
        NAT.refusal("-j DNAT", "--to-destination must be given"),
        NAT.refusal("-j DNAT --random", "--to-destination must be given"),
        NAT.refusal("-j DNAT --to-destination 1.2.3.4:80", "needs -p tcp"),
        NAT.refusal("-p udplite -j DNAT --to-destination 1.2.3.4:80", "needs -p tcp"),
        NAT.refusal("-p gre -j DNAT --to-destination 1.2.3.4:80", "needs -p tcp"),
        NAT.refusal("-j DNAT --to-destination 1.2.3.4:80 -p tcp", "needs -p before it"),
        NAT.refusal("-p icmpv6 -j DNAT --to-destination [fe80::1]:80", "needs -p", versions=V6),
        *(
            NAT.refusal(f"-p tcp -j DNAT --to-destination '{to}'", match)
            for to, match in (
                ("1.2.3.4:65536", "invalid port"),
                ("1.2.3.4:80-65536", "invalid port"),
                ("1.2.3.4:90-80", "90 is above 80"),
                ("1.2.3.4:http-90", "invalid port"),
                ("1.2.3.4:80-http", "invalid port"),
                ("1.2.3.4:80-", "invalid port"),
                ("1.2.3.4:-80", "invalid port"),
                ("1.2.3.4:", "invalid port"),
                (":", "invalid port"),
                ("1.2.3.4:80-90-95", "invalid port"),
                ("1.2.3.4:80:90", "invalid port"),
                ("1.2.3.4:80x", "invalid port"),
                ("1.2.3.4:80/85", "invalid base port"),
                ("1.2.3.4:80-90/", "invalid base port"),
                ("1.2.3.4:80-90/0", "invalid base port"),
                ("1.2.3.4:80-90/70000", "invalid base port"),
                ("", "not an IPv4 address"),
                ("0x1.2.3.4", "four decimal numbers"),
                ("1.2.3.04", "four decimal numbers"),
                ("+1.2.3.4", "four decimal numbers"),
                ("1.2.3.4-", "not an IPv4 address"),
                ("-1.2.3.4", "not an IPv4 address"),
                ("1.2.3", "not an IPv4 address"),
                ("1.2.3.4/24", "not an IPv4 address"),
                ("localhost", "not an IPv4 address"),
                ("1.2.3.4-1.2.3.5-1.2.3.6", "not an IPv4 address"),
            )
        ),
        NAT.refusal("-j DNAT --to-destination 1.2.3.4", "not an IPv6 address", versions=V6),
        NAT.refusal("-p tcp -j DNAT --to-destination [fe80::1", "should read", versions=V6),
        NAT.refusal("-p tcp -j DNAT --to-destination [fe80::1]:", "invalid port", versions=V6),
        NAT.refusal("-p tcp -j DNAT --to-destination :::80", "not an IPv6 address", versions=V6),
        NAT.refusal(
            "-p tcp -j DNAT --to-destination [fe80::1]80",
            "should read",
            versions=V6,
            oracle=False,
            reason="iptables overlooks what follows the bracket",
        ),
        NAT.refusal(
            "-p tcp -j DNAT --to-destination 1.2.3.4:80-90/85x",
            "invalid base port",
            oracle=False,
            reason="iptables overlooks what follows the base port",
        ),
        NAT.refusal("-j DNAT --to-destination 1.2.3.4 --random-fully", "unknown option"),
        NAT.refusal("-j DNAT --to 1.2.3.4 --to 1.2.3.8", "only once"),
        NAT.refusal("-j DNAT ! --to-destination 1.2.3.4", "'!' is not allowed"),
        NAT.refusal("-j DNAT --to-destination 1.2.3.4", "only in chain", chain="INPUT"),
        NAT.refusal("-j DNAT --to-destination 1.2.3.4", "only in chain", chain="POSTROUTING"),
        NAT.refusal("-j DNAT --to-destination 1.2.3.4", "only in table nat", table="mangle"),
    ),
    native=(
        NAT.native("-j DNAT --to-destination 1.2.3.4"),
        NAT.native("-j DNAT --to-destination 1.2.3.4-1.2.3.9"),
        NAT.native("-j DNAT --to-destination 1.2.3.4-1.2.3.5"),
        NAT.native("-p tcp -j DNAT --to-destination 1.2.3.4:80"),
        NAT.native("-p tcp -j DNAT --to-destination 1.2.3.4-1.2.3.5:80-90"),
        NAT.native("-p tcp --dport 8080 -j DNAT --to-destination 1.2.3.4:80"),
        NAT.native("-p udp -j DNAT --to-destination :80-90 --random --persistent"),
        NAT.native("-p icmp -j DNAT --to-destination 1.2.3.4:80"),
        NAT.native("-j DNAT --to-destination 1.2.3.4 --random"),
        NAT.native("-j DNAT --to-destination 1.2.3.4 --persistent"),
        NAT.untranslatable("-p tcp -j DNAT --to-destination 1.2.3.4:80-90/85", "base port"),
        NAT.untranslatable("-j DNAT --to-destination 1.2.3.9-1.2.3.4", "backwards"),
        NAT.untranslatable("! -p tcp -j DNAT --to-destination 1.2.3.4:80", "the protocol"),
        NAT.native("-j DNAT --to-destination fe80::1", versions=V6),
        NAT.native("-p tcp -j DNAT --to-destination [fe80::1]:80-90 --persistent", versions=V6),
        NAT.native(
            "-p tcp -j DNAT --to-destination [fe80::1-fe80::9]:80-90",
            versions=V6,
            expected="meta l4proto tcp counter dnat to [fe80::1]-[fe80::9]:80-90",
            reason="iptables-translate's brackets are not nft's",
        ),
    ),
)


def _pairs(version: IPVersion) -> st.SearchStrategy[tuple[IPAddress, IPAddress]]:
    one = addresses(version)
    return one.map(lambda first: (first, first)) | st.tuples(one, one)


@st.composite
def nat_rules(draw: st.DrawFn, kind: type, *, shifted: bool, chains: tuple[str, ...]) -> Rule:
    """Rules around DNAT or SNAT."""
    version = draw(versions())
    protocol = draw(st.none() | st.sampled_from([TCP, UDP, SCTP, DCCP, ICMP]))
    ports = draw(st.none() | port_ranges()) if protocol else None
    base = None
    if ports is not None and shifted and not ports.is_single:
        base = draw(st.none() | st.integers(1, 0xFFFF))
    pair = draw(_pairs(version)) if ports is None or draw(st.booleans()) else (None, None)
    flags = NatFlags(
        random=draw(st.booleans()),
        persistent=draw(st.booleans()),
        fully_random=not shifted and draw(st.booleans()),
    )
    to = NatRange(first=pair[0], last=pair[1], ports=ports, base_port=base)
    negated = protocol is not None and draw(st.booleans()) and draw(st.booleans())
    return draw(
        whole_rules(
            target=st.just(kind(to=to, flags=flags)),
            version=st.just(version),
            tables=("nat",),
            chains=chains,
            protocol=None if protocol is None else Negatable(protocol, negated),
        )
    )


def rules() -> st.SearchStrategy[Rule]:
    return nat_rules(Dnat, shifted=True, chains=("PREROUTING", "OUTPUT", "CUSTOM"))


_A4, _A6 = ip_address("10.0.0.1"), ip_address("fe80::1")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "needs an address or a port"),
        ({"base_port": 5, "first": _A4, "last": _A4}, "needs a range of ports"),
        ({"base_port": 0, "ports": PortRange(1, 2)}, "must be 1 to 65535"),
        ({"first": _A4}, "both a first and a last"),
        ({"first": _A4, "last": _A6}, "differ in IP version"),
    ],
)
def test_wrong_ranges(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        NatRange(**values)  # type: ignore[arg-type] # one wrong value at a time
