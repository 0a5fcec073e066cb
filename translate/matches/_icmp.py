"""What ``-m icmp`` and ``-m icmp6`` share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, meta, payload
from translate.numbers import parse_uint
from translate.protocols import protocol_name
from translate.rule import Match, Rule
from translate.types import Statement

__all__ = ["IcmpFamilyExtension", "IcmpMatch", "IcmpType"]

_ANY: Final = 255


class IcmpType(NamedTuple):
    """A name that iptables knows for a type, or for a type and one code of it."""

    name: str
    type: int
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IcmpMatch(Match):
    """A type and a code.

    Args:
        type: the type, or None for any (IPv4's ``any``).
        code: the code, or None for any.
        negated: whether the test is turned round.
    """

    type: int | None = None
    code: int | None = None
    negated: bool = False

    def __post_init__(self) -> None:
        for name in ("type", "code"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 255:
                raise InvalidRule(f"icmp {name} must be 0 to 255, not {value}")
        if self.type is None and self.code is not None:
            raise InvalidRule("an icmp code needs a type")


I = TypeVar("I", bound=IcmpMatch)  # noqa: E741 - the one letter for an ICMP match


class IcmpFamilyExtension(MatchExtension[I], Generic[I]):
    """One of the two ICMP matches; subclasses give names and numbers.

    Class attributes:
        option_name: the option without dashes.
        header: nft's name for the header.
        types: iptables' names.
        nft_types: nft's names of types.
        nft_codes: nft's names of codes, which it lists whatever the type is.
    """

    option_name: ClassVar[str]
    header: ClassVar[str]
    types: ClassVar[tuple[IcmpType, ...]]
    nft_types: ClassVar[Mapping[str, int]]
    nft_codes: ClassVar[Mapping[str, int]]

    def __init_subclass__(cls) -> None:
        cls.options = (Option(name=cls.option_name, negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> I:
        if not context.has_protocol(*self.protocols):
            raise given.error(f"needs -p {protocol_name(self.protocols[0])} before it")
        option = given.require(self.option_name, f"--{self.option_name} must be given")
        kind, code = self._parse_type(option)
        made: I = self.value(type=kind, code=code, negated=option.negated)
        return made

    def _parse_type(self, given: Given) -> tuple[int | None, int | None]:
        text = given.value.lower()
        if text == "any" and self.header == "icmp":
            return None, None
        named = [t for t in self.types if t.name.lower().startswith(text)] if text else []
        exact = [t for t in named if t.name.lower() == text]
        found = exact or named
        if len({(t.type, t.code) for t in found}) > 1:
            names = ", ".join(t.name for t in found)
            raise given.error(f"ambiguous type {given.value!r}: {names}")
        if found:
            return found[0].type, found[0].code
        type_text, slash, code_text = given.value.partition("/")
        kind = parse_uint(type_text, maximum=255)
        code = parse_uint(code_text, maximum=255) if slash else None
        if kind is None or (slash and code is None):
            raise given.error(
                f"unknown type {given.value!r}: a name, TYPE or TYPE/CODE with numbers up to 255"
            )
        if kind == _ANY and self.header == "icmp" and code is None:
            return None, None
        return kind, code

    def format(self, value: I, context: ParseContext) -> Sequence[str]:
        del context
        negation = ["!"] if value.negated else []
        if value.type is None:
            return [*negation, f"--{self.option_name}", "any"]
        text = str(value.type) if value.code is None else f"{value.type}/{value.code}"
        return [*negation, f"--{self.option_name}", text]

    def to_nft(self, value: I, rule: Rule) -> list[Statement]:
        del rule
        if value.type is None:
            return [match(meta("l4proto"), self.header)]
        names = {number: name for name, number in self.nft_types.items()}
        kind: Any = names.get(value.type, value.type)
        if value.code is None:
            return [match(payload(self.header, "type"), kind, negated=value.negated)]
        return [
            match(payload(self.header, "type"), kind),
            match(payload(self.header, "code"), value.code, negated=value.negated),
        ]

    def needs_hint(self, value: I) -> bool:
        return value.type is None

    def from_nft(self, cursor: Cursor) -> I | None:
        if not cursor.may_imply(self.protocols[0]):
            return None
        view = cursor.match_on(payload(self.header, "type"))
        if view is None or not view.is_equality:
            return None
        kind = self._number(view.right, self.nft_types)
        if kind is None:
            return None
        cursor.take()
        cursor.imply(self.protocols[0])
        made: I
        code_view = cursor.match_on(payload(self.header, "code"))
        if code_view is not None and code_view.is_equality and not view.negated:
            code = self._number(code_view.right, self.nft_codes)
            if code is not None:
                cursor.take()
                made = self.value(type=kind, code=code, negated=code_view.negated)
                return made
        made = self.value(type=kind, negated=view.negated)
        return made

    @staticmethod
    def _number(value: Any, names: Mapping[str, int]) -> int | None:
        if isinstance(value, str):
            return names.get(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None
