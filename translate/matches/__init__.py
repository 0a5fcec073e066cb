"""The match extensions, one module each; a match is added by its module and one line here."""

from __future__ import annotations

from typing import Any, Final

from translate.extension import MatchExtension
from translate.matches.addrtype import AddrtypeExtension
from translate.matches.ah import AhExtension
from translate.matches.bpf import BpfExtension
from translate.matches.cgroup import CgroupExtension
from translate.matches.cluster import ClusterExtension
from translate.matches.comment import CommentExtension
from translate.matches.connbytes import ConnbytesExtension
from translate.matches.connlabel import ConnlabelExtension
from translate.matches.connlimit import ConnlimitExtension
from translate.matches.connmark import ConnmarkExtension
from translate.matches.conntrack import ConntrackExtension
from translate.matches.cpu import CpuExtension
from translate.matches.dccp import DccpExtension
from translate.matches.devgroup import DevgroupExtension
from translate.matches.dscp import DscpExtension
from translate.matches.dst import DstExtension
from translate.matches.ecn import EcnExtension
from translate.matches.esp import EspExtension
from translate.matches.eui64 import Eui64Extension
from translate.matches.frag import FragExtension
from translate.matches.hashlimit import HashlimitExtension
from translate.matches.hbh import HbhExtension
from translate.matches.helper import HelperExtension
from translate.matches.hl import HlExtension
from translate.matches.icmp import IcmpExtension
from translate.matches.icmp6 import Icmp6Extension
from translate.matches.ipcomp import IpcompExtension
from translate.matches.iprange import IprangeExtension
from translate.matches.ipv6header import Ipv6headerExtension
from translate.matches.ipvs import IpvsExtension
from translate.matches.length import LengthExtension
from translate.matches.limit import LimitExtension
from translate.matches.mac import MacExtension
from translate.matches.mark import MarkExtension
from translate.matches.mh import MhExtension
from translate.matches.multiport import MultiportExtension
from translate.matches.nfacct import NfacctExtension
from translate.matches.osf import OsfExtension
from translate.matches.owner import OwnerExtension
from translate.matches.physdev import PhysdevExtension
from translate.matches.pkttype import PkttypeExtension
from translate.matches.policy import PolicyExtension
from translate.matches.quota import QuotaExtension
from translate.matches.rateest import RateestExtension
from translate.matches.realm import RealmExtension
from translate.matches.recent import RecentExtension
from translate.matches.rpfilter import RpfilterExtension
from translate.matches.rt import RtExtension
from translate.matches.sctp import SctpExtension
from translate.matches.set import SetExtension
from translate.matches.socket import SocketExtension
from translate.matches.srh import SrhExtension
from translate.matches.state import StateExtension
from translate.matches.statistic import StatisticExtension
from translate.matches.string import StringExtension
from translate.matches.tcp import TcpExtension
from translate.matches.tcpmss import TcpmssExtension
from translate.matches.time import TimeExtension
from translate.matches.tos import TosExtension
from translate.matches.ttl import TtlExtension
from translate.matches.u32 import U32Extension
from translate.matches.udp import UdpExtension
from translate.opaque import OpaqueExtension

__all__ = ["MATCHES"]

MATCHES: Final[tuple[MatchExtension[Any], ...]] = (
    AddrtypeExtension(),
    AhExtension(),
    BpfExtension(),
    CgroupExtension(),
    ClusterExtension(),
    CommentExtension(),
    ConnbytesExtension(),
    ConnlabelExtension(),
    ConnlimitExtension(),
    ConnmarkExtension(),
    ConntrackExtension(),
    CpuExtension(),
    DccpExtension(),
    DevgroupExtension(),
    DscpExtension(),
    DstExtension(),
    EcnExtension(),
    EspExtension(),
    Eui64Extension(),
    FragExtension(),
    HashlimitExtension(),
    HbhExtension(),
    HelperExtension(),
    HlExtension(),
    IcmpExtension(),
    Icmp6Extension(),
    IpcompExtension(),
    IprangeExtension(),
    Ipv6headerExtension(),
    IpvsExtension(),
    LengthExtension(),
    LimitExtension(),
    MacExtension(),
    MarkExtension(),
    MhExtension(),
    MultiportExtension(),
    NfacctExtension(),
    OsfExtension(),
    OwnerExtension(),
    PhysdevExtension(),
    PkttypeExtension(),
    PolicyExtension(),
    QuotaExtension(),
    RateestExtension(),
    RealmExtension(),
    RecentExtension(),
    RpfilterExtension(),
    SrhExtension(),  # a routing header of type 4: before rt
    RtExtension(),
    SctpExtension(),
    SetExtension(),
    SocketExtension(),
    StateExtension(),
    StatisticExtension(),
    StringExtension(),
    TcpExtension(),
    TcpmssExtension(),
    TimeExtension(),
    TosExtension(),
    TtlExtension(),
    U32Extension(),
    UdpExtension(),
    OpaqueExtension(),
)
"""In the order in which decoding tries them."""
