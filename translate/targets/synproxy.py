"""``-j SYNPROXY``: answer TCP handshakes for the server behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.statements import number_from_json
from translate.protocols import TCP
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.uints import read_uint

__all__ = ["Synproxy", "SynproxyExtension"]

_MAXIMA: Final = MappingProxyType({"mss": 0xFFFF, "wscale": 0xFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Synproxy(Target):
    """The TCP options that the server is known to use.

    Args:
        mss: ``--mss`` in bytes, or None.
        wscale: ``--wscale`` in bits, or None.
        sack_perm: ``--sack-perm``.
        timestamp: ``--timestamp``.
        ecn: ``--ecn``.
    """

    name: ClassVar[str] = "SYNPROXY"
    mss: int | None = None
    wscale: int | None = None
    sack_perm: bool = False
    timestamp: bool = False
    ecn: bool = False

    def __post_init__(self) -> None:
        for name, maximum in _MAXIMA.items():
            if not 0 <= (getattr(self, name) or 0) <= maximum:
                raise InvalidRule(f"synproxy: {name} must be 0 to {maximum}")


class SynproxyExtension(TargetExtension[Synproxy]):
    """Translates ``-j SYNPROXY``."""

    name = "SYNPROXY"
    value = Synproxy
    chains = frozenset({"INPUT", "FORWARD"})
    options = (
        Option(name="sack-perm", words=0),
        Option(name="timestamp", words=0),
        Option(name="wscale"),
        Option(name="mss"),
        Option(name="ecn", words=0),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Synproxy:
        if not context.has_protocol(TCP):
            raise given.error("needs -p tcp")
        numbers = {
            name: read_uint(option, maximum=maximum)
            for name, maximum in _MAXIMA.items()
            if (option := given.get(name)) is not None
        }
        return Synproxy(
            sack_perm="sack-perm" in given,
            timestamp="timestamp" in given,
            ecn="ecn" in given,
            mss=numbers.get("mss"),
            wscale=numbers.get("wscale"),
        )

    def format(self, value: Synproxy, context: ParseContext) -> Sequence[str]:
        del context
        words = ["--sack-perm"] if value.sack_perm else []
        if value.timestamp:
            words.append("--timestamp")
        if value.wscale is not None:
            words += ["--wscale", str(value.wscale)]
        if value.mss is not None:
            words += ["--mss", str(value.mss)]
        return [*words, "--ecn"] if value.ecn else words

    def to_nft(self, value: Synproxy, rule: Rule) -> list[Statement]:
        del rule
        if value.ecn:
            raise Untranslatable("-j SYNPROXY --ecn", "nft's synproxy has no such flag")
        body: dict[str, Any] = {}
        if value.mss is not None:
            body["mss"] = value.mss
        if value.wscale is not None:
            body["wscale"] = value.wscale
        flags = [
            flag
            for flag, on in (("timestamp", value.timestamp), ("sack-perm", value.sack_perm))
            if on
        ]
        if flags:
            body["flags"] = flags
        return [{"synproxy": body or None}]

    def from_nft(self, cursor: Cursor) -> Synproxy | None:
        statement = cursor.peek() or {}
        if "synproxy" not in statement:
            return None
        body = statement["synproxy"] or {}
        if not isinstance(body, dict) or not set(body) <= {"mss", "wscale", "flags"}:
            return None
        numbers = {
            name: number_from_json(body[name], maximum=maximum)
            for name, maximum in _MAXIMA.items()
            if name in body
        }
        flags = body.get("flags", [])
        flags = flags if isinstance(flags, list) else [flags]
        if None in numbers.values() or any(f not in ("timestamp", "sack-perm") for f in flags):
            return None
        cursor.take()
        return Synproxy(
            sack_perm="sack-perm" in flags,
            timestamp="timestamp" in flags,
            mss=numbers.get("mss"),
            wscale=numbers.get("wscale"),
        )
