"""``-j NFLOG``: hand a copy to userspace through nfnetlink_log; the packet goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension, Text
from translate.nft.cursor import Cursor
from translate.nft.statements import number_from_json
from translate.numbers import parse_uint
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.log_prefixes import check_log_prefix, read_log_prefix
from translate.values.uints import read_uint

__all__ = ["Nflog", "NflogExtension"]

_PREFIX_BYTES: Final = 63
_MAXIMA: Final = MappingProxyType(
    {"group": 0xFFFF, "range": 0xFFFFFFFF, "size": 0xFFFFFFFF, "threshold": 0xFFFF}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nflog(Target):
    """Where to and how much.

    Args:
        group: ``--nflog-group``.
        prefix: ``--nflog-prefix``, at most 63 bytes.
        size: ``--nflog-size`` in bytes; None is what userspace asked for.
        range: ``--nflog-range`` in bytes, which never had any effect.
        threshold: ``--nflog-threshold`` in packets; 0 is what userspace asked for.
    """

    name: ClassVar[str] = "NFLOG"
    group: int = 0
    prefix: str | None = None
    size: int | None = None
    range: int = 0
    threshold: int = 0

    def __post_init__(self) -> None:
        check_log_prefix(self.prefix, size=_PREFIX_BYTES)
        for name, maximum in _MAXIMA.items():
            if not 0 <= (getattr(self, name) or 0) <= maximum:
                raise InvalidRule(f"nflog: {name} must be 0 to {maximum}")
        if self.size is not None and self.range:
            raise InvalidRule("nflog: a size and a range exclude each other")


class NflogExtension(TargetExtension[Nflog]):
    """Translates ``-j NFLOG``."""

    name = "NFLOG"
    value = Nflog
    options = (
        Option(name="nflog-group"),
        Option(name="nflog-prefix"),
        Option(name="nflog-range", excludes=frozenset({"nflog-size"})),
        Option(name="nflog-size", excludes=frozenset({"nflog-range"})),
        Option(name="nflog-threshold"),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Nflog:
        del context
        prefix = given.get("nflog-prefix")
        numbers = {
            name: read_uint(option, maximum=maximum)
            for name, maximum in _MAXIMA.items()
            if (option := given.get(f"nflog-{name}")) is not None
        }
        return Nflog(
            prefix=None if prefix is None else read_log_prefix(prefix, size=_PREFIX_BYTES),
            **numbers,
        )

    def format(self, value: Nflog, context: ParseContext) -> Sequence[str]:
        del context
        words = [] if value.prefix is None else ["--nflog-prefix", Text(value.prefix)]
        if value.group:
            words += ["--nflog-group", str(value.group)]
        if value.size is not None:
            words += ["--nflog-size", str(value.size)]
        if value.range:
            words += ["--nflog-range", str(value.range)]
        if value.threshold:
            words += ["--nflog-threshold", str(value.threshold)]
        return words

    def to_nft(self, value: Nflog, rule: Rule) -> list[Statement]:
        del rule
        body: dict[str, Any] = {"group": value.group}
        if value.prefix is not None:
            body["prefix"] = value.prefix
        if value.size is not None:
            body["snaplen"] = value.size
        if value.threshold:
            body["queue-threshold"] = value.threshold
        return [{"log": body}]

    def hint(self, value: Nflog) -> str | None:
        return str(value.range) if value.range else None

    def from_nft(self, cursor: Cursor) -> Nflog | None:
        return self._read(cursor, 0)

    def from_hint(self, cursor: Cursor, hint: str) -> Nflog | None:
        size = parse_uint(hint)
        return None if size is None else self._read(cursor, size)

    def _read(self, cursor: Cursor, size: int) -> Nflog | None:
        statement = cursor.peek() or {}
        body = statement.get("log")
        if not isinstance(body, dict) or "group" not in body:
            return None
        if not set(body) <= {"group", "prefix", "snaplen", "queue-threshold"}:
            return None
        if not isinstance(body.get("prefix", ""), str):
            return None
        group = number_from_json(body["group"])
        threshold = number_from_json(body.get("queue-threshold", 0))
        snaplen = number_from_json(body["snaplen"]) if "snaplen" in body else None
        if group is None or threshold is None or (snaplen is None and "snaplen" in body):
            return None
        try:
            value = Nflog(
                group=group,
                prefix=body.get("prefix"),
                size=snaplen,
                range=size,
                threshold=threshold,
            )
        except InvalidRule:
            return None
        cursor.take()
        return value
