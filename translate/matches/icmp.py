"""``-m icmp``: type and code (IPv4)."""

from __future__ import annotations

from typing import Final

from translate.matches._icmp import IcmpFamilyExtension, IcmpMatch, IcmpType
from translate.protocols import ICMP
from translate.types import IPVersion

__all__ = ["ICMP_TYPES", "Icmp", "IcmpExtension"]

ICMP_TYPES: Final = (
    IcmpType("any", 255),
    IcmpType("echo-reply", 0),
    IcmpType("pong", 0),
    IcmpType("destination-unreachable", 3),
    IcmpType("network-unreachable", 3, 0),
    IcmpType("host-unreachable", 3, 1),
    IcmpType("protocol-unreachable", 3, 2),
    IcmpType("port-unreachable", 3, 3),
    IcmpType("fragmentation-needed", 3, 4),
    IcmpType("source-route-failed", 3, 5),
    IcmpType("network-unknown", 3, 6),
    IcmpType("host-unknown", 3, 7),
    IcmpType("network-prohibited", 3, 9),
    IcmpType("host-prohibited", 3, 10),
    IcmpType("TOS-network-unreachable", 3, 11),
    IcmpType("TOS-host-unreachable", 3, 12),
    IcmpType("communication-prohibited", 3, 13),
    IcmpType("host-precedence-violation", 3, 14),
    IcmpType("precedence-cutoff", 3, 15),
    IcmpType("source-quench", 4),
    IcmpType("redirect", 5),
    IcmpType("network-redirect", 5, 0),
    IcmpType("host-redirect", 5, 1),
    IcmpType("TOS-network-redirect", 5, 2),
    IcmpType("TOS-host-redirect", 5, 3),
    IcmpType("echo-request", 8),
    IcmpType("ping", 8),
    IcmpType("router-advertisement", 9),
    IcmpType("router-solicitation", 10),
    IcmpType("time-exceeded", 11),
    IcmpType("ttl-exceeded", 11),
    IcmpType("ttl-zero-during-transit", 11, 0),
    IcmpType("ttl-zero-during-reassembly", 11, 1),
    IcmpType("parameter-problem", 12),
    IcmpType("ip-header-bad", 12, 0),
    IcmpType("required-option-missing", 12, 1),
    IcmpType("timestamp-request", 13),
    IcmpType("timestamp-reply", 14),
    IcmpType("address-mask-request", 17),
    IcmpType("address-mask-reply", 18),
)
"""The names that iptables -p icmp -h lists."""

_NFT_TYPES: Final = {
    "echo-reply": 0,
    "destination-unreachable": 3,
    "source-quench": 4,
    "redirect": 5,
    "echo-request": 8,
    "router-advertisement": 9,
    "router-solicitation": 10,
    "time-exceeded": 11,
    "parameter-problem": 12,
    "timestamp-request": 13,
    "timestamp-reply": 14,
    "info-request": 15,
    "info-reply": 16,
    "address-mask-request": 17,
    "address-mask-reply": 18,
}
_NFT_CODES: Final = {
    "net-unreachable": 0,
    "host-unreachable": 1,
    "prot-unreachable": 2,
    "port-unreachable": 3,
    "frag-needed": 4,
    "net-prohibited": 9,
    "host-prohibited": 10,
    "admin-prohibited": 13,
}


class Icmp(IcmpMatch):
    """``--icmp-type`` of IPv4."""

    __slots__ = ()
    name = "icmp"


class IcmpExtension(IcmpFamilyExtension[Icmp]):
    """Translates ``-m icmp``."""

    name = "icmp"
    value = Icmp
    versions = frozenset({IPVersion.V4})
    protocols = (ICMP,)
    implied_protocol = ICMP
    option_name = "icmp-type"
    header = "icmp"
    types = ICMP_TYPES
    nft_types = _NFT_TYPES
    nft_codes = _NFT_CODES
    has_any = True
