"""``-m icmp`` and ``-m icmp6``."""

from __future__ import annotations

from translate.evaluate.decision import Decision, negate
from translate.evaluate.matches.fields import all_of, in_range
from translate.evaluate.situation import Situation
from translate.matches._icmp import IcmpMatch
from translate.protocols import ICMP, ICMPV6

__all__ = ["icmp"]


def icmp(match: IcmpMatch, situation: Situation) -> Decision:
    """icmp_type_code_match: ``!`` turns the test of type and code together round."""
    packet = situation.packet
    if packet.protocol not in {ICMP, ICMPV6} or packet.fragment:
        return False
    if match.type is None:
        return not match.negated
    code = match.code
    same = all_of(
        in_range(packet.icmp_type, match.type, match.type, "ICMP type"),
        True if code is None else in_range(packet.icmp_code, code, code, "ICMP code"),
    )
    return negate(same, match.negated)
