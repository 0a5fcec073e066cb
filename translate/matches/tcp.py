"""``-m tcp``: ports, flags and options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.matches._ports import (
    PORT_OPTIONS,
    format_ports,
    parse_ports,
    ports_from_nft,
    ports_to_nft,
)
from translate.nft.cursor import Cursor
from translate.nft.statements import bitwise_and, match, meta, payload
from translate.numbers import parse_uint
from translate.protocols import TCP
from translate.rule import Match, Rule
from translate.types import Negatable, PortRange, Statement

__all__ = ["Tcp", "TcpExtension", "TcpFlags"]

_FLAGS: Final = MappingProxyType(
    {"FIN": 0x01, "SYN": 0x02, "RST": 0x04, "PSH": 0x08, "ACK": 0x10, "URG": 0x20}
)
_ALL: Final = 0x3F
_SYN_MASK: Final = 0x17
_OPTION_KINDS: Final = MappingProxyType(
    {"eol": 0, "nop": 1, "maxseg": 2, "window": 3, "sack-permitted": 4, "sack": 5, "timestamp": 8}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpFlags:
    """The flags to look at and the ones of them that must be set, as bits of the TCP header."""

    mask: int
    compare: int

    def __post_init__(self) -> None:
        for name in ("mask", "compare"):
            if not 0 <= getattr(self, name) <= _ALL:
                raise InvalidRule(f"tcp flags: {name} must be 0 to {_ALL:#x}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tcp(Match):
    """``--sport``, ``--dport``, ``--tcp-flags`` (and ``--syn``), ``--tcp-option``."""

    name: ClassVar[str] = "tcp"
    sport: Negatable[PortRange] | None = None
    dport: Negatable[PortRange] | None = None
    option: Negatable[int] | None = None
    flags: Negatable[TcpFlags] | None = None


class TcpExtension(MatchExtension[Tcp]):
    """Translates ``-m tcp``."""

    name = "tcp"
    value = Tcp
    protocols = (TCP,)
    options = (
        *PORT_OPTIONS,
        Option(name="syn", key="flags", words=0, negatable=True),
        Option(name="tcp-flags", key="flags", words=2, negatable=True),
        Option(name="tcp-option", negatable=True),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Tcp:
        if not context.has_protocol(TCP):
            raise given.error("needs -p tcp before it")
        return Tcp(
            sport=parse_ports(given, "sport"),
            dport=parse_ports(given, "dport"),
            flags=_parse_flags(given.get("flags")),
            option=_parse_option(given.get("tcp-option")),
        )

    def format(self, value: Tcp, context: ParseContext) -> Sequence[str]:
        del context
        words = format_ports("sport", value.sport) + format_ports("dport", value.dport)
        if value.option is not None:
            words += [*value.option.bang, "--tcp-option", str(value.option.value)]
        if value.flags is not None:
            flags = value.flags.value
            words += value.flags.bang
            words += ["--tcp-flags", _flag_names(flags.mask), _flag_names(flags.compare)]
        return words

    def to_nft(self, value: Tcp, rule: Rule) -> list[Statement]:
        del rule
        statements = ports_to_nft("tcp", "sport", value.sport)
        statements += ports_to_nft("tcp", "dport", value.dport)
        if value.option is not None:
            statements.append(_option_to_nft(value.option))
        if value.flags is not None:
            flags = value.flags.value
            left = bitwise_and(payload("tcp", "flags"), flags.mask)
            statements.append(match(left, flags.compare, negated=value.flags.negated))
        return statements or [match(meta("l4proto"), "tcp")]

    def needs_hint(self, value: Tcp) -> bool:
        return value == Tcp()

    def from_nft(self, cursor: Cursor) -> Tcp | None:
        if not cursor.may_imply(TCP):
            return None
        sport = ports_from_nft(cursor, "tcp", "sport")
        dport = ports_from_nft(cursor, "tcp", "dport")
        option = _option_from_nft(cursor)
        flags = _flags_from_nft(cursor)
        value = Tcp(sport=sport, dport=dport, option=option, flags=flags)
        if value == Tcp():
            return None
        cursor.imply(TCP)
        return value

    def from_hint(self, cursor: Cursor) -> Tcp | None:
        return self.from_nft(cursor) or (Tcp() if cursor.has_protocol(TCP) else None)


def _flag_names(bits: int) -> str:
    if bits == 0:
        return "NONE"
    return ",".join(name for name, bit in _FLAGS.items() if bits & bit)


def _parse_flag_names(text: str, given: Given) -> int:
    bits = 0
    for word in text.split(","):
        name = word.upper()
        if name in _FLAGS:
            bits |= _FLAGS[name]
        elif name == "ALL":
            bits |= _ALL
        elif name != "NONE":
            known = ", ".join((*_FLAGS, "ALL", "NONE"))
            raise given.error(f"unknown TCP flag {word!r}: {known}")
    return bits


def _parse_flags(given: Given | None) -> Negatable[TcpFlags] | None:
    if given is None:
        return None
    if given.option.name == "syn":
        return Negatable(TcpFlags(mask=_SYN_MASK, compare=_FLAGS["SYN"]), given.negated)
    mask, compare = (_parse_flag_names(word, given) for word in given.words)
    return Negatable(TcpFlags(mask=mask, compare=compare), given.negated)


def _parse_option(given: Given | None) -> Negatable[int] | None:
    if given is None:
        return None
    number = parse_uint(given.value, maximum=255, minimum=1)
    if number is None:
        raise given.error(f"invalid TCP option {given.value!r}: a number from 1 to 255")
    return Negatable(number, given.negated)


def _option_to_nft(option: Negatable[int]) -> Statement:
    names = {kind: name for name, kind in _OPTION_KINDS.items()}
    body: dict[str, Any] = {"name": names.get(option.value, option.value)}
    if option.value not in names:
        body = {"base": option.value, "offset": 0, "len": 8}
    return match({"tcp option": body}, not option.negated)


def _option_from_nft(cursor: Cursor) -> Negatable[int] | None:
    view = cursor.match()
    if view is None or not isinstance(view.left, dict) or "tcp option" not in view.left:
        return None
    body = view.left["tcp option"]
    kind = _OPTION_KINDS.get(body.get("name"), body.get("base"))
    if "field" in body or kind is None or not isinstance(view.right, bool):
        return None
    cursor.take()
    return Negatable(kind, negated=(not view.right) != view.negated)


def _flags_from_nft(cursor: Cursor) -> Negatable[TcpFlags] | None:
    view = cursor.match()
    if view is None or not view.is_equality or not isinstance(view.left, dict):
        return None
    operands = view.left.get("&")
    if not isinstance(operands, list) or operands[0] != payload("tcp", "flags"):
        return None
    mask, compare = _flag_bits(operands[1]), _flag_bits(view.right)
    if mask is None or compare is None:
        return None
    cursor.take()
    return Negatable(TcpFlags(mask=mask, compare=compare), view.negated)


def _flag_bits(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value <= _ALL else None
    if isinstance(value, str):
        return _FLAGS.get(value.upper())
    if isinstance(value, dict) and isinstance(value.get("|"), list):
        value = value["|"]
    if isinstance(value, list):
        bits = 0
        for item in value:
            bit = _flag_bits(item)
            if bit is None:
                return None
            bits |= bit
        return bits
    return None
