"""``-j MASQUERADE``: rewrite the source to the outgoing interface's address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.rule import Rule, Target
from translate.targets._nat import (
    NO_FLAGS,
    RANDOM,
    RANDOM_FULLY,
    NatFlags,
    NatRange,
    format_flags,
    format_ports,
    nat_from_nft,
    nat_to_nft,
    parse_flags,
    parse_nat_ports,
)
from translate.types import PortRange, Statement

__all__ = ["Masquerade", "MasqueradeExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Masquerade(Target):
    """``--to-ports`` and flags."""

    name: ClassVar[str] = "MASQUERADE"
    ports: PortRange | None = None
    flags: NatFlags = NO_FLAGS


class MasqueradeExtension(TargetExtension[Masquerade]):
    """Translates ``-j MASQUERADE``."""

    name = "MASQUERADE"
    value = Masquerade
    tables = frozenset({"nat"})
    chains = frozenset({"POSTROUTING"})
    options = (Option(name="to-ports"), RANDOM, RANDOM_FULLY)

    def parse(self, given: GivenOptions, context: ParseContext) -> Masquerade:
        to = given.get("to-ports")
        ports = None if to is None else parse_nat_ports(to.value, to, context)[0]
        return Masquerade(ports=ports, flags=parse_flags(given))

    def format(self, value: Masquerade, context: ParseContext) -> Sequence[str]:
        del context
        words = [] if value.ports is None else ["--to-ports", format_ports(value.ports)]
        return words + format_flags(value.flags)

    def to_nft(self, value: Masquerade, rule: Rule) -> list[Statement]:
        where = None if value.ports is None else NatRange(ports=value.ports)
        return nat_to_nft("masquerade", where, value.flags, rule)

    def from_nft(self, cursor: Cursor) -> Masquerade | None:
        read = nat_from_nft(cursor, "masquerade")
        if read is None or (read[0] is not None and read[0].first is not None):
            return None
        if read[1].persistent:  # which iptables has no word for here
            return None
        cursor.take()
        return Masquerade(ports=None if read[0] is None else read[0].ports, flags=read[1])
