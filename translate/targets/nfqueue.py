"""``-j NFQUEUE``: hand the packet to userspace for a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.statements import number_from_json, value_range
from translate.numbers import parse_uint
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.uints import read_uint

__all__ = ["Nfqueue", "NfqueueExtension"]

_LAST_QUEUE: Final = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Nfqueue(Target):
    """Which queue.

    Args:
        first: ``--queue-num``, or the first one of ``--queue-balance``.
        last: the last one; equal to ``first`` for a single queue.
        bypass: accept where nobody listens.
        cpu_fanout: choose by the CPU rather than by the flow.
    """

    name: ClassVar[str] = "NFQUEUE"
    first: int = 0
    last: int = 0
    bypass: bool = False
    cpu_fanout: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last <= _LAST_QUEUE:
            raise InvalidRule(f"queues {self.first} to {self.last}: 0 to 65535, in ascending order")
        if (self.first, self.last) == (0, _LAST_QUEUE):
            raise InvalidRule("at most 65535 queues: the kernel counts them in 16 bits")
        if self.cpu_fanout and self.first == self.last:
            raise InvalidRule("--queue-cpu-fanout needs several queues")


class NfqueueExtension(TargetExtension[Nfqueue]):
    """Translates ``-j NFQUEUE``."""

    name = "NFQUEUE"
    value = Nfqueue
    options = (
        Option(name="queue-num", excludes=frozenset({"queue-balance"})),
        Option(name="queue-balance", excludes=frozenset({"queue-num"})),
        Option(name="queue-bypass", words=0),
        Option(name="queue-cpu-fanout", words=0, requires=frozenset({"queue-balance"})),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Nfqueue:
        del context
        number, balance = given.get("queue-num"), given.get("queue-balance")
        first = last = 0 if number is None else read_uint(number, maximum=_LAST_QUEUE)
        if balance is not None:
            first, last = _parse_balance(balance)
        return Nfqueue(
            first=first,
            last=last,
            bypass="queue-bypass" in given,
            cpu_fanout="queue-cpu-fanout" in given,
        )

    def format(self, value: Nfqueue, context: ParseContext) -> Sequence[str]:
        del context
        if value.first == value.last:
            words = ["--queue-num", str(value.first)]
        else:
            words = ["--queue-balance", f"{value.first}:{value.last}"]
        if value.bypass:
            words.append("--queue-bypass")
        if value.cpu_fanout:
            words.append("--queue-cpu-fanout")
        return words

    def to_nft(self, value: Nfqueue, rule: Rule) -> list[Statement]:
        del rule
        single = value.first == value.last
        body: dict[str, Any] = {
            "num": value.first if single else value_range(value.first, value.last)
        }
        flags = [
            name for name, on in (("bypass", value.bypass), ("fanout", value.cpu_fanout)) if on
        ]
        if flags:
            body["flags"] = flags[0] if len(flags) == 1 else flags
        return [{"queue": body}]

    def from_nft(self, cursor: Cursor) -> Nfqueue | None:
        statement = cursor.peek() or {}
        body = statement.get("queue")
        if not isinstance(body, dict) or not set(body) <= {"num", "flags"}:
            return None
        ends, flags = _read_queues(body.get("num")), body.get("flags", [])
        flags = flags if isinstance(flags, list) else [flags]
        if ends is None or any(flag not in ("bypass", "fanout") for flag in flags):
            return None
        try:
            value = Nfqueue(
                first=ends[0], last=ends[1], bypass="bypass" in flags, cpu_fanout="fanout" in flags
            )
        except InvalidRule:
            return None
        cursor.take()
        return value


def _parse_balance(given: Given) -> tuple[int, int]:
    first_text, colon, last_text = given.value.partition(":")
    first = parse_uint(first_text, maximum=_LAST_QUEUE) if first_text else 0
    last = parse_uint(last_text, maximum=_LAST_QUEUE) if last_text else _LAST_QUEUE
    if first is None or last is None or not colon:
        raise given.error(f"invalid queues {given.value!r}: FIRST:LAST with numbers up to 65535")
    if first >= last:
        raise given.error(f"invalid queues {given.value!r}: {first} is not below {last}")
    return first, last


def _read_queues(value: Any) -> tuple[int, int] | None:
    if isinstance(value, dict) and isinstance(value.get("range"), list):
        numbers = [number_from_json(end) for end in value["range"]]
    else:
        numbers = [number_from_json(value)] * 2
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        return None
    return numbers[0], numbers[1]
