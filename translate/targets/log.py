"""``-j LOG``: a line in the kernel's log; the packet goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, Option, ParseContext, TargetExtension, Text
from translate.nft.cursor import Cursor
from translate.numbers import parse_uint
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.log_prefixes import check_log_prefix, read_log_prefix

__all__ = ["Log", "LogExtension"]

_PREFIX_BYTES: Final = 29
_LEVELS: Final = ("emerg", "alert", "crit", "error", "warning", "notice", "info", "debug")
_NFT_LEVELS: Final = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
_WARNING: Final = 4
_FLAGS: Final = MappingProxyType(
    {
        "tcp-sequence": "tcp sequence",
        "tcp-options": "tcp options",
        "ip-options": "ip options",
        "uid": "skuid",
        "macdecode": "ether",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(Target):
    """What to print.

    Args:
        level: ``--log-level``, 0 (emerg) to 7 (debug).
        prefix: ``--log-prefix``, at most 29 bytes.
        flags: the ``--log-…`` flags in the order of iptables-save, without ``log-``.
    """

    name: ClassVar[str] = "LOG"
    level: int = _WARNING
    prefix: str | None = None
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.level < len(_LEVELS):
            raise InvalidRule(f"log level must be 0 to 7, not {self.level}")
        check_log_prefix(self.prefix, size=_PREFIX_BYTES)
        if self.flags != tuple(flag for flag in _FLAGS if flag in self.flags):
            raise InvalidRule(
                f"log flags {self.flags} must be of {', '.join(_FLAGS)}, each once, in that order"
            )


class LogExtension(TargetExtension[Log]):
    """Translates ``-j LOG``."""

    name = "LOG"
    value = Log
    options = (
        Option(name="log-level"),
        Option(name="log-prefix"),
        *(Option(name=f"log-{flag}", words=0) for flag in _FLAGS),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Log:
        del context
        level, prefix = given.get("log-level"), given.get("log-prefix")
        return Log(
            level=_WARNING if level is None else _parse_level(level),
            prefix=None if prefix is None else read_log_prefix(prefix, size=_PREFIX_BYTES),
            flags=tuple(flag for flag in _FLAGS if f"log-{flag}" in given),
        )

    def format(self, value: Log, context: ParseContext) -> Sequence[str]:
        del context
        words = [] if value.prefix is None else ["--log-prefix", Text(value.prefix)]
        if value.level != _WARNING:
            words += ["--log-level", str(value.level)]
        return words + [f"--log-{flag}" for flag in value.flags]

    def to_nft(self, value: Log, rule: Rule) -> list[Statement]:
        del rule
        body: dict[str, Any] = {}
        if value.prefix is not None:
            body["prefix"] = value.prefix
        if value.level != _WARNING:
            body["level"] = _NFT_LEVELS[value.level]
        if value.flags:
            flags = [_FLAGS[flag] for flag in value.flags]
            body["flags"] = flags[0] if len(flags) == 1 else flags
            if len(flags) == len(_FLAGS):
                body["flags"] = "all"
        return [{"log": body or None}]

    def from_nft(self, cursor: Cursor) -> Log | None:
        statement = cursor.peek()
        if statement is None or "log" not in statement:
            return None
        body = statement["log"] or {}
        if not isinstance(body, dict) or not set(body) <= {"prefix", "level", "flags"}:
            return None
        if not isinstance(body.get("prefix", ""), str):
            return None
        level, flags = body.get("level", "warn"), _read_flags(body.get("flags", []))
        if level not in _NFT_LEVELS or flags is None:
            return None
        try:
            value = Log(level=_NFT_LEVELS.index(level), prefix=body.get("prefix"), flags=flags)
        except InvalidRule:
            return None
        cursor.take()
        return value


def _parse_level(given: Given) -> int:
    word = "emerg" if given.value == "panic" else given.value
    if word in _LEVELS:
        return _LEVELS.index(word)
    level = parse_uint(word, maximum=len(_LEVELS) - 1)
    if level is None:
        raise given.error(f"unknown log level {word!r}: 0 to 7, or {', '.join(_LEVELS)}")
    return level


def _read_flags(value: Any) -> tuple[str, ...] | None:
    if value == "all":
        return tuple(_FLAGS)
    names = value if isinstance(value, list) else [value]
    if any(name not in _FLAGS.values() for name in names):
        return None
    return tuple(flag for flag, name in _FLAGS.items() if name in names)
