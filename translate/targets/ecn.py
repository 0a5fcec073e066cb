"""``-j ECN``: change the bits of explicit congestion notification (IPv4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.statements import payload
from translate.protocols import TCP
from translate.rule import Rule, Target
from translate.types import IPVersion, Statement
from translate.values.ecn import ecn_from_json
from translate.values.uints import read_uint

__all__ = ["Ecn", "EcnExtension"]

_REMOVE: Final = frozenset({"ecn-tcp-remove"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ecn(Target):
    """The bits to set; None leaves one alone.

    Args:
        tcp_ece: ``--ecn-tcp-ece``.
        tcp_cwr: ``--ecn-tcp-cwr``; with both of them off, ``--ecn-tcp-remove``.
        ip_ect: ``--ecn-ip-ect``, the two bits of the IP header.
    """

    name: ClassVar[str] = "ECN"
    tcp_ece: bool | None = None
    tcp_cwr: bool | None = None
    ip_ect: int | None = None

    def __post_init__(self) -> None:
        if (self.tcp_ece, self.tcp_cwr, self.ip_ect) == (None, None, None):
            raise InvalidRule("ecn: no bits to set")
        if not 0 <= (self.ip_ect or 0) <= 3:
            raise InvalidRule(f"ecn: the IP header's bits must be 0 to 3, not {self.ip_ect}")


class EcnExtension(TargetExtension[Ecn]):
    """Translates ``-j ECN``; iptables-translate does not."""

    name = "ECN"
    value = Ecn
    versions = frozenset({IPVersion.V4})
    tables = frozenset({"mangle"})
    options = (
        Option(name="ecn-tcp-remove", words=0, excludes=frozenset({"ecn-tcp-ece", "ecn-tcp-cwr"})),
        Option(name="ecn-tcp-ece", excludes=_REMOVE),
        Option(name="ecn-tcp-cwr", excludes=_REMOVE),
        Option(name="ecn-ip-ect"),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Ecn:
        ece, cwr = given.get("ecn-tcp-ece"), given.get("ecn-tcp-cwr")
        ect, remove = given.get("ecn-ip-ect"), given.get("ecn-tcp-remove")
        if not given:
            raise given.error("one of --ecn-tcp-remove, --ecn-ip-ect must be given")
        for option in (ece, cwr, remove):
            if option is not None and not context.has_protocol(TCP):
                raise option.error("needs -p tcp")
        return Ecn(
            tcp_ece=False if remove is not None else _bit(ece),
            tcp_cwr=False if remove is not None else _bit(cwr),
            ip_ect=None if ect is None else read_uint(ect, maximum=3),
        )

    def format(self, value: Ecn, context: ParseContext) -> Sequence[str]:
        del context
        if value.tcp_ece is False and value.tcp_cwr is False and value.ip_ect is None:
            return ["--ecn-tcp-remove"]
        words = [] if value.tcp_ece is None else ["--ecn-tcp-ece", str(int(value.tcp_ece))]
        if value.tcp_cwr is not None:
            words += ["--ecn-tcp-cwr", str(int(value.tcp_cwr))]
        return words if value.ip_ect is None else [*words, "--ecn-ip-ect", str(value.ip_ect)]

    def to_nft(self, value: Ecn, rule: Rule) -> list[Statement]:
        del rule
        if value.tcp_ece is not None or value.tcp_cwr is not None:
            raise Untranslatable("-j ECN on TCP's bits", "nft cannot set single TCP flags")
        return [{"mangle": {"key": payload("ip", "ecn"), "value": value.ip_ect}}]

    def hint(self, value: Ecn) -> str | None:
        del value
        return ""

    def from_hint(self, cursor: Cursor, hint: str) -> Ecn | None:
        statement = cursor.peek() or {}
        body = statement.get("mangle")
        if hint or not isinstance(body, dict) or body.get("key") != payload("ip", "ecn"):
            return None
        bits = ecn_from_json(body.get("value"))
        if bits is None:
            return None
        cursor.take()
        return Ecn(ip_ect=bits)


def _bit(given: Given | None) -> bool | None:
    return None if given is None else read_uint(given, maximum=1) == 1
