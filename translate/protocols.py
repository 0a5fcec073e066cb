"""IP protocol names and numbers.

iptables asks getprotobyname(3), whose answer depends on the host's ``/etc/protocols``; the table
here is Debian's (IANA's names), so that a translation is the same everywhere. The second table is
libxtables' own ``xtables_chain_protos``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from translate.numbers import parse_uint

__all__ = [
    "AH",
    "DCCP",
    "ESP",
    "ICMP",
    "ICMPV6",
    "IPCOMP",
    "MH",
    "MPTCP",
    "SCTP",
    "TCP",
    "UDP",
    "UDPLITE",
    "nft_protocol",
    "protocol_by_name",
    "protocol_in_option",
    "protocol_name",
    "protocol_number",
]

ICMP: Final = 1
TCP: Final = 6
UDP: Final = 17
DCCP: Final = 33
ESP: Final = 50
AH: Final = 51
ICMPV6: Final = 58
IPCOMP: Final = 108
SCTP: Final = 132
MH: Final = 135
UDPLITE: Final = 136
MPTCP: Final = 262
"""What a socket may ask for; no packet carries it, but iptables takes its name after ``-p``."""

_IANA: Final = MappingProxyType(
    {
        "ip": 0,
        "hopopt": 0,
        "icmp": 1,
        "igmp": 2,
        "ggp": 3,
        "ipencap": 4,
        "st": 5,
        "tcp": 6,
        "egp": 8,
        "igp": 9,
        "pup": 12,
        "udp": 17,
        "hmp": 20,
        "xns-idp": 22,
        "rdp": 27,
        "iso-tp4": 29,
        "dccp": 33,
        "xtp": 36,
        "ddp": 37,
        "idpr-cmtp": 38,
        "ipv6": 41,
        "ipv6-route": 43,
        "ipv6-frag": 44,
        "idrp": 45,
        "rsvp": 46,
        "gre": 47,
        "esp": 50,
        "ah": 51,
        "skip": 57,
        "ipv6-icmp": 58,
        "ipv6-nonxt": 59,
        "ipv6-opts": 60,
        "rspf": 73,
        "vmtp": 81,
        "eigrp": 88,
        "ospf": 89,
        "ax.25": 93,
        "ipip": 94,
        "etherip": 97,
        "encap": 98,
        "pim": 103,
        "ipcomp": 108,
        "vrrp": 112,
        "l2tp": 115,
        "isis": 124,
        "sctp": 132,
        "fc": 133,
        "mobility-header": 135,
        "udplite": 136,
        "mpls-in-ip": 137,
        "manet": 138,
        "hip": 139,
        "shim6": 140,
        "wesp": 141,
        "rohc": 142,
        "ethernet": 143,
        "mptcp": 262,
    }
)
_IRREGULAR: Final = MappingProxyType(
    {
        "ipencap": ("IP-ENCAP",),
        "ipv6": ("IPv6",),
        "ipv6-route": ("IPv6-Route",),
        "ipv6-frag": ("IPv6-Frag",),
        "esp": ("IPSEC-ESP",),
        "ah": ("IPSEC-AH",),
        "ipv6-icmp": ("IPv6-ICMP",),
        "ipv6-nonxt": ("IPv6-NoNxt",),
        "ipv6-opts": ("IPv6-Opts",),
        "rspf": ("RSPF", "CPHB"),
        "ospf": ("OSPFIGP",),
        "mobility-header": ("Mobility-Header",),
        "udplite": ("UDPLite",),
        "mpls-in-ip": ("MPLS-in-IP",),
        "manet": (),
        "shim6": ("Shim6",),
        "ethernet": ("Ethernet",),
    }
)
_ALIASES: Final = MappingProxyType(
    {
        alias: number
        for name, number in _IANA.items()
        for alias in _IRREGULAR.get(name, (name.upper(),))
    }
)
_LIBXTABLES: Final = MappingProxyType(
    {
        "tcp": TCP,
        "sctp": SCTP,
        "udp": UDP,
        "udplite": UDPLITE,
        "icmp": ICMP,
        "icmpv6": ICMPV6,
        "ipv6-icmp": ICMPV6,
        "esp": ESP,
        "ah": AH,
        "ipv6-mh": MH,
        "mh": MH,
        "all": 0,
    }
)
_NAMES: Final = MappingProxyType({number: name for name, number in reversed([*_IANA.items()])})
_NFT_NAMES: Final = MappingProxyType(
    {
        "tcp": TCP,
        "udp": UDP,
        "udplite": UDPLITE,
        "esp": ESP,
        "ah": AH,
        "icmp": ICMP,
        "icmpv6": ICMPV6,
        "ipv6-icmp": ICMPV6,
        "comp": IPCOMP,
        "dccp": DCCP,
        "sctp": SCTP,
    }
)


def protocol_number(text: str) -> int | None:
    """The number of ``-p TEXT``, or None where iptables knows no such protocol.

    As xtables_parse_protocol: a number of any base that strtoul(3) reads, else a name in any case.
    """
    name = text.lower()
    known = _IANA.get(name, _LIBXTABLES.get(name))
    return parse_uint(text, maximum=255) if known is None else known


def protocol_by_name(name: str) -> int | None:
    """The number of a protocol, or None: as getprotobyname(3), which heeds case."""
    return _IANA.get(name, _ALIASES.get(name))


def protocol_in_option(text: str) -> int | None:
    """The number of the protocol that a match's option names, or None.

    Unlike with ``-p``, iptables doesn't put the name into lower case first.
    """
    number = parse_uint(text, maximum=255)
    if number is None:
        number = protocol_by_name(text)
    if number is None:
        number = _LIBXTABLES.get(text)
    return None if number == MPTCP else number


def protocol_name(number: int) -> str:
    """The name that iptables-save prints for a protocol, or its number where it has none."""
    return _NAMES.get(number, str(number))


def nft_protocol(value: object) -> int | None:
    """The number of a protocol as libnftables' JSON writes it (a name or a number), or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= 255 else None
    number = _IANA.get(value, _NFT_NAMES.get(value)) if isinstance(value, str) else None
    return None if number == MPTCP else number
