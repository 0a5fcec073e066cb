"""``-m iprange``: addresses from a first to a last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from translate.addresses import parse_address, parse_masked
from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, payload, value_range
from translate.rule import Match, Rule
from translate.types import IPAddress, IPVersion, Negatable, Statement, address_text

__all__ = ["AddressRange", "Iprange", "IprangeExtension"]


@dataclass(frozen=True, slots=True)
class AddressRange:
    """Addresses from ``first`` to ``last``, both included."""

    first: IPAddress
    last: IPAddress

    def __post_init__(self) -> None:
        if self.first.version != self.last.version:
            raise InvalidRule(f"{self.first} and {self.last} differ in IP version")
        if int(self.first) > int(self.last):
            raise InvalidRule(f"address range {self} runs backwards")

    def __str__(self) -> str:
        return f"{address_text(self.first)}-{address_text(self.last)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Iprange(Match):
    """``--src-range`` and ``--dst-range``."""

    name: ClassVar[str] = "iprange"
    source: Negatable[AddressRange] | None = None
    destination: Negatable[AddressRange] | None = None

    def __post_init__(self) -> None:
        if self.source is None and self.destination is None:
            raise InvalidRule("iprange: --src-range or --dst-range must be given")


class IprangeExtension(MatchExtension[Iprange]):
    """Translates ``-m iprange``."""

    name = "iprange"
    value = Iprange
    options = (Option(name="src-range", negatable=True), Option(name="dst-range", negatable=True))

    def parse(self, given: GivenOptions, context: ParseContext) -> Iprange:
        return Iprange(
            source=_read(given.get("src-range"), context.version),
            destination=_read(given.get("dst-range"), context.version),
        )

    def format(self, value: Iprange, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        for option, side in (("--src-range", value.source), ("--dst-range", value.destination)):
            if side is not None:
                words += [*side.bang, option, str(side.value)]
        return words

    def to_nft(self, value: Iprange, rule: Rule) -> list[Statement]:
        return [
            match(
                payload(rule.version.family, field),
                value_range(address_text(side.value.first), address_text(side.value.last)),
                negated=side.negated,
            )
            for field, side in (("saddr", value.source), ("daddr", value.destination))
            if side is not None
        ]

    def from_nft(self, cursor: Cursor) -> Iprange | None:
        source = _range_from_nft(cursor, "saddr")
        destination = _range_from_nft(cursor, "daddr")
        if source is None and destination is None:
            return None
        return Iprange(source=source, destination=destination)


def _read(given: Given | None, version: IPVersion) -> Negatable[AddressRange] | None:
    if given is None:
        return None
    if "/" in given.value:
        raise given.error(f"invalid range {given.value!r}: FIRST or FIRST-LAST, without a mask")
    first_text, dash, last_text = given.value.partition("-")
    try:
        first, last = (
            parse_masked(text.lstrip() if version is IPVersion.V4 else text, version).address
            for text in (first_text, last_text if dash else first_text)
        )
        return Negatable(AddressRange(first, last), given.negated)
    except InvalidRule as error:
        raise given.error(str(error)) from error


def _range_from_nft(cursor: Cursor, field: str) -> Negatable[AddressRange] | None:
    view = cursor.match_on(payload(cursor.version.family, field))
    if view is None or not view.is_equality or not isinstance(view.right, dict):
        return None
    ends: Any = view.right.get("range")
    if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(e, str) for e in ends):
        return None
    try:
        first, last = (parse_address(end, cursor.version) for end in ends)
        addresses = AddressRange(first, last)
    except InvalidRule:
        return None
    cursor.take()
    return Negatable(addresses, view.negated)
