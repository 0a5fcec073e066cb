"""``-m icmp6``: type and code (IPv6)."""

from __future__ import annotations

from typing import Final

from translate.matches._icmp import IcmpFamilyExtension, IcmpMatch, IcmpType
from translate.protocols import ICMPV6
from translate.types import IPVersion

__all__ = ["ICMPV6_TYPES", "Icmp6", "Icmp6Extension"]

ICMPV6_TYPES: Final = (
    IcmpType("destination-unreachable", 1),
    IcmpType("no-route", 1, 0),
    IcmpType("communication-prohibited", 1, 1),
    IcmpType("beyond-scope", 1, 2),
    IcmpType("address-unreachable", 1, 3),
    IcmpType("port-unreachable", 1, 4),
    IcmpType("failed-policy", 1, 5),
    IcmpType("reject-route", 1, 6),
    IcmpType("packet-too-big", 2),
    IcmpType("time-exceeded", 3),
    IcmpType("ttl-exceeded", 3),
    IcmpType("ttl-zero-during-transit", 3, 0),
    IcmpType("ttl-zero-during-reassembly", 3, 1),
    IcmpType("parameter-problem", 4),
    IcmpType("bad-header", 4, 0),
    IcmpType("unknown-header-type", 4, 1),
    IcmpType("unknown-option", 4, 2),
    IcmpType("echo-request", 128),
    IcmpType("ping", 128),
    IcmpType("echo-reply", 129),
    IcmpType("pong", 129),
    IcmpType("router-solicitation", 133),
    IcmpType("router-advertisement", 134),
    IcmpType("neighbour-solicitation", 135),
    IcmpType("neighbor-solicitation", 135),
    IcmpType("neighbour-advertisement", 136),
    IcmpType("neighbor-advertisement", 136),
    IcmpType("redirect", 137),
)
"""The names that ip6tables -p ipv6-icmp -h lists."""

_NFT_TYPES: Final = {
    "destination-unreachable": 1,
    "packet-too-big": 2,
    "time-exceeded": 3,
    "parameter-problem": 4,
    "echo-request": 128,
    "echo-reply": 129,
    "mld-listener-query": 130,
    "mld-listener-report": 131,
    "mld-listener-done": 132,
    "mld-listener-reduction": 132,
    "nd-router-solicit": 133,
    "nd-router-advert": 134,
    "nd-neighbor-solicit": 135,
    "nd-neighbor-advert": 136,
    "nd-redirect": 137,
    "router-renumbering": 138,
    "ind-neighbor-solicit": 141,
    "ind-neighbor-advert": 142,
    "mld2-listener-report": 143,
}
_NFT_CODES: Final = {
    "no-route": 0,
    "admin-prohibited": 1,
    "addr-unreachable": 3,
    "port-unreachable": 4,
    "policy-fail": 5,
    "reject-route": 6,
}


class Icmp6(IcmpMatch):
    """``--icmpv6-type`` of IPv6."""

    __slots__ = ()
    name = "icmp6"


class Icmp6Extension(IcmpFamilyExtension[Icmp6]):
    """Translates ``-m icmp6``."""

    name = "icmp6"
    aliases = ("icmpv6", "ipv6-icmp")
    value = Icmp6
    versions = frozenset({IPVersion.V6})
    protocols = (ICMPV6,)
    implied_protocol = ICMPV6
    option_name = "icmpv6-type"
    header = "icmpv6"
    types = ICMPV6_TYPES
    nft_types = _NFT_TYPES
    nft_codes = _NFT_CODES
