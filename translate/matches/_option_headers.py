"""What ``-m hbh`` and ``-m dst`` share: IPv6 headers that carry options (RFC 8200, section 4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.headers import HeaderLength
from translate.nft.statements import exthdr, match
from translate.numbers import parse_uint
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, Statement
from translate.values.options import read_negatable
from translate.values.uints import read_uint

__all__ = ["HeaderOption", "OptionsExtension", "OptionsMatch"]

_MAX_OPTIONS: Final = 16
_ANY_LENGTH: Final = 255
_PAD1: Final = 0


@dataclass(frozen=True, slots=True)
class HeaderOption:
    """An option's type, and the length of its data in octets or None for any."""

    type: int
    length: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.type <= 255:
            raise InvalidRule(f"an option's type must be 0 to 255, not {self.type}")
        if self.type == _PAD1 and self.length is not None:
            raise InvalidRule("option 0 is one octet of padding, without a length")
        if self.length is not None and not 0 <= self.length < _ANY_LENGTH:
            raise InvalidRule(f"an option's length must be 0 to 254, not {self.length}")

    def __str__(self) -> str:
        return str(self.type) if self.length is None else f"{self.type}:{self.length}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionsMatch(Match):
    """A header, and what must be in it.

    Args:
        length: the header's length in octets; None is any.
        options: the options that it begins with, in order.
    """

    length: Negatable[int] | None = None
    options: tuple[HeaderOption, ...] = ()

    def __post_init__(self) -> None:
        if self.length is not None and not 0 <= self.length.value <= 0xFFFFFFFF:
            raise InvalidRule(f"{self.name}: length must be 0 to 4294967295")
        if len(self.options) > _MAX_OPTIONS:
            raise InvalidRule(f"{self.name}: at most {_MAX_OPTIONS} options")


O = TypeVar("O", bound=OptionsMatch)  # noqa: E741 - the one letter for an options match


class OptionsExtension(MatchExtension[O], Generic[O]):
    """One of the two. nft's name for the header is iptables' too.

    iptables-translate compares ``--hbh-len`` with a count of eight octets, and has no form for the
    rest.
    """

    versions = frozenset({IPVersion.V6})
    value: ClassVar[type[Any]]

    def __init_subclass__(cls) -> None:
        cls.options = (
            Option(name=f"{cls.name}-len", key="len", negatable=True),
            Option(name=f"{cls.name}-opts", key="opts"),
        )

    def parse(self, given: GivenOptions, context: ParseContext) -> O:
        del context
        options = given.get("opts")
        made: O = self.value(
            length=read_negatable(given.get("len"), read_uint),
            options=() if options is None else _read_options(options),
        )
        return made

    def format(self, value: O, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        if value.length is not None:
            words += [*value.length.bang, f"--{self.name}-len", str(value.length.value)]
        if value.options:
            words += [f"--{self.name}-opts", ",".join(map(str, value.options))]
        return words

    def _length(self) -> HeaderLength:
        return HeaderLength(exthdr(self.name, "hdrlength"), unit=8, least=1)

    def to_nft(self, value: O, rule: Rule) -> list[Statement]:
        del rule
        if value.options:
            raise Untranslatable(
                f"-m {self.name} --{self.name}-opts", "nft cannot look for a header's options"
            )
        if value.length is None:
            return [match(exthdr(self.name), right=True)]
        return [self._length().to_nft(value.length, f"-m {self.name} --{self.name}-len")]

    def from_nft(self, cursor: Cursor) -> O | None:
        made: O
        if cursor.peek() == match(exthdr(self.name), right=True):
            cursor.take()
            made = self.value()
            return made
        length = self._length().from_nft(cursor)
        if length is None:
            return None
        made = self.value(length=length)
        return made


def _read_options(given: Given) -> tuple[HeaderOption, ...]:
    options = []
    for word in given.value.split(","):
        type_text, colon, length_text = word.partition(":")
        kind = parse_uint(type_text, maximum=255)
        length = parse_uint(length_text, maximum=_ANY_LENGTH) if colon else _ANY_LENGTH
        if kind is None or length is None:
            raise given.error(
                f"invalid option {word!r}: TYPE or TYPE:LENGTH with numbers up to 255"
            )
        if kind == _PAD1 and colon:
            raise given.error(
                f"invalid option {word!r}: 0 is one octet of padding, without a length"
            )
        options.append(HeaderOption(kind, None if length == _ANY_LENGTH else length))
    return tuple(options)
