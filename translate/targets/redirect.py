"""``-j REDIRECT``: rewrite the destination to this host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.rule import Rule, Target
from translate.targets._nat import (
    RANDOM,
    NatFlags,
    NatRange,
    format_ports,
    nat_from_nft,
    nat_to_nft,
    parse_nat_ports,
)
from translate.types import PortRange, Statement

__all__ = ["Redirect", "RedirectExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(Target):
    """``--to-ports`` and ``--random``."""

    name: ClassVar[str] = "REDIRECT"
    ports: PortRange | None = None
    random: bool = False


class RedirectExtension(TargetExtension[Redirect]):
    """Translates ``-j REDIRECT``."""

    name = "REDIRECT"
    value = Redirect
    tables = frozenset({"nat"})
    chains = frozenset({"PREROUTING", "OUTPUT"})
    options = (Option(name="to-ports"), RANDOM)

    def parse(self, given: GivenOptions, context: ParseContext) -> Redirect:
        to = given.get("to-ports")
        ports = None if to is None else parse_nat_ports(to.value, to, context)[0]
        return Redirect(ports=ports, random="random" in given)

    def format(self, value: Redirect, context: ParseContext) -> Sequence[str]:
        del context
        words = [] if value.ports is None else ["--to-ports", format_ports(value.ports)]
        return [*words, "--random"] if value.random else words

    def to_nft(self, value: Redirect, rule: Rule) -> list[Statement]:
        where = None if value.ports is None else NatRange(ports=value.ports)
        return nat_to_nft("redirect", where, NatFlags(random=value.random), rule)

    def from_nft(self, cursor: Cursor) -> Redirect | None:
        read = nat_from_nft(cursor, "redirect")
        if read is None:
            return None
        where, flags = read
        if (where is not None and where.first is not None) or flags != NatFlags(
            random=flags.random
        ):
            return None
        cursor.take()
        return Redirect(ports=None if where is None else where.ports, random=flags.random)
