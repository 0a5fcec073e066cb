"""``-m frag``: fields of an IPv6 fragment header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.intervals import interval_from_nft, interval_to_nft
from translate.nft.statements import exthdr, match
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, Statement
from translate.values.intervals import Interval, read_partial
from translate.values.options import read_negatable
from translate.values.uints import read_uint

__all__ = ["Frag", "FragExtension"]

_ID: Final = exthdr("frag", "id")
_RESERVED: Final = (
    match(exthdr("frag", "reserved"), 0),
    match(exthdr("frag", "reserved2"), 0),
)
_FIRST: Final = match(exthdr("frag", "frag-off"), 0)
_MORE: Final = match(exthdr("frag", "more-fragments"), 1)
_LAST: Final = match(exthdr("frag", "more-fragments"), 0)
_ANY: Final = match(exthdr("frag"), right=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frag(Match):
    """The options of that name.

    Args:
        id: ``--fragid``; None is any.
        length: ``--fraglen``, which the kernel doesn't heed: no part of what makes two equal.
        reserved_zero: ``--fragres``: the reserved fields must be zero.
        first: ``--fragfirst``.
        more: ``--fragmore``.
        last: ``--fraglast``.
    """

    name: ClassVar[str] = "frag"
    id: Negatable[Interval] | None = None
    length: Negatable[int] | None = field(default=None, compare=False)
    reserved_zero: bool = False
    first: bool = False
    more: bool = False
    last: bool = False

    def __post_init__(self) -> None:
        if self.more and self.last:
            raise InvalidRule("frag: a fragment with more behind it is not the last")


class FragExtension(MatchExtension[Frag]):
    """Translates ``-m frag``.

    iptables-translate turns ``--fragres`` round, and writes nothing at all where there is no other
    option.
    """

    name = "frag"
    value = Frag
    versions = frozenset({IPVersion.V6})
    options = (
        Option(name="fragid", negatable=True),
        Option(name="fraglen", negatable=True),
        Option(name="fragres", words=0),
        Option(name="fragfirst", words=0),
        Option(name="fragmore", words=0, excludes=frozenset({"fraglast"})),
        Option(name="fraglast", words=0, excludes=frozenset({"fragmore"})),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Frag:
        del context
        return Frag(
            id=read_partial(given.get("fragid")),
            length=read_negatable(given.get("fraglen"), read_uint),
            reserved_zero="fragres" in given,
            first="fragfirst" in given,
            more="fragmore" in given,
            last="fraglast" in given,
        )

    def format(self, value: Frag, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        if value.id is not None:
            words += [*value.id.bang, "--fragid", value.id.value.text(":")]
        if value.length is not None:
            words += [*value.length.bang, "--fraglen", str(value.length.value)]
        flags = (
            ("--fragres", value.reserved_zero),
            ("--fragfirst", value.first),
            ("--fragmore", value.more),
            ("--fraglast", value.last),
        )
        return words + [option for option, given in flags if given]

    def to_nft(self, value: Frag, rule: Rule) -> list[Statement]:
        del rule
        statements: list[Statement] = []
        if value.id is not None:
            statements.append(interval_to_nft(_ID, value.id))
        if value.reserved_zero:
            statements += _RESERVED
        flags = ((_FIRST, value.first), (_MORE, value.more), (_LAST, value.last))
        statements += [statement for statement, given in flags if given]
        return statements or [_ANY]

    def from_nft(self, cursor: Cursor) -> Frag | None:
        if cursor.peek() == _ANY:
            cursor.take()
            return Frag()
        identifier = interval_from_nft(cursor, _ID)
        reserved_zero = (cursor.peek(), cursor.peek(1)) == _RESERVED
        if reserved_zero:
            cursor.take(2)
        first, more, last = (_take(cursor, one) for one in (_FIRST, _MORE, _LAST))
        value = Frag(
            id=identifier,
            reserved_zero=reserved_zero,
            first=first,
            more=more,
            last=last and not more,
        )
        return None if value == Frag() else value


def _take(cursor: Cursor, statement: Statement) -> bool:
    if cursor.peek() != statement:
        return False
    cursor.take()
    return True
