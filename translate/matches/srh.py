"""``-m srh``: fields of an IPv6 segment routing header (RFC 8754)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.addresses import mask_of_length
from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.intervals import number_from_nft
from translate.nft.statements import are_folded, bitwise_and, exthdr, match, number_from_json
from translate.protocols import nft_protocol
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, Statement, address_text
from translate.values.hosts import Host, read_host
from translate.values.options import read_negatable
from translate.values.uints import read_uint

__all__ = ["Comparisons", "Srh", "SrhExtension"]

_MAX_FIELD: Final = 255
_MAX_TAG: Final = 0xFFFF
_SEGMENT_ROUTING: Final = (match(exthdr("rt"), right=True), match(exthdr("rt", "type"), 4))
_OPERATORS: Final = MappingProxyType(
    {("eq", False): "==", ("eq", True): "!=", ("gt", False): ">", ("gt", True): "<=",
     ("lt", False): "<", ("lt", True): ">="}
)  # fmt: skip
_BY_OPERATOR: Final = MappingProxyType({op: test for test, op in _OPERATORS.items()})
_KINDS: Final = ("eq", "gt", "lt")
_COMPARED: Final = MappingProxyType(
    {
        "hdr-len": exthdr("rt", "hdrlength"),
        "segs-left": exthdr("rt", "seg-left"),
        "last-entry": exthdr("srh", "last-entry"),
    }
)
_SEGMENTS: Final = MappingProxyType({"psid": "previous", "nsid": "next", "lsid": "last"})
_LAST_SEGMENT: Final = exthdr("srh", "sid[1]")
_TAG: Final = exthdr("srh", "tag")
_NEXT_HEADER: Final = exthdr("rt", "nexthdr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """A field compared with one number in up to three ways.

    iptables keeps one number for ``-eq``, ``-gt`` and ``-lt`` of a field: the one given last.

    Args:
        number: the number.
        tests: ``eq``, ``gt`` and ``lt`` as far as given, in this order, each maybe turned round.
    """

    number: int
    tests: tuple[Negatable[str], ...]

    def __post_init__(self) -> None:
        if not 0 <= self.number <= _MAX_FIELD:
            raise InvalidRule(f"srh: {self.number} is not in 0 to {_MAX_FIELD}")
        kinds = [test.value for test in self.tests]
        if not kinds or kinds != [kind for kind in _KINDS if kind in kinds]:
            raise InvalidRule(f"srh: {kinds} must be eq, gt and lt, each once, in this order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Srh(Match):
    """The options of that name; None is any.

    Args:
        next_header: ``--srh-next-hdr``.
        header_length: ``--srh-hdr-len-*``, in units of eight octets without the first.
        segments_left: ``--srh-segs-left-*``.
        last_entry: ``--srh-last-entry-*``.
        tag: ``--srh-tag``.
        previous: ``--srh-psid``, the segment that the packet came from.
        next: ``--srh-nsid``, the one that it goes to next.
        last: ``--srh-lsid``, the last one on its way.
    """

    name: ClassVar[str] = "srh"
    next_header: Negatable[int] | None = None
    header_length: Comparisons | None = None
    segments_left: Comparisons | None = None
    last_entry: Comparisons | None = None
    tag: Negatable[int] | None = None
    previous: Negatable[Host] | None = None
    next: Negatable[Host] | None = None
    last: Negatable[Host] | None = None

    def __post_init__(self) -> None:
        for name, maximum in (("next_header", _MAX_FIELD), ("tag", _MAX_TAG)):
            number: Negatable[int] | None = getattr(self, name)
            if number is not None and not 0 <= number.value <= maximum:
                raise InvalidRule(f"srh: {name} must be 0 to {maximum}, not {number.value}")


class SrhExtension(MatchExtension[Srh]):
    """Translates ``-m srh``; iptables-translate has no form for it."""

    name = "srh"
    value = Srh
    versions = frozenset({IPVersion.V6})
    caveats = (
        "a malformed header, with more segments left than it has: it fits in nft only",
        "--srh-tag: iptables finds the tag's bytes the other way round on little-endian machines",
    )
    options = (
        Option(name="srh-next-hdr", negatable=True),
        *(
            Option(name=f"srh-{compared}-{kind}", negatable=True)
            for compared in _COMPARED
            for kind in _KINDS
        ),
        Option(name="srh-tag", negatable=True),
        *(Option(name=f"srh-{segment}", negatable=True) for segment in _SEGMENTS),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Srh:
        del context

        def segment(key: str) -> Negatable[Host] | None:
            return read_negatable(given.get(key), _read_segment)

        return Srh(
            next_header=read_negatable(given.get("srh-next-hdr"), _read_field),
            header_length=_read_comparisons(given, "hdr-len"),
            segments_left=_read_comparisons(given, "segs-left"),
            last_entry=_read_comparisons(given, "last-entry"),
            tag=read_negatable(given.get("srh-tag"), _read_tag),
            previous=segment("srh-psid"),
            next=segment("srh-nsid"),
            last=segment("srh-lsid"),
        )

    def format(self, value: Srh, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        if value.next_header is not None:
            words += [*value.next_header.bang, "--srh-next-hdr", str(value.next_header.value)]
        for compared, comparisons in _comparisons(value).items():
            for test in () if comparisons is None else comparisons.tests:
                words += [*test.bang, f"--srh-{compared}-{test.value}"]
                words.append("" if comparisons is None else str(comparisons.number))
        if value.tag is not None:
            words += [*value.tag.bang, "--srh-tag", str(value.tag.value)]
        for option, name in _SEGMENTS.items():
            segment: Negatable[Host] | None = getattr(value, name)
            if segment is not None:
                host = segment.value
                words += [*segment.bang, f"--srh-{option}"]
                words.append(f"{address_text(host.written)}/{host.length}")
        return words

    def to_nft(self, value: Srh, rule: Rule) -> list[Statement]:
        del rule
        for option, name in (("psid", "previous"), ("nsid", "next")):
            if getattr(value, name) is not None:
                raise Untranslatable(
                    f"-m srh --srh-{option}",
                    "nft cannot take the place of a segment from another field",
                )
        statements = [*_SEGMENT_ROUTING]
        if value.next_header is not None:
            negated = value.next_header.negated
            statements.append(match(_NEXT_HEADER, value.next_header.value, negated=negated))
        for compared, comparisons in _comparisons(value).items():
            for test in () if comparisons is None else comparisons.tests:
                number = 0 if comparisons is None else comparisons.number
                operator = _OPERATORS[test.value, test.negated]
                statement = match(_COMPARED[compared], number, op=operator)
                if are_folded(statements[-1], statement):
                    statements.append(_SEGMENT_ROUTING[1])
                statements.append(statement)
        if value.tag is not None:
            statements.append(match(_TAG, value.tag.value, negated=value.tag.negated))
        if value.last is not None:
            statements.append(_segment_to_nft(value.last))
        return statements

    def from_nft(self, cursor: Cursor) -> Srh | None:
        if (cursor.peek(), cursor.peek(1)) != _SEGMENT_ROUTING:
            return None
        cursor.take(2)
        return Srh(
            next_header=_next_header_from_nft(cursor),
            header_length=_comparisons_from_nft(cursor, _COMPARED["hdr-len"]),
            segments_left=_comparisons_from_nft(cursor, _COMPARED["segs-left"]),
            last_entry=_comparisons_from_nft(cursor, _COMPARED["last-entry"]),
            tag=number_from_nft(cursor, _TAG, maximum=_MAX_TAG),
            last=_segment_from_nft(cursor),
        )


def _comparisons(value: Srh) -> Mapping[str, Comparisons | None]:
    return {
        "hdr-len": value.header_length,
        "segs-left": value.segments_left,
        "last-entry": value.last_entry,
    }


def _read_field(given: Given) -> int:
    return read_uint(given, maximum=_MAX_FIELD)


def _read_tag(given: Given) -> int:
    return read_uint(given, maximum=_MAX_TAG)


def _read_segment(given: Given) -> Host:
    return read_host(given, IPVersion.V6)


def _read_comparisons(given: GivenOptions, compared: str) -> Comparisons | None:
    keys = {f"srh-{compared}-{kind}": kind for kind in _KINDS}
    found = [option for option in given if option.option.key in keys]
    if not found:
        return None
    negated = {keys[option.option.key]: option.negated for option in found}
    return Comparisons(
        number=[_read_field(option) for option in found][-1],
        tests=tuple(Negatable(kind, negated[kind]) for kind in _KINDS if kind in negated),
    )


def _comparisons_from_nft(cursor: Cursor, left: Any) -> Comparisons | None:
    number: int | None = None
    tests: list[Negatable[str]] = []
    while True:
        between = int(cursor.peek() == _SEGMENT_ROUTING[1])
        view = cursor.match_on(left, offset=between)
        test = None if view is None else _BY_OPERATOR.get(view.op)
        right = None if view is None else number_from_json(view.right, maximum=_MAX_FIELD)
        if test is None or right is None or number not in (None, right):
            break
        if tests and _KINDS.index(test[0]) <= _KINDS.index(tests[-1].value):
            break
        number = right
        tests.append(Negatable(*test))
        cursor.take(1 + between)
    return None if number is None else Comparisons(number=number, tests=tuple(tests))


def _next_header_from_nft(cursor: Cursor) -> Negatable[int] | None:
    view = cursor.match_on(_NEXT_HEADER)
    if view is None or not view.is_equality:
        return None
    number = nft_protocol(view.right)
    if number is None:
        return None
    cursor.take()
    return Negatable(number, view.negated)


def _segment_to_nft(segment: Negatable[Host]) -> Statement:
    network = segment.value.network
    left: Any = _LAST_SEGMENT
    if segment.value.length != IPVersion.V6.bits:
        # As a prefix libnftables would compare fewer octets, and not know them again.
        left = bitwise_and(left, address_text(network.mask))
    return match(left, address_text(network.address), negated=segment.negated)


def _segment_from_nft(cursor: Cursor) -> Negatable[Host] | None:
    view = cursor.match()
    if view is None or not view.is_equality:
        return None
    left, right = view.left, view.right
    length: Any = IPVersion.V6.bits
    try:
        if isinstance(right, dict) and isinstance(right.get("prefix"), dict):
            right, length = right["prefix"]["addr"], right["prefix"]["len"]
        elif isinstance(left, dict) and isinstance(left.get("&"), list):
            left, mask = left["&"]
            length = int(IPv6Address(str(mask))).bit_count()
            if IPv6Address(str(mask)) != mask_of_length(length, IPVersion.V6):
                return None
        if left != _LAST_SEGMENT or not isinstance(right, str) or type(length) is not int:
            return None
        host = Host.of(IPv6Address(right), length)
    except (AddressValueError, InvalidRule, KeyError, ValueError):
        return None
    cursor.take()
    return Negatable(host, view.negated)
