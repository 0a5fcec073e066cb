"""``-m ipv6header``: which extension headers a packet has.

iptables-translate has no form for it. Whether each of four headers is there, and what the last
header is, are joined to one key that is looked up in a set; so the test can be turned round.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import (
    concat,
    exthdr,
    match,
    meta,
    set_members,
    set_of,
    value_range,
)
from translate.protocols import AH, ESP, nft_protocol, protocol_by_name
from translate.rule import Match, Rule
from translate.types import IPVersion, Statement

__all__ = ["Ipv6header", "Ipv6headerExtension"]

_NO_NEXT: Final = 59
_TOP: Final = 255
_NUMBERS: Final = MappingProxyType(
    {
        "hop-by-hop": 0,
        "ipv6-opts": 60,
        "ipv6-route": 43,
        "ipv6-frag": 44,
        "ah": AH,
        "esp": ESP,
        "ipv6-nonxt": _NO_NEXT,
        "protocol": 255,
    }
)
"""iptables' names, in the order in which iptables-save prints them."""
_SHORT: Final = MappingProxyType(
    {
        "hop": "hop-by-hop",
        "dst": "ipv6-opts",
        "route": "ipv6-route",
        "frag": "ipv6-frag",
        "auth": "ah",
        "none": "ipv6-nonxt",
        "prot": "protocol",
    }
)
_BY_WORD: Final = MappingProxyType({str(number): name for name, number in _NUMBERS.items()})
_BY_NUMBER: Final = MappingProxyType({number: name for name, number in _NUMBERS.items()})
_FOUND: Final = MappingProxyType(
    {"hop-by-hop": "hbh", "ipv6-opts": "dst", "ipv6-route": "rt", "ipv6-frag": "frag"}
)
_LAST: Final = ("esp", "ipv6-nonxt", "protocol")
_KEY: Final = concat([*(exthdr(name) for name in _FOUND.values()), meta("l4proto")])
_EITHER: Final = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipv6header(Match):
    """``--header LIST``.

    Args:
        headers: names in the order of iptables-save.
        soft: ``--soft``: there may be others, too.
        negated: whether the test is turned round; the kernel does so without ``soft`` only.
    """

    name: ClassVar[str] = "ipv6header"
    headers: tuple[str, ...]
    soft: bool = False
    negated: bool = False

    def __post_init__(self) -> None:
        if not self.headers or [*self.headers] != [n for n in _NUMBERS if n in self.headers]:
            raise InvalidRule(
                f"ipv6header: {self.headers} must be names, each once, in the order of "
                f"{', '.join(_NUMBERS)}"
            )


class Ipv6headerExtension(MatchExtension[Ipv6header]):
    """Translates ``-m ipv6header``."""

    name = "ipv6header"
    value = Ipv6header
    versions = frozenset({IPVersion.V6})
    caveats = (
        "--soft with esp, none or prot: nft doesn't look behind an authentication header, and "
        "takes what is there for prot",
    )
    options = (Option(name="header", negatable=True), Option(name="soft", words=0))

    def parse(self, given: GivenOptions, context: ParseContext) -> Ipv6header:
        del context
        option = given.require("header", "--header must be given")
        return Ipv6header(headers=_read(option), soft="soft" in given, negated=option.negated)

    def format(self, value: Ipv6header, context: ParseContext) -> Sequence[str]:
        del context
        words = [*(["!"] if value.negated else []), "--header", ",".join(value.headers)]
        return [*words, "--soft"] if value.soft else words

    def to_nft(self, value: Ipv6header, rule: Rule) -> list[Statement]:
        del rule
        words = (["!"] if value.negated else []) + ["--header", ",".join(value.headers)]
        what = " ".join(["-m ipv6header", *words, *(["--soft"] if value.soft else [])])
        if value.soft and value.negated:
            raise Untranslatable(what, "the kernel doesn't heed '!' beside --soft")
        found = [name in value.headers for name in _FOUND]
        if all(found) and value.soft and "protocol" not in value.headers:
            raise Untranslatable(what, "nft lists it in the same way as one without --soft")
        return [match(_KEY, _set(value, what), negated=value.negated)]

    def from_nft(self, cursor: Cursor) -> Ipv6header | None:
        view = cursor.match_on(_KEY)
        members = None if view is None or not view.is_equality else set_members(view.right)
        read = None if members is None else _read_members(members)
        if view is None or read is None:
            return None
        headers, soft = read
        if not headers or (soft and view.negated):
            return None
        cursor.take()
        return Ipv6header(headers=headers, soft=soft, negated=view.negated)


def _known(word: str) -> str | None:
    """The name of a header that is asked for by any of its names, or its number."""
    if word in _NUMBERS:
        return word
    number = protocol_by_name(word)
    return _SHORT.get(word, _BY_WORD.get(word)) if number is None else _BY_NUMBER.get(number)


def _read(given: Given) -> tuple[str, ...]:
    names = set()
    for word in filter(None, given.value.split(",")):
        known = _known(word)
        if known is None:
            raise given.error(f"unknown header {word!r}: {', '.join((*_SHORT, 'esp', *_NUMBERS))}")
        names.add(known)
    if not names:
        raise given.error("no header is named")
    return tuple(name for name in _NUMBERS if name in names)


def _set(value: Ipv6header, what: str) -> dict[str, Any]:
    others: Any = value_range(*_EITHER) if value.soft else 0
    found = [1 if name in value.headers else others for name in _FOUND]
    return set_of([concat([*found, last]) for last in _last_headers(value, what)])


def _last_headers(value: Ipv6header, what: str) -> list[Any]:
    """What the last header that nft finds may be.

    nft takes an authentication header for the last one; the kernel's match goes on behind it.
    """
    last = [name for name in (*_LAST, "ah") if name in value.headers]
    if "ah" in last:
        if last == ["ah"] and value.soft:
            return [AH]
        raise Untranslatable(what, "nft doesn't look behind an authentication header")
    if not last and value.soft:
        return [value_range(0, _TOP)]
    if len(last) != 1:
        raise Untranslatable(
            what, "it never holds: every packet's last header is one of esp, none and prot"
        )
    if last == ["protocol"]:
        return [value_range(*ends) for ends in _protocols(behind_ah=value.soft)]
    return [_NUMBERS[last[0]]]


def _protocols(*, behind_ah: bool) -> Iterable[tuple[int, int]]:
    first = 0
    for number in (ESP, _NO_NEXT) if behind_ah else (ESP, AH, _NO_NEXT):
        if first < number:
            yield first, number - 1
        first = number + 1
    yield first, _TOP


def _read_members(members: Sequence[Any]) -> tuple[tuple[str, ...], bool] | None:
    """The headers that a set's members ask for, and whether there may be others."""
    keys = [member.get("concat") if isinstance(member, dict) else None for member in members]
    rows = [key for key in keys if isinstance(key, list) and len(key) == len(_FOUND) + 1]
    if not rows or len(rows) != len(members) or any(row[:-1] != rows[0][:-1] for row in rows):
        return None
    tests = [_read_found(test) for test in rows[0][:-1]]
    if None in tests:
        return None
    last = sorted(_read_last(row[-1]) for row in rows)
    soft = any(test is _EITHER for test in tests)
    if soft and any(test == 0 for test in tests):
        return None
    headers = [name for name, test in zip(_FOUND, tests, strict=True) if test == 1]
    if last == [*_protocols(behind_ah=True)] or last == [*_protocols(behind_ah=False)]:
        soft = soft or last == [*_protocols(behind_ah=True)]
        if soft != (last == [*_protocols(behind_ah=True)]):
            return None
        headers.append("protocol")
    elif last == [(AH, AH)] and soft:
        headers.append("ah")
    elif last in ([(ESP, ESP)], [(_NO_NEXT, _NO_NEXT)]):
        headers.append(_BY_NUMBER[last[0][0]])
    elif last != [(0, _TOP)] or not soft:
        return None
    return tuple(name for name in _NUMBERS if name in headers), soft


def _read_found(value: Any) -> Any:
    """1 or 0 for a header that must be there or not, `_EITHER`, or None for anything else."""
    if isinstance(value, dict) and isinstance(value.get("range"), list):
        return _EITHER if value["range"] == [*_EITHER] else None
    return int(value) if value in _EITHER else None


def _read_last(value: Any) -> tuple[int, int]:
    ends = value.get("range") if isinstance(value, dict) else [value, value]
    if not isinstance(ends, list) or len(ends) != 2:
        return -1, -1
    first, last = (nft_protocol(end) for end in ends)
    return (-1, -1) if first is None or last is None else (first, last)
