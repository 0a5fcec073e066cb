"""What ``-m ttl`` and ``-m hl`` share: how many hops a packet may go yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final, Generic, TypeVar

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, number_from_json
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.uints import read_uint

__all__ = ["HopsExtension", "HopsMatch"]

_OPERATORS: Final = MappingProxyType({"eq": "==", "gt": ">", "lt": "<"})
_BY_OPERATOR: Final = MappingProxyType(
    {"==": ("eq", False), "!=": ("eq", True), ">": ("gt", False), "<": ("lt", False)}
)
_MAX_HOPS: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class HopsMatch(Match):
    """The comparison.

    Args:
        comparison: ``eq``, ``gt`` or ``lt``.
        hops: what the field is compared with.
        negated: whether the test is turned round; with ``eq`` only.
    """

    comparison: str
    hops: int
    negated: bool = False

    def __post_init__(self) -> None:
        if self.comparison not in _OPERATORS:
            raise InvalidRule(f"{self.name}: {self.comparison!r} must be eq, gt or lt")
        if not 0 <= self.hops <= _MAX_HOPS:
            raise InvalidRule(f"{self.name}: {self.hops} is not in 0 to {_MAX_HOPS}")
        if self.negated and self.comparison != "eq":
            raise InvalidRule(f"{self.name}: {self.comparison} cannot be turned round")


H = TypeVar("H", bound=HopsMatch)


class HopsExtension(MatchExtension[H], Generic[H]):
    """One of the two.

    Class attributes:
        field: nft's header and field.
    """

    value: ClassVar[type[Any]]
    field: ClassVar[dict[str, Any]]

    def __init_subclass__(cls) -> None:
        keys = frozenset(_OPERATORS)
        cls.options = tuple(
            Option(name=name, key=key, negatable=key == "eq", excludes=keys - {key})
            for name, key in (
                *((f"{cls.name}-{key}", key) for key in _OPERATORS),
                (cls.name, "eq"),
            )
        )

    def parse(self, given: GivenOptions, context: ParseContext) -> H:
        del context
        option = next(iter(given), None)
        if option is None:
            raise given.error(
                f"--{self.name}-eq, --{self.name}-gt or --{self.name}-lt must be given"
            )
        made: H = self.value(
            comparison=option.option.key,
            hops=read_uint(option, maximum=_MAX_HOPS),
            negated=option.negated,
        )
        return made

    def format(self, value: H, context: ParseContext) -> Sequence[str]:
        del context
        bang = ["!"] if value.negated else []
        return [*bang, f"--{self.name}-{value.comparison}", str(value.hops)]

    def to_nft(self, value: H, rule: Rule) -> list[Statement]:
        del rule
        operator = "!=" if value.negated else _OPERATORS[value.comparison]
        return [match(self.field, value.hops, op=operator)]

    def from_nft(self, cursor: Cursor) -> H | None:
        view = cursor.match_on(self.field)
        if view is None or view.op not in _BY_OPERATOR:
            return None
        hops = number_from_json(view.right, maximum=_MAX_HOPS)
        if hops is None:
            return None
        cursor.take()
        comparison, negated = _BY_OPERATOR[view.op]
        made: H = self.value(comparison=comparison, hops=hops, negated=negated)
        return made
