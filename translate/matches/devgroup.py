"""``-m devgroup``: the group that a packet's device belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.masked import masked_from_nft, masked_to_nft
from translate.nft.statements import meta
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.hooks import require_chain
from translate.values.masked import Masked, read_masked
from translate.values.options import read_negatable

__all__ = ["Devgroup", "DevgroupExtension"]

_NAMES: Final[Mapping[str, int]] = MappingProxyType({"default": 0})
"""As iproute2's own ``/etc/iproute2/group`` has them."""
_WITH_SOURCE: Final = frozenset({"PREROUTING", "INPUT", "FORWARD"})
_WITH_DESTINATION: Final = frozenset({"FORWARD", "OUTPUT", "POSTROUTING"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Devgroup(Match):
    """``--src-group`` (of the incoming device) and ``--dst-group`` (of the outgoing one)."""

    name: ClassVar[str] = "devgroup"
    source: Negatable[Masked] | None = None
    destination: Negatable[Masked] | None = None

    def __post_init__(self) -> None:
        if self.source is None and self.destination is None:
            raise InvalidRule("devgroup: --src-group or --dst-group must be given")


class DevgroupExtension(MatchExtension[Devgroup]):
    """Translates ``-m devgroup``."""

    name = "devgroup"
    value = Devgroup
    options = (
        Option(name="src-group", negatable=True),
        Option(name="dst-group", negatable=True),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Devgroup:
        source, destination = given.get("src-group"), given.get("dst-group")
        if source is not None:
            require_chain(source, context, _WITH_SOURCE)
        if destination is not None:
            require_chain(destination, context, _WITH_DESTINATION)
        return Devgroup(
            source=read_negatable(source, _read),
            destination=read_negatable(destination, _read),
        )

    def format(self, value: Devgroup, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        for option, group in (("--src-group", value.source), ("--dst-group", value.destination)):
            if group is not None:
                words += [*group.bang, option, group.value.text(_NAMES)]
        return words

    def to_nft(self, value: Devgroup, rule: Rule) -> list[Statement]:
        del rule
        groups = ((meta("iifgroup"), value.source), (meta("oifgroup"), value.destination))
        return [masked_to_nft(left, group) for left, group in groups if group is not None]

    def from_nft(self, cursor: Cursor) -> Devgroup | None:
        source = masked_from_nft(cursor.match(), meta("iifgroup"), _NAMES)
        if source is not None:
            cursor.take()
        destination = masked_from_nft(cursor.match(), meta("oifgroup"), _NAMES)
        if destination is not None:
            cursor.take()
        if source is None and destination is None:
            return None
        return Devgroup(source=source, destination=destination)


def _read(given: Given) -> Masked:
    return read_masked(given, _NAMES)
