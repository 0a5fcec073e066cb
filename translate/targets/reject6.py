"""``-j REJECT`` (IPv6): drop, and tell the sender."""

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

__all__ = ["Reject6", "Reject6Extension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject6(RejectTarget):
    """``--reject-with`` of IPv6."""

    name: ClassVar[str] = "REJECT"
    answers: ClassVar[tuple[RejectAnswer, ...]] = (
        RejectAnswer("icmp6-no-route", "no-route", "no-route"),
        RejectAnswer("icmp6-adm-prohibited", "adm-prohibited", "admin-prohibited"),
        RejectAnswer("icmp6-addr-unreachable", "addr-unreach", "addr-unreachable"),
        RejectAnswer("icmp6-port-unreachable", "port-unreach", "port-unreachable"),
        RejectAnswer(TCP_RESET, TCP_RESET, ""),
        RejectAnswer("icmp6-policy-fail", "policy-fail", "policy-fail"),
        RejectAnswer("icmp6-reject-route", "reject-route", "reject-route"),
    )


class Reject6Extension(RejectFamilyExtension[Reject6]):
    """Translates ``-j REJECT`` of IPv6."""

    value = Reject6
    versions = frozenset({IPVersion.V6})
    default = "icmp6-port-unreachable"
    nft_type = "icmpv6"
