"""``-j TOS``: change the type of service byte (IPv6: the traffic class)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.statements import payload
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.dscp import MAX_DSCP, dscp_from_json
from translate.values.ecn import ecn_from_json
from translate.values.tos import MAX_TOS, read_tos
from translate.values.uints import read_uint

__all__ = ["Tos", "TosExtension"]

_ECN: Final = 0x03
_KEYS: Final = frozenset({"set-tos", "and-tos", "or-tos", "xor-tos"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tos(Target):
    """``--set-tos VALUE/MASK``: clear the bits of the mask, then flip those of the value."""

    name: ClassVar[str] = "TOS"
    value: int
    mask: int = MAX_TOS

    def __post_init__(self) -> None:
        for name in ("value", "mask"):
            if not 0 <= getattr(self, name) <= MAX_TOS:
                raise InvalidRule(f"tos: {name} must be 0 to {MAX_TOS:#x}")


class TosExtension(TargetExtension[Tos]):
    """Translates ``-j TOS``.

    nft sees two fields in the byte, DSCP and ECN, and can set each as a whole. iptables-translate
    writes ``ip6 dscp`` for IPv4 too and drops the ECN bits; where the mask leaves some of a field's
    bits alone, its form is not nft.
    """

    name = "TOS"
    value = Tos
    tables = frozenset({"mangle"})
    options = tuple(Option(name=name, excludes=_KEYS - {name}) for name in sorted(_KEYS))

    def parse(self, given: GivenOptions, context: ParseContext) -> Tos:
        del context
        option = next(iter(given), None)
        if option is None:
            raise given.error("one of --set-tos, --and-tos, --or-tos, --xor-tos must be given")
        operation = option.option.key
        if operation == "set-tos":
            value, mask = read_tos(option)
            return Tos(value=value, mask=mask)
        bits = read_uint(option, maximum=MAX_TOS)
        if operation == "and-tos":
            return Tos(value=0, mask=~bits & MAX_TOS)
        return Tos(value=bits, mask=bits if operation == "or-tos" else 0)

    def format(self, value: Tos, context: ParseContext) -> Sequence[str]:
        del context
        return ["--set-tos", f"{value.value:#04x}/{value.mask:#04x}"]

    def to_nft(self, value: Tos, rule: Rule) -> list[Statement]:
        family = rule.version.family
        statements: list[Statement] = []
        for field, shift, bits in (("dscp", 2, MAX_DSCP), ("ecn", 0, _ECN)):
            mask, new = value.mask >> shift & bits, value.value >> shift & bits
            if mask == bits:
                statements.append({"mangle": {"key": payload(family, field), "value": new}})
            elif mask or new:
                raise Untranslatable(
                    f"-j TOS --set-tos {value.value:#04x}/{value.mask:#04x}",
                    "nft sets DSCP and ECN as a whole, not some of their bits",
                )
        if not statements:
            raise Untranslatable("-j TOS --set-tos 0x00/0x00", "it changes nothing")
        return statements

    def hint(self, value: Tos) -> str | None:
        return "" if value.mask == MAX_TOS & ~_ECN else None

    def from_hint(self, cursor: Cursor, hint: str) -> Tos | None:
        dscp = None if hint else _read(cursor.peek(), payload(cursor.version.family, "dscp"))
        if dscp is None:
            return None
        cursor.take()
        return Tos(value=dscp << 2, mask=MAX_TOS & ~_ECN)

    def from_nft(self, cursor: Cursor) -> Tos | None:
        family = cursor.version.family
        ecn = _read(cursor.peek(), payload(family, "ecn"))
        if ecn is not None:
            cursor.take()
            return Tos(value=ecn, mask=_ECN)
        dscp = _read(cursor.peek(), payload(family, "dscp"))
        ecn = _read(cursor.peek(1), payload(family, "ecn"))
        if dscp is None or ecn is None:
            return None
        cursor.take(2)
        return Tos(value=dscp << 2 | ecn)


def _read(statement: Statement | None, key: Any) -> int | None:
    body = (statement or {}).get("mangle")
    if not isinstance(body, dict) or body.get("key") != key:
        return None
    value = body.get("value")
    if key["payload"]["field"] == "dscp":
        return dscp_from_json(value)
    return ecn_from_json(value)
