"""``-m tcp``: ports, flags and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, Option
from translate.matches._ports import PORT_OPTIONS, PortsExtension, PortsMatch
from translate.nft.cursor import Cursor
from translate.nft.statements import MatchView, bitwise_and, match, meta, payload
from translate.nft.tcp_options import tcp_option_from_json, tcp_option_json
from translate.numbers import parse_uint
from translate.protocols import TCP
from translate.types import Negatable, Statement

__all__ = ["Tcp", "TcpExtension", "TcpFlags"]

_FLAGS: Final = MappingProxyType(
    {"FIN": 0x01, "SYN": 0x02, "RST": 0x04, "PSH": 0x08, "ACK": 0x10, "URG": 0x20}
)
_ALL: Final = 0x3F
_SYN_MASK: Final = 0x17


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
class Tcp(PortsMatch):
    """``--sport``, ``--dport``, ``--tcp-flags`` (and ``--syn``), ``--tcp-option``."""

    name: ClassVar[str] = "tcp"
    option: Negatable[int] | None = None
    flags: Negatable[TcpFlags] | None = None

    def __post_init__(self) -> None:
        if self.option is not None and not 1 <= self.option.value <= 255:
            raise InvalidRule(f"tcp option must be 1 to 255, not {self.option.value}")


class TcpExtension(PortsExtension[Tcp]):
    """Translates ``-m tcp``."""

    name = "tcp"
    value = Tcp
    protocols = (TCP,)
    service_protocol = "tcp"
    options = (
        *PORT_OPTIONS,
        Option(name="syn", key="flags", words=0, negatable=True),
        Option(name="tcp-flags", key="flags", words=2, negatable=True),
        Option(name="tcp-option", negatable=True),
    )

    def parse_more(self, given: GivenOptions) -> Mapping[str, Any]:
        return {
            "flags": _parse_flags(given.get("flags")),
            "option": _parse_option(given.get("tcp-option")),
        }

    def format_more(self, value: Tcp) -> Sequence[str]:
        words: list[str] = []
        if value.option is not None:
            words += [*value.option.bang, "--tcp-option", str(value.option.value)]
        if value.flags is not None:
            flags = value.flags.value
            words += value.flags.bang
            words += ["--tcp-flags", _flag_names(flags.mask), _flag_names(flags.compare)]
        return words

    def more_to_nft(self, value: Tcp, *, guarded: bool) -> list[Statement]:
        more: list[Statement] = []
        if value.option is not None:
            if _only_lacks_an_option(value) and not guarded:
                # The option is missing from a packet of another protocol, too. nft's listing leaves
                # this test out; the rule's comment says that it is there.
                more.append(match(meta("l4proto"), "tcp"))
            more.append(_option_to_nft(value.option))
        if value.flags is not None:
            flags = value.flags.value
            left = bitwise_and(payload("tcp", "flags"), flags.mask)
            more.append(match(left, flags.compare, negated=value.flags.negated))
        return more

    def needs_hint(self, value: Tcp) -> bool:
        return super().needs_hint(value) or _only_lacks_an_option(value)

    def leaves_no_trace(self, value: Tcp) -> bool:
        return super().needs_hint(value)

    def from_hint(self, cursor: Cursor) -> Tcp | None:
        value = self.from_nft(cursor)
        option = _read_option(cursor) if value is None and cursor.may_imply(TCP) else None
        if option is None:
            return value
        cursor.take()
        cursor.imply(TCP)
        return Tcp(option=option)

    def more_from_nft(self, cursor: Cursor) -> Mapping[str, Any]:
        return {"option": _option_from_nft(cursor), "flags": _flags_from_nft(cursor)}


def _only_lacks_an_option(value: Tcp) -> bool:
    option = value.option
    return option is not None and option.negated and value == Tcp(option=option)


def _flag_names(bits: int) -> str:
    if bits == 0:
        return "NONE"
    return ",".join(name for name, bit in _FLAGS.items() if bits & bit)


def _parse_flag_names(text: str, given: Given) -> int:
    bits = 0
    for word in filter(None, text.split(",")):
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
    if mask == compare == 0 and not given.negated:
        return None
    return Negatable(TcpFlags(mask=mask, compare=compare), given.negated)


def _parse_option(given: Given | None) -> Negatable[int] | None:
    if given is None:
        return None
    number = parse_uint(given.value, maximum=255, minimum=1)
    if number is None:
        raise given.error(f"invalid TCP option {given.value!r}: a number from 1 to 255")
    return Negatable(number, given.negated)


def _option_to_nft(option: Negatable[int]) -> Statement:
    return match({"tcp option": tcp_option_json(option.value)}, not option.negated)


def _read_option(cursor: Cursor) -> Negatable[int] | None:
    """What the statement at the cursor says of an option, without stepping past it."""
    view = cursor.match()
    if view is None or not isinstance(view.left, dict) or not view.is_equality:
        return None
    kind = tcp_option_from_json(view.left.get("tcp option"))
    if not kind or not isinstance(view.right, bool):
        return None
    return Negatable(kind, negated=view.right == view.negated)


def _option_from_nft(cursor: Cursor) -> Negatable[int] | None:
    option = _read_option(cursor)
    if option is None:
        return None
    if not option.negated or cursor.has_protocol(TCP):
        cursor.take()
    elif cursor.match_on(meta("l4proto"), offset=1) == MatchView("==", meta("l4proto"), "tcp"):
        cursor.take(2)
    else:
        following = cursor.match(1)
        if following is None or _flags_of(following) is None:
            return None
        cursor.take()
    return option


def _flags_from_nft(cursor: Cursor) -> Negatable[TcpFlags] | None:
    view = cursor.match()
    flags = None if view is None else _flags_of(view)
    if flags is not None:
        cursor.take()
    return flags


def _flags_of(view: MatchView) -> Negatable[TcpFlags] | None:
    """What such a statement says.

    nft turns ``flags & MASK == 0`` into ``flags ! MASK``, and ``!= 0`` into ``flags MASK``.
    """
    header = payload("tcp", "flags")
    if view.left == header and view.op in {"in", "!"}:
        mask, compare, negated = _flag_bits(view.right), 0, view.op == "in"
    elif view.is_equality and isinstance(view.left, dict):
        operands = view.left.get("&")
        if not isinstance(operands, list) or len(operands) != 2 or operands[0] != header:
            return None
        mask, negated = _flag_bits(operands[1]), view.negated
        bits = _flag_bits(view.right)
        if bits is None:
            return None
        compare = bits
    else:
        return None
    return None if mask is None else Negatable(TcpFlags(mask=mask, compare=compare), negated)


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
