"""``-j TCPOPTSTRIP``: overwrite TCP options with no-ops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.tcp_options import tcp_option_from_json, tcp_option_json
from translate.numbers import parse_uint
from translate.protocols import TCP
from translate.rule import Rule, Target
from translate.types import Statement

__all__ = ["Tcpoptstrip", "TcpoptstripExtension"]

_NAMES: Final = MappingProxyType(
    {"wscale": 3, "mss": 2, "sack-permitted": 4, "sack": 5, "timestamp": 8, "md5": 19}
)
_LEAST: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tcpoptstrip(Target):
    """``--strip-options``: the options' kinds in ascending order."""

    name: ClassVar[str] = "TCPOPTSTRIP"
    kinds: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if list(self.kinds) != sorted({*self.kinds}):
            raise InvalidRule(f"TCP options {self.kinds}: each once, in ascending order")
        if any(not _LEAST <= kind <= 0xFF for kind in self.kinds):
            raise InvalidRule(f"TCP options {self.kinds} must be {_LEAST} to 255")


class TcpoptstripExtension(TargetExtension[Tcpoptstrip]):
    """Translates ``-j TCPOPTSTRIP``; iptables-translate does not."""

    name = "TCPOPTSTRIP"
    value = Tcpoptstrip
    tables = frozenset({"mangle"})
    options = (Option(name="strip-options"),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Tcpoptstrip:
        option = given.get("strip-options")
        kinds = () if option is None else _parse_kinds(option)
        if not context.has_protocol(TCP):
            raise given.error("needs -p tcp")
        return Tcpoptstrip(kinds=kinds)

    def format(self, value: Tcpoptstrip, context: ParseContext) -> Sequence[str]:
        del context
        return ["--strip-options", ",".join(map(str, value.kinds))] if value.kinds else []

    def to_nft(self, value: Tcpoptstrip, rule: Rule) -> list[Statement]:
        del rule
        if not value.kinds:
            raise Untranslatable("-j TCPOPTSTRIP without options", "it changes nothing")
        return [{"reset": {"tcp option": tcp_option_json(kind)}} for kind in value.kinds]

    def from_nft(self, cursor: Cursor) -> Tcpoptstrip | None:
        kinds: list[int] = []
        while True:
            kind = _read_kind(cursor.peek(len(kinds)))
            if kind is None or (kinds and kind <= kinds[-1]):
                break
            kinds.append(kind)
        if not kinds:
            return None
        cursor.take(len(kinds))
        return Tcpoptstrip(kinds=tuple(kinds))


def _parse_kinds(given: Given) -> tuple[int, ...]:
    kinds: set[int] = set()
    for word in given.value.split(","):
        kind = _NAMES.get(word)
        kind = parse_uint(word, maximum=0xFF) if kind is None else kind
        if kind is None or kind < _LEAST:
            raise given.error(
                f"invalid TCP option {word!r}: a number from {_LEAST} to 255, or "
                f"{', '.join(_NAMES)}"
            )
        if kind in kinds:
            raise given.error(f"TCP option {word!r} is named twice")
        kinds.add(kind)
    return tuple(sorted(kinds))


def _read_kind(statement: Statement | None) -> int | None:
    body = (statement or {}).get("reset")
    kind = tcp_option_from_json(body.get("tcp option") if isinstance(body, dict) else None)
    return None if kind is None or kind < _LEAST else kind
