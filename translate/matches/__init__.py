"""The match extensions, one module each; a match is added by its module and one line here."""

from __future__ import annotations

from typing import Any, Final

from translate.extension import MatchExtension
from translate.matches.addrtype import AddrtypeExtension
from translate.matches.cgroup import CgroupExtension
from translate.matches.comment import CommentExtension
from translate.matches.conntrack import ConntrackExtension
from translate.matches.cpu import CpuExtension
from translate.matches.dccp import DccpExtension
from translate.matches.devgroup import DevgroupExtension
from translate.matches.icmp import IcmpExtension
from translate.matches.icmp6 import Icmp6Extension
from translate.matches.multiport import MultiportExtension
from translate.matches.owner import OwnerExtension
from translate.matches.realm import RealmExtension
from translate.matches.sctp import SctpExtension
from translate.matches.state import StateExtension
from translate.matches.tcp import TcpExtension
from translate.matches.udp import UdpExtension
from translate.opaque import OpaqueExtension

__all__ = ["MATCHES"]

MATCHES: Final[tuple[MatchExtension[Any], ...]] = (
    AddrtypeExtension(),
    CgroupExtension(),
    CommentExtension(),
    ConntrackExtension(),
    CpuExtension(),
    DccpExtension(),
    DevgroupExtension(),
    IcmpExtension(),
    Icmp6Extension(),
    MultiportExtension(),
    OwnerExtension(),
    RealmExtension(),
    SctpExtension(),
    StateExtension(),
    TcpExtension(),
    UdpExtension(),
    OpaqueExtension(),
)
"""In the order in which decoding tries them."""
