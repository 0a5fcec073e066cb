"""``-j REJECT`` (IPv4): drop, and tell the sender."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.targets._reject import (
    TCP_RESET,
    RejectAnswer,
    RejectFamilyExtension,
    RejectTarget,
)
from translate.types import IPVersion

__all__ = ["Reject", "RejectExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(RejectTarget):
    """``--reject-with`` of IPv4."""

    name: ClassVar[str] = "REJECT"
    answers: ClassVar[tuple[RejectAnswer, ...]] = (
        RejectAnswer("icmp-net-unreachable", "net-unreach", "net-unreachable"),
        RejectAnswer("icmp-host-unreachable", "host-unreach", "host-unreachable"),
        RejectAnswer("icmp-proto-unreachable", "proto-unreach", "prot-unreachable"),
        RejectAnswer("icmp-port-unreachable", "port-unreach", "port-unreachable"),
        RejectAnswer("icmp-net-prohibited", "net-prohib", "net-prohibited"),
        RejectAnswer("icmp-host-prohibited", "host-prohib", "host-prohibited"),
        RejectAnswer(TCP_RESET, "tcp-rst", ""),
        RejectAnswer("icmp-admin-prohibited", "admin-prohib", "admin-prohibited"),
    )


class RejectExtension(RejectFamilyExtension[Reject]):
    """Translates ``-j REJECT`` of IPv4."""

    value = Reject
    versions = frozenset({IPVersion.V4})
    default = "icmp-port-unreachable"
    nft_type = "icmp"
