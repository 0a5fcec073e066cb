"""``-m mh``: the type of a mobility header (RFC 6275)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.intervals import interval_from_nft, interval_to_nft
from translate.nft.statements import exthdr, match
from translate.numbers import parse_uint
from translate.protocols import MH
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, Statement
from translate.values.intervals import Interval

__all__ = ["Mh", "MhExtension"]

_MAX_TYPE: Final = 255
_TYPE: Final = exthdr("mh", "type")
_ANY: Final = match(exthdr("mh"), right=True)
_NAMES: Final = MappingProxyType(
    {
        "binding-refresh-request": 0,
        "brr": 0,
        "home-test-init": 1,
        "hoti": 1,
        "careof-test-init": 2,
        "coti": 2,
        "home-test": 3,
        "hot": 3,
        "careof-test": 4,
        "cot": 4,
        "binding-update": 5,
        "bu": 5,
        "binding-acknowledgement": 6,
        "ba": 6,
        "binding-error": 7,
        "be": 7,
    }
)
_NFT_NAMES: Final = MappingProxyType(
    {
        "binding-refresh-request": 0,
        "home-test-init": 1,
        "careof-test-init": 2,
        "home-test": 3,
        "careof-test": 4,
        "binding-update": 5,
        "binding-acknowledgement": 6,
        "binding-error": 7,
        "fast-binding-update": 8,
        "fast-binding-acknowledgement": 9,
        "fast-binding-advertisement": 10,
        "experimental-mobility-header": 11,
        "home-agent-switch-message": 12,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mh(Match):
    """``--mh-type FIRST[:LAST]``; None is any."""

    name: ClassVar[str] = "mh"
    types: Negatable[Interval] | None = None

    def __post_init__(self) -> None:
        if self.types is not None and self.types.value.last > _MAX_TYPE:
            raise InvalidRule(f"mh: type must be 0 to {_MAX_TYPE}, not {self.types.value.last}")


class MhExtension(MatchExtension[Mh]):
    """Translates ``-m mh``.

    The kernel wants ``-p mh`` beside it; as iptables-translate, this takes the option without. In
    nft the header is found behind others then.
    """

    name = "mh"
    value = Mh
    versions = frozenset({IPVersion.V6})
    protocols = (MH,)
    options = (Option(name="mh-type", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Mh:
        if not context.has_protocol(MH) and (context.protocol is not None or not given):
            raise given.error("needs -p mh before it")
        return Mh(types=_read(given.get("mh-type")))

    def format(self, value: Mh, context: ParseContext) -> Sequence[str]:
        if value.types is not None:
            return [*value.types.bang, "--mh-type", value.types.value.text(":")]
        return [] if context.protocol is not None else ["--mh-type", f"0:{_MAX_TYPE}"]

    def to_nft(self, value: Mh, rule: Rule) -> list[Statement]:
        if value.types is not None:
            return [interval_to_nft(_TYPE, value.types)]
        return [_ANY] if rule.protocol is None else []

    def needs_hint(self, value: Mh) -> bool:
        return value.types is None

    def leaves_no_trace(self, value: Mh) -> bool:
        return value.types is None

    def from_no_trace(self, cursor: Cursor) -> Mh | None:
        return Mh() if cursor.has_protocol(MH) else self.from_nft(cursor)

    def from_nft(self, cursor: Cursor) -> Mh | None:
        if not cursor.fits(MH):
            return None
        if cursor.protocol is None and cursor.peek() == _ANY:
            cursor.take()
            return Mh()
        types = interval_from_nft(cursor, _TYPE, maximum=_MAX_TYPE, names=_NFT_NAMES)
        return None if types is None else Mh(types=types)


def _read(given: Given | None) -> Negatable[Interval] | None:
    if given is None:
        return None
    first_text, colon, last_text = given.value.partition(":")
    if not colon:
        first = last = _read_type(first_text, given)
    else:
        first = _read_type(first_text, given) if first_text else 0
        last = _read_type(last_text, given) if last_text else _MAX_TYPE
    if first > last:
        raise given.error(f"invalid range {given.value!r}: {first} is above {last}")
    if (first, last) == (0, _MAX_TYPE) and not given.negated:
        return None
    return Negatable(Interval(first, last), given.negated)


def _read_type(text: str, given: Given) -> int:
    """A number, a name, or the beginning of one; of several that fit the first is meant."""
    number = parse_uint(text, maximum=_MAX_TYPE)
    if number is None and text:
        word = text.lower()
        number = _NAMES.get(word)
        if number is None:
            number = next((n for name, n in _NAMES.items() if name.startswith(word)), None)
    if number is None:
        raise given.error(
            f"unknown type {text!r}: a number from 0 to {_MAX_TYPE}, or {', '.join(_NAMES)}"
        )
    return number
