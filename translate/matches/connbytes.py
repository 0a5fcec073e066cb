"""``-m connbytes``: how much a connection has transferred so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import MatchView, ct, match, value_range
from translate.numbers import parse_uint
from translate.rule import Match, Rule
from translate.types import Statement

__all__ = ["Connbytes", "ConnbytesExtension"]

_MAXIMUM: Final = (1 << 64) - 1
_SIGNED_MAXIMUM: Final = (1 << 63) - 1
_MODES: Final = ("packets", "bytes", "avgpkt")
_DIRECTIONS: Final = ("original", "reply", "both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connbytes(Match):
    """What is counted, and how much it must be.

    Args:
        first: the least of ``--connbytes``.
        last: the most; 2**64-1 is no limit.
        negated: whether it must be outside of that.
        mode: ``packets``, ``bytes`` or ``avgpkt`` (bytes a packet).
        direction: ``original``, ``reply`` or ``both``.
    """

    name: ClassVar[str] = "connbytes"
    first: int
    last: int = _MAXIMUM
    negated: bool = False
    mode: str
    direction: str

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last <= _MAXIMUM:
            raise InvalidRule(f"connbytes: {self.first} to {self.last} runs backwards or too far")
        if self.mode not in _MODES:
            raise InvalidRule(f"unknown --connbytes-mode {self.mode!r}: {', '.join(_MODES)}")
        if self.direction not in _DIRECTIONS:
            raise InvalidRule(f"unknown --connbytes-dir {self.direction!r}: {_DIRECTIONS}")


class ConnbytesExtension(MatchExtension[Connbytes]):
    """Translates ``-m connbytes``."""

    name = "connbytes"
    value = Connbytes
    options = (
        Option(name="connbytes", negatable=True),
        Option(name="connbytes-dir"),
        Option(name="connbytes-mode"),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Connbytes:
        del context
        amount = given.require("connbytes", "--connbytes must be given")
        direction = given.require("connbytes-dir", "--connbytes-dir must be given")
        mode = given.require("connbytes-mode", "--connbytes-mode must be given")
        first, last = _parse_range(amount)
        return Connbytes(
            first=first,
            last=last,
            negated=amount.negated,
            mode=mode.value,
            direction=direction.value,
        )

    def format(self, value: Connbytes, context: ParseContext) -> Sequence[str]:
        del context
        words = ["!"] if value.negated else []
        amount = str(value.first) if value.last == _MAXIMUM else f"{value.first}:{value.last}"
        words += ["--connbytes", amount, "--connbytes-mode", value.mode]
        return [*words, "--connbytes-dir", value.direction]

    def to_nft(self, value: Connbytes, rule: Rule) -> list[Statement]:
        del rule
        left = ct(value.mode)
        if value.direction != "both":
            left = ct(value.mode, dir=value.direction)
        first, last = _number_json(value.first), _number_json(value.last)
        if value.first == value.last:
            return [match(left, first, negated=value.negated)]
        if value.last == _MAXIMUM:
            return [match(left, first, op="<" if value.negated else ">=")]
        return [match(left, value_range(first, last), negated=value.negated)]

    def from_nft(self, cursor: Cursor) -> Connbytes | None:
        for mode in _MODES:
            for direction in _DIRECTIONS:
                left = ct(mode) if direction == "both" else ct(mode, dir=direction)
                view = cursor.match_on(left)
                read = None if view is None else _read(view)
                if read is None:
                    continue
                first, last, negated = read
                cursor.take()
                return Connbytes(
                    first=first, last=last, negated=negated, mode=mode, direction=direction
                )
        return None


def _parse_range(given: Given) -> tuple[int, int]:
    first_text, colon, last_text = given.value.partition(":")
    first = parse_uint(first_text, maximum=_MAXIMUM) if first_text else 0
    last = parse_uint(last_text, maximum=_MAXIMUM) if colon and last_text else _MAXIMUM
    if first is None or last is None:
        raise given.error(f"invalid amount {given.value!r}: FROM or FROM:TO with 64-bit numbers")
    if first > last:
        raise given.error(f"invalid amount {given.value!r}: {first} is above {last}")
    return first, last


def _number_json(number: int) -> int | str:
    """JSON's numbers are signed in libnftables; it reads digits in a string as well."""
    return number if number <= _SIGNED_MAXIMUM else str(number)


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        return parse_uint(value, maximum=_MAXIMUM)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value & _MAXIMUM if abs(value) <= _MAXIMUM else None


def _read(view: MatchView) -> tuple[int, int, bool] | None:
    if view.op in {">=", "<"}:
        first = _number(view.right)
        return None if first is None else (first, _MAXIMUM, view.op == "<")
    if not view.is_equality:
        return None
    ends = view.right.get("range") if isinstance(view.right, dict) else [view.right, view.right]
    if not isinstance(ends, list) or len(ends) != 2:
        return None
    first, last = _number(ends[0]), _number(ends[1])
    if first is None or last is None or first > last:
        return None
    return first, last, view.negated
