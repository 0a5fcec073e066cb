"""``-m rt``: fields of an IPv6 routing header (RFC 8200, section 4.4; type 0: RFC 2460)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from typing import Any, ClassVar, Final

from translate.addresses import parse_address
from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.headers import HeaderLength
from translate.nft.intervals import interval_from_nft, interval_to_nft, number_from_nft
from translate.nft.statements import exthdr, match
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, Statement, address_text
from translate.values.clipped import ClippedInterval
from translate.values.intervals import Interval, read_interval
from translate.values.options import read_negatable
from translate.values.uints import read_uint

__all__ = ["Rt", "RtExtension"]

_MAX_FIELD: Final = 255
_MAX_ADDRESSES: Final = 16
_LISTED_ADDRESSES: Final = 2
"""How many of a header's addresses libnftables 1.0.6 has names for."""
_TYPE: Final = exthdr("rt", "type")
_SEGMENTS_LEFT: Final = exthdr("rt", "seg-left")
_ANY: Final = match(exthdr("rt"), right=True)
_LENGTH_FIELD: Final = exthdr("rt", "hdrlength")
_LENGTH: Final = HeaderLength(_LENGTH_FIELD, unit=8, least=1)
# The four reserved octets are other fields in a segment routing header, for which nft has names.
_RESERVED: Final = tuple(match(exthdr("srh", name), 0) for name in ("last-entry", "flags", "tag"))
_TYPE_0: Final = Negatable(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rt(Match):
    """The options of that name.

    Args:
        type: ``--rt-type``; None is any.
        segments_left: ``--rt-segsleft``; None is any.
        length: ``--rt-len``, the header's length in octets; None is any.
        reserved_zero: ``--rt-0-res``: the reserved field must be zero.
        addresses: ``--rt-0-addrs``, the addresses in the header.
        strict: whether these and no others must be in it, rather than these among others.
    """

    name: ClassVar[str] = "rt"
    type: Negatable[int] | None = None
    segments_left: Negatable[ClippedInterval] | None = None
    length: Negatable[int] | None = None
    reserved_zero: bool = False
    addresses: tuple[IPv6Address, ...] = ()
    strict: bool = True

    def __post_init__(self) -> None:
        for name in ("type", "length"):
            number: Negatable[int] | None = getattr(self, name)
            if number is not None and not 0 <= number.value <= 0xFFFFFFFF:
                raise InvalidRule(f"rt: {name} must be 0 to 4294967295, not {number.value}")
        if (self.reserved_zero or self.addresses) and self.type != _TYPE_0:
            raise InvalidRule("rt: --rt-type 0 is required with --rt-0-res and --rt-0-addrs")
        if not self.strict and not self.addresses:
            raise InvalidRule("rt: --rt-0-addrs is required with --rt-0-not-strict")
        if len(self.addresses) > _MAX_ADDRESSES:
            raise InvalidRule(f"rt: at most {_MAX_ADDRESSES} addresses")


class RtExtension(MatchExtension[Rt]):
    """Translates ``-m rt``.

    iptables-translate compares ``--rt-len`` with a count of eight octets, and has no form for the
    options of type 0.
    """

    name = "rt"
    value = Rt
    versions = frozenset({IPVersion.V6})
    options = (
        Option(name="rt-type", negatable=True),
        Option(name="rt-segsleft", negatable=True),
        Option(name="rt-len", negatable=True),
        Option(name="rt-0-res", words=0),
        Option(name="rt-0-addrs"),
        Option(name="rt-0-not-strict", words=0),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Rt:
        del context
        _check_order(given)
        addresses = given.get("rt-0-addrs")
        return Rt(
            type=read_negatable(given.get("rt-type"), read_uint),
            segments_left=_read_segments(given.get("rt-segsleft")),
            length=read_negatable(given.get("rt-len"), read_uint),
            reserved_zero="rt-0-res" in given,
            addresses=() if addresses is None else _read_addresses(addresses),
            strict="rt-0-not-strict" not in given,
        )

    def format(self, value: Rt, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        if value.type is not None:
            words += [*value.type.bang, "--rt-type", str(value.type.value)]
        if value.segments_left is not None:
            left = value.segments_left
            words += [*left.bang, "--rt-segsleft", left.value.written.text(":")]
        if value.length is not None:
            words += [*value.length.bang, "--rt-len", str(value.length.value)]
        if value.reserved_zero:
            words.append("--rt-0-res")
        if value.addresses:
            words += ["--rt-0-addrs", ",".join(map(address_text, value.addresses))]
        return words if value.strict else [*words, "--rt-0-not-strict"]

    def to_nft(self, value: Rt, rule: Rule) -> list[Statement]:
        del rule
        statements: list[Statement] = []
        if value.type is not None:
            if value.type.value > _MAX_FIELD:
                raise Untranslatable(
                    f"-m rt --rt-type {value.type.value}", "a type is at most 255: it never holds"
                )
            statements.append(match(_TYPE, value.type.value, negated=value.type.negated))
        if value.segments_left is not None:
            statements.append(_segments_to_nft(value.segments_left))
        if value.length is not None:
            statements.append(_LENGTH.to_nft(value.length, "-m rt --rt-len"))
        if value.reserved_zero:
            statements += _RESERVED
        if value.addresses:
            statements += _addresses_to_nft(value)
        return statements or [_ANY]

    def from_nft(self, cursor: Cursor) -> Rt | None:
        if cursor.peek() == _ANY:
            cursor.take()
            return Rt()
        kind = number_from_nft(cursor, _TYPE, maximum=_MAX_FIELD)
        left = interval_from_nft(cursor, _SEGMENTS_LEFT, maximum=_MAX_FIELD)
        length = _LENGTH.from_nft(cursor)
        of_type_0 = kind == _TYPE_0
        reserved_zero = of_type_0 and tuple(cursor.peek(i) for i in range(3)) == _RESERVED
        if reserved_zero:
            cursor.take(3)
        if kind is None and left is None and length is None:
            return None
        return Rt(
            type=kind,
            segments_left=None
            if left is None
            else Negatable(ClippedInterval(left.value, _MAX_FIELD), left.negated),
            length=length,
            reserved_zero=reserved_zero,
            addresses=_addresses_from_nft(cursor) if of_type_0 else (),
        )


def _check_order(given: GivenOptions) -> None:
    """See that what an option needs stands before it, where iptables looks for it."""
    seen: set[str] = set()
    for option in given:
        name = option.option.name
        for other, needing in (
            ("rt-type", ("rt-0-res", "rt-0-addrs")),
            ("rt-0-addrs", ("rt-0-not-strict",)),
        ):
            if name in needing and other not in seen:
                value = " 0" if other == "rt-type" else ""
                raise option.error(f"--{other}{value} is required before it")
        seen.add(name)


def _read_segments(given: Given | None) -> Negatable[ClippedInterval] | None:
    if given is None:
        return None
    interval = read_interval(given)
    if interval == Interval(0, 0xFFFFFFFF) and not given.negated:
        return None
    return Negatable(ClippedInterval(interval, _MAX_FIELD), given.negated)


def _read_addresses(given: Given) -> tuple[IPv6Address, ...]:
    try:
        parsed = [parse_address(word, IPVersion.V6) for word in given.value.split(",")]
    except InvalidRule as error:
        raise given.error(str(error)) from error
    return tuple(address for address in parsed if isinstance(address, IPv6Address))


def _segments_to_nft(left: Negatable[ClippedInterval]) -> Statement:
    if left.value.found is None:
        raise Untranslatable(
            f"-m rt --rt-segsleft {left.value.written.text(':')}",
            "the field is at most 255: the test never holds",
        )
    return interval_to_nft(_SEGMENTS_LEFT, Negatable(left.value.found, left.negated))


def _addresses_to_nft(value: Rt) -> list[Statement]:
    if not value.strict:
        raise Untranslatable("-m rt --rt-0-not-strict", "nft cannot search a list of addresses")
    if len(value.addresses) > _LISTED_ADDRESSES:
        raise Untranslatable(
            f"-m rt --rt-0-addrs with {len(value.addresses)} addresses",
            f"nft 1.0.6 can look at {_LISTED_ADDRESSES}",
        )
    # The header has room for these, and not for another one: two units each.
    units = Interval(2 * len(value.addresses), 2 * len(value.addresses) + 1)
    return [
        interval_to_nft(_LENGTH_FIELD, Negatable(units)),
        *(
            match(_address_field(place), address_text(address))
            for place, address in enumerate(value.addresses, start=1)
        ),
    ]


def _address_field(place: int) -> Any:
    return exthdr("srh", f"sid[{place}]")


def _addresses_from_nft(cursor: Cursor) -> tuple[IPv6Address, ...]:
    addresses: list[IPv6Address] = []
    while len(addresses) < _LISTED_ADDRESSES:
        place = len(addresses) + 1
        view = cursor.match_on(_address_field(place), offset=place)
        if view is None or view.op != "==" or not isinstance(view.right, str):
            break
        try:
            addresses.append(IPv6Address(view.right))
        except AddressValueError:
            break
    units = Interval(2 * len(addresses), 2 * len(addresses) + 1)
    if not addresses or cursor.peek() != interval_to_nft(_LENGTH_FIELD, Negatable(units)):
        return ()
    cursor.take(1 + len(addresses))
    return tuple(addresses)
