"""What ``-m icmp`` and ``-m icmp6`` share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import concat, match, payload, set_members, set_of, value_range
from translate.numbers import parse_uint
from translate.protocols import protocol_name
from translate.rule import Match, Rule
from translate.types import Statement

__all__ = ["IcmpFamilyExtension", "IcmpMatch", "IcmpType"]

_ANY: Final = 255
_EVERY_TYPE: Final = (value_range(0, _ANY), value_range("echo-reply", _ANY))


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
        any_code: the code that was written beside type 255, which is any type whatever the code
            is: no part of what makes two equal.
    """

    type: int | None = None
    code: int | None = None
    negated: bool = False
    any_code: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for name in ("type", "code", "any_code"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 255:
                raise InvalidRule(f"icmp {name} must be 0 to 255, not {value}")
        if self.type is None and self.code is not None:
            raise InvalidRule("an icmp code needs a type")
        if self.type is not None and self.any_code is not None:
            raise InvalidRule("any_code belongs to any type")


I = TypeVar("I", bound=IcmpMatch)  # noqa: E741 - the one letter for an ICMP match


class IcmpFamilyExtension(MatchExtension[I], Generic[I]):
    """One of the two ICMP matches; subclasses give names and numbers.

    Class attributes:
        option_name: the option without dashes.
        header: nft's name for the header.
        types: iptables' names.
        nft_types: nft's names of types.
        nft_codes: nft's names of codes, which it lists whatever the type is.
        has_any: whether type 255 is any type.
    """

    option_name: ClassVar[str]
    header: ClassVar[str]
    types: ClassVar[tuple[IcmpType, ...]]
    nft_types: ClassVar[Mapping[str, int]]
    nft_codes: ClassVar[Mapping[str, int]]
    has_any: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        cls.options = (Option(name=cls.option_name, negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> I:
        if not context.has_protocol(*self.protocols):
            raise given.error(f"needs -p {protocol_name(self.protocols[0])} before it")
        option = given.require(self.option_name, f"--{self.option_name} must be given")
        kind, code = self._parse_type(option)
        made: I = (
            # IPv4's kernel module takes type 255 for any type and code.
            self.value(any_code=code, negated=option.negated)
            if kind == _ANY and self.has_any
            else self.value(type=kind, code=code, negated=option.negated)
        )
        return made

    def _parse_type(self, given: Given) -> tuple[int, int | None]:
        text = given.value.lower()
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
        return kind, code

    def format(self, value: I, context: ParseContext) -> Sequence[str]:
        del context
        negation = ["!"] if value.negated else []
        if value.type is None:
            text = "any" if value.any_code is None else f"{_ANY}/{value.any_code}"
            return [*negation, f"--{self.option_name}", text]
        text = str(value.type) if value.code is None else f"{value.type}/{value.code}"
        return [*negation, f"--{self.option_name}", text]

    def to_nft(self, value: I, rule: Rule) -> list[Statement]:
        if value.type is None:
            if value.negated:
                return [match(payload(self.header, "type"), value_range(0, _ANY), negated=True)]
            said_before = rule.has_side_effects_before(self.name)
            return [] if said_before else [match(payload("ip", "protocol"), self.header)]
        names = {number: name for name, number in self.nft_types.items()}
        kind: Any = names.get(value.type, value.type)
        if value.code is None:
            return [match(payload(self.header, "type"), kind, negated=value.negated)]
        if value.negated:
            # Either may differ: iptables-translate asks for this type with another code.
            left = concat([payload(self.header, "type"), payload(self.header, "code")])
            return [match(left, set_of([concat([kind, value.code])]), negated=True)]
        return [
            match(payload(self.header, "type"), kind),
            match(payload(self.header, "code"), value.code),
        ]

    def needs_hint(self, value: I) -> bool:
        return self.leaves_no_trace(value)

    def leaves_no_trace(self, value: I) -> bool:
        return value.type is None and not value.negated

    def from_no_trace(self, cursor: Cursor) -> I | None:
        if not cursor.may_imply(self.protocols[0]):
            return None
        cursor.imply(self.protocols[0])
        made: I = self.value()
        return made

    def from_nft(self, cursor: Cursor) -> I | None:
        if not cursor.may_imply(self.protocols[0]):
            return None
        view = cursor.match_on(payload(self.header, "type"))
        if view is None or not view.is_equality:
            return self._neither_from_nft(cursor)
        made: I
        if self.has_any and view.negated and view.right in _EVERY_TYPE:
            cursor.take()
            cursor.imply(self.protocols[0])
            made = self.value(negated=True)
            return made
        kind = self._type_from_json(view.right)
        if kind is None:
            return None
        cursor.take()
        cursor.imply(self.protocols[0])
        code_view = cursor.match_on(payload(self.header, "code"))
        if code_view is not None and code_view.op == "==" and not view.negated:
            code = self._number(code_view.right, self.nft_codes)
            if code is not None:
                cursor.take()
                made = self.value(type=kind, code=code)
                return made
        made = self.value(type=kind, negated=view.negated)
        return made

    def _neither_from_nft(self, cursor: Cursor) -> I | None:
        """Not this type with this code."""
        left = concat([payload(self.header, "type"), payload(self.header, "code")])
        view = cursor.match_on(left)
        members = None if view is None or view.op != "!=" else set_members(view.right)
        fields = members[0].get("concat") if members and isinstance(members[0], dict) else None
        if members is None or len(members) != 1 or not isinstance(fields, list) or len(fields) != 2:
            return None
        kind = self._type_from_json(fields[0])
        code = self._number(fields[1], self.nft_codes)
        if kind is None or code is None:
            return None
        cursor.take()
        cursor.imply(self.protocols[0])
        made: I = self.value(type=kind, code=code, negated=True)
        return made

    def _type_from_json(self, value: Any) -> int | None:
        kind = self._number(value, self.nft_types)
        # Where 255 is any type, iptables has no word for the type 255 itself.
        return None if kind == _ANY and self.has_any else kind

    @staticmethod
    def _number(value: Any, names: Mapping[str, int]) -> int | None:
        if isinstance(value, str):
            return names.get(value)
        return value if type(value) is int and 0 <= value <= 255 else None
