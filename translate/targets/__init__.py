"""The target extensions, one module each; a target is added by its module and one line here."""

from __future__ import annotations

from typing import Any, Final

from translate.extension import TargetExtension
from translate.targets.audit import AuditExtension
from translate.targets.checksum import ChecksumExtension
from translate.targets.classify import ClassifyExtension
from translate.targets.clusterip import ClusteripExtension
from translate.targets.connmark import ConnmarkExtension
from translate.targets.connsecmark import ConnsecmarkExtension
from translate.targets.ct import CtExtension
from translate.targets.dnat import DnatExtension
from translate.targets.dnpt import DnptExtension
from translate.targets.dscp import DscpExtension
from translate.targets.ecn import EcnExtension
from translate.targets.hl import HlExtension
from translate.targets.hmark import HmarkExtension
from translate.targets.idletimer import IdletimerExtension
from translate.targets.led import LedExtension
from translate.targets.log import LogExtension
from translate.targets.mark import MarkExtension
from translate.targets.masquerade import MasqueradeExtension
from translate.targets.netmap import NetmapExtension
from translate.targets.nflog import NflogExtension
from translate.targets.nfqueue import NfqueueExtension
from translate.targets.notrack import NotrackExtension
from translate.targets.rateest import RateestExtension
from translate.targets.redirect import RedirectExtension
from translate.targets.reject import RejectExtension
from translate.targets.reject6 import Reject6Extension
from translate.targets.secmark import SecmarkExtension
from translate.targets.set import SetTargetExtension
from translate.targets.snat import SnatExtension
from translate.targets.snpt import SnptExtension
from translate.targets.synproxy import SynproxyExtension
from translate.targets.tcpmss import TcpmssExtension
from translate.targets.tcpoptstrip import TcpoptstripExtension
from translate.targets.tee import TeeExtension
from translate.targets.tos import TosExtension
from translate.targets.tproxy import TproxyExtension
from translate.targets.trace import TraceExtension
from translate.targets.ttl import TtlExtension
from translate.targets.ulog import UlogExtension

__all__ = ["TARGETS"]

TARGETS: Final[tuple[TargetExtension[Any], ...]] = (
    AuditExtension(),
    ChecksumExtension(),
    ClassifyExtension(),
    ClusteripExtension(),
    MarkExtension(),
    ConnmarkExtension(),
    ConnsecmarkExtension(),
    CtExtension(),
    DnatExtension(),
    DnptExtension(),
    TosExtension(),
    DscpExtension(),
    EcnExtension(),
    HlExtension(),
    HmarkExtension(),
    IdletimerExtension(),
    LedExtension(),
    LogExtension(),
    MasqueradeExtension(),
    NetmapExtension(),
    NflogExtension(),
    NfqueueExtension(),
    NotrackExtension(),
    RateestExtension(),
    RedirectExtension(),
    RejectExtension(),
    Reject6Extension(),
    SecmarkExtension(),
    SetTargetExtension(),
    SnatExtension(),
    SnptExtension(),
    SynproxyExtension(),
    TcpmssExtension(),
    TcpoptstripExtension(),
    TeeExtension(),
    TproxyExtension(),
    TraceExtension(),
    TtlExtension(),
    UlogExtension(),
)
"""In the order in which decoding tries them."""
