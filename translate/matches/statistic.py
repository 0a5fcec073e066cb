"""``-m statistic``: some of the packets, at random or counted."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import bitwise_and, match, meta, number_from_json
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.uints import read_uint

__all__ = ["Statistic", "StatisticExtension"]

_ONE: Final = 1 << 31
"""The kernel's probability of 1."""
_RANDOM_BITS: Final = _ONE - 1
_UINT_MAX: Final = 0xFFFFFFFF
_DECIMAL: Final = re.compile(r"[ \t-\r]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEXADECIMAL: Final = re.compile(
    r"[ \t-\r]*[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic(Match):
    """``--mode random`` or ``--mode nth``.

    Args:
        probability: for ``random``: in units of 2**-31, as the kernel keeps it; else None.
        every: for ``nth``: one packet of how many; else None.
        packet: for ``nth``: which one of them, from 0.
        negated: whether ``!`` stands before ``--probability`` or ``--every``.
    """

    name: ClassVar[str] = "statistic"
    probability: int | None = None
    every: int | None = None
    packet: int = 0
    negated: bool = False

    def __post_init__(self) -> None:
        if (self.probability is None) == (self.every is None):
            raise InvalidRule("statistic: either a probability or every how many packets")
        if self.probability is not None and not 0 <= self.probability <= _ONE:
            raise InvalidRule(f"statistic: probability {self.probability} is not in 0 to 2**31")
        if self.every is not None and not 1 <= self.every <= _UINT_MAX:
            raise InvalidRule(f"statistic: every {self.every} is not in 1 to 2**32-1")
        if not 0 <= self.packet < (self.every or 1):
            raise InvalidRule(f"--packet {self.packet} must be below --every {self.every or 1}")

    def has_side_effects(self) -> bool:
        return self.probability is None


class StatisticExtension(MatchExtension[Statistic]):
    """Translates ``-m statistic``."""

    name = "statistic"
    value = Statistic
    options = (
        Option(name="mode"),
        Option(name="probability", negatable=True, excludes=frozenset({"every", "packet"})),
        Option(name="every", negatable=True, requires=frozenset({"packet"})),
        Option(name="packet", requires=frozenset({"every"})),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Statistic:
        del context
        mode = given.require("mode", "--mode random or --mode nth must be given")
        if mode.value == "random":
            option = given.require("probability", "--probability must be given in mode random")
            return Statistic(probability=_read_probability(option), negated=option.negated)
        if mode.value == "nth":
            every = given.require("every", "--every and --packet must be given in mode nth")
            packet = given.get("packet")
            return Statistic(
                every=read_uint(every, minimum=1),
                packet=0 if packet is None else read_uint(packet),
                negated=every.negated,
            )
        raise mode.error(f"unknown mode {mode.value!r}: random or nth")

    def format(self, value: Statistic, context: ParseContext) -> Sequence[str]:
        del context
        bang = ["!"] if value.negated else []
        if value.probability is not None:
            text = f"{value.probability / _ONE:.11f}"
            return ["--mode", "random", *bang, "--probability", text]
        packet = ["--packet", str(value.packet)]
        return ["--mode", "nth", *bang, "--every", str(value.every), *packet]

    def to_nft(self, value: Statistic, rule: Rule) -> list[Statement]:
        del rule
        if value.probability is not None:
            left = bitwise_and(meta("random"), _RANDOM_BITS)
            return [match(left, value.probability, op=">=" if value.negated else "<")]
        left = {"numgen": {"mode": "inc", "mod": value.every, "offset": 0}}
        return [match(left, value.packet, negated=value.negated)]

    def from_nft(self, cursor: Cursor) -> Statistic | None:
        view = cursor.match()
        if view is None or not isinstance(view.left, dict):
            return None
        number = number_from_json(view.right)
        if number is None:
            return None
        value: Statistic | None = None
        if view.left == bitwise_and(meta("random"), _RANDOM_BITS):
            if view.op in {"<", ">="} and number <= _ONE:
                value = Statistic(probability=number, negated=view.op == ">=")
        elif view.is_equality:
            every = _read_numgen(view.left.get("numgen"))
            if every is not None and number < every:
                value = Statistic(every=every, packet=number, negated=view.negated)
        if value is not None:
            cursor.take()
        return value


def _read_numgen(body: Any) -> int | None:
    """How many packets a counter counts; libnftables prints it as a signed number."""
    if not isinstance(body, dict) or body.get("mode") != "inc" or body.get("offset", 0) != 0:
        return None
    modulus = body.get("mod")
    if isinstance(modulus, bool) or not isinstance(modulus, int):
        return None
    return (modulus & _UINT_MAX) or None if -_ONE <= modulus <= _UINT_MAX else None


def _read_probability(given: Given) -> int:
    """A number as strtod(3) reads it, rounded as lround(3) does."""
    text = given.value
    number = -1.0
    if _HEXADECIMAL.fullmatch(text):
        number = float.fromhex(text.strip())
    elif _DECIMAL.fullmatch(text):
        number = float(text)
    if not 0 <= number <= 1:
        raise given.error(f"probability {text!r} is not a number from 0 to 1")
    return math.floor(number * _ONE + 0.5)
