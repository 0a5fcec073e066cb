"""Builders and readers for the JSON statements and expressions of libnftables-json(5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from translate.types import PortRange, Statement

__all__ = [
    "MatchView",
    "are_folded",
    "bitwise_and",
    "concat",
    "ct",
    "exthdr",
    "is_protocol_test",
    "match",
    "meta",
    "number_from_json",
    "payload",
    "port_from_json",
    "port_json",
    "prefix",
    "raw_payload",
    "read_match",
    "set_members",
    "set_of",
    "value_range",
]


_FOLDED: Final = frozenset({("<", ">"), (">=", "<=")})
_OPENING: Final = ("<", ">=")
_PROTOCOLS: Final = (
    {"meta": {"key": "l4proto"}},
    {"payload": {"protocol": "ip", "field": "protocol"}},
)


class MatchView(NamedTuple):
    """A match statement taken apart."""

    op: str
    left: Any
    right: Any

    @property
    def negated(self) -> bool:
        """Whether the operator is ``!=`` or ``!``."""
        return self.op in {"!=", "!"}

    @property
    def is_equality(self) -> bool:
        """Whether the operator is ``==`` or ``!=``."""
        return self.op in {"==", "!="}


def match(left: Any, right: Any, *, negated: bool = False, op: str | None = None) -> Statement:
    """A match statement; ``==`` or ``!=`` unless ``op`` is given."""
    return {"match": {"op": op or ("!=" if negated else "=="), "left": left, "right": right}}


def read_match(statement: Statement | None) -> MatchView | None:
    """The parts of a match statement, or None for another kind."""
    if statement is None:
        return None
    body = statement.get("match")
    if not isinstance(body, dict):
        return None
    op = body.get("op", "==")
    return MatchView(op, body.get("left"), body.get("right")) if isinstance(op, str) else None


def are_folded(first: Statement, second: Statement) -> bool:
    """Whether libnftables 1.0.6 lists two statements as one that loses the first one's field.

    It takes ``A < 5 B > 3`` for ``B != 5-3``, and ``A >= 3 B <= 5`` for ``B 3-5``.
    """
    body = first.get("match")
    if not isinstance(body, dict) or body.get("op") not in _OPENING:
        return False
    before, after = read_match(first), read_match(second)
    if before is None or after is None or (before.op, after.op) not in _FOLDED:
        return False
    lefts = (before.left, after.left)
    return all(isinstance(left, dict) for left in lefts) and {*lefts[0]} == {*lefts[1]}


def is_protocol_test(statement: Statement) -> bool:
    """Whether it says no more than which protocol a packet carries.

    libnftables leaves such a statement out where one behind it says the same.
    """
    view = read_match(statement)
    return view is not None and view.op == "==" and view.left in _PROTOCOLS


def meta(key: str) -> dict[str, Any]:
    """``meta KEY``."""
    return {"meta": {"key": key}}


def ct(key: str, **more: Any) -> dict[str, Any]:
    """``ct KEY``."""
    return {"ct": {"key": key, **more}}


def payload(protocol: str, field: str) -> dict[str, Any]:
    """A header field."""
    return {"payload": {"protocol": protocol, "field": field}}


def exthdr(name: str, field: str | None = None) -> dict[str, Any]:
    """A field of an IPv6 extension header, or whether a packet has the header."""
    return {"exthdr": {"name": name} if field is None else {"name": name, "field": field}}


def raw_payload(base: str, offset: int, length: int) -> dict[str, Any]:
    """``@BASE,OFFSET,LENGTH``; offset and length in bits."""
    return {"payload": {"base": base, "offset": offset, "len": length}}


def bitwise_and(left: Any, mask: Any) -> dict[str, Any]:
    """``left & mask``."""
    return {"&": [left, mask]}


def concat(fields: Sequence[Any]) -> dict[str, Any]:
    """``field . field``."""
    return {"concat": list(fields)}


def prefix(address: str, length: int) -> dict[str, Any]:
    """``address/length``."""
    return {"prefix": {"addr": address, "len": length}}


def value_range(first: Any, last: Any) -> dict[str, Any]:
    """``first-last``."""
    return {"range": [first, last]}


def set_of(members: Sequence[Any]) -> dict[str, Any]:
    """An anonymous set."""
    return {"set": list(members)}


def set_members(value: Any) -> list[Any] | None:
    """The members of an anonymous set, or None for anything else."""
    if isinstance(value, dict) and isinstance(value.get("set"), list):
        return list(value["set"])
    return None


def number_from_json(value: Any, *, maximum: int = 0xFFFFFFFF) -> int | None:
    """A JSON number from 0 to ``maximum``, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= maximum else None


def port_json(ports: PortRange) -> Any:
    """A port or a range of ports."""
    return ports.first if ports.is_single else value_range(ports.first, ports.last)


def port_from_json(value: Any) -> PortRange | None:
    """The port or range that a JSON value says, or None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 0xFFFF:
        return PortRange.single(value)
    ends = value.get("range") if isinstance(value, dict) else None
    if isinstance(ends, list) and len(ends) == 2:
        first, last = ends
        if isinstance(first, int) and isinstance(last, int) and 0 <= first <= last <= 0xFFFF:
            return PortRange(first, last)
    return None
