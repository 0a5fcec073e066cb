"""``-m addrtype``: what kind of address the routing tables say it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, number_from_json, set_members, set_of
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, Statement
from translate.values.hooks import require_chain
from translate.values.names import check_names, read_names
from translate.values.options import read_negatable

__all__ = ["Addrtype", "AddrtypeExtension"]

_TYPES: Final = (
    "UNSPEC",
    "UNICAST",
    "LOCAL",
    "BROADCAST",
    "ANYCAST",
    "MULTICAST",
    "BLACKHOLE",
    "UNREACHABLE",
    "PROHIBIT",
    "THROW",
    "NAT",
    "XRESOLVE",
)
"""In the order of rtnetlink's numbers, from 0."""
_NAMED_BY_NFT: Final = _TYPES.index("PROHIBIT")
"""nft has names up to this number."""
_NOT_IPV6: Final = frozenset({"BROADCAST", "BLACKHOLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE"})
_BY_ADDRESS: Final = frozenset({"UNSPEC", "UNICAST", "MULTICAST"})
"""What IPv6 sees from the address itself, without a route."""
_WITH_INPUT: Final = frozenset({"PREROUTING", "INPUT", "FORWARD"})
_WITH_OUTPUT: Final = frozenset({"FORWARD", "OUTPUT", "POSTROUTING"})

Types = Negatable[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addrtype(Match):
    """``--src-type``, ``--dst-type`` and the interface that the question is limited to.

    Args:
        source: the types of source address, in the order of rtnetlink's numbers.
        destination: the same for the destination.
        limit_interface: ``in``, ``out`` or None.
    """

    name: ClassVar[str] = "addrtype"
    source: Types | None = None
    destination: Types | None = None
    limit_interface: str | None = None

    def __post_init__(self) -> None:
        if self.source is None and self.destination is None:
            raise InvalidRule("--src-type or --dst-type must be given")
        for types in (self.source, self.destination):
            if types is not None:
                check_names("addrtype", types.value, _TYPES)
                if not types.value:
                    raise InvalidRule("addrtype: at least one type is needed")
        if self.limit_interface not in {"in", "out", None}:
            raise InvalidRule(f"addrtype: limit 'in' or 'out', not {self.limit_interface!r}")


class AddrtypeExtension(MatchExtension[Addrtype]):
    """Translates ``-m addrtype``."""

    name = "addrtype"
    value = Addrtype
    options = (
        Option(name="src-type", negatable=True),
        Option(name="dst-type", negatable=True),
        Option(name="limit-iface-in", words=0, excludes=frozenset({"limit-iface-out"})),
        Option(name="limit-iface-out", words=0, excludes=frozenset({"limit-iface-in"})),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Addrtype:
        limit = None
        for direction, chains in (("in", _WITH_INPUT), ("out", _WITH_OUTPUT)):
            option = given.get(f"limit-iface-{direction}")
            if option is not None:
                require_chain(option, context, chains)
                limit = direction
        reader = _reader(context.version)
        return Addrtype(
            source=read_negatable(given.get("src-type"), reader),
            destination=read_negatable(given.get("dst-type"), reader),
            limit_interface=limit,
        )

    def format(self, value: Addrtype, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        for option, types in (("--src-type", value.source), ("--dst-type", value.destination)):
            if types is not None:
                words += [*types.bang, option, ",".join(types.value)]
        if value.limit_interface is not None:
            words.append(f"--limit-iface-{value.limit_interface}")
        return words

    def to_nft(self, value: Addrtype, rule: Rule) -> list[Statement]:
        statements = []
        for field, types in (("saddr", value.source), ("daddr", value.destination)):
            if types is None:
                continue
            if rule.version is IPVersion.V6:
                _check_ipv6(types.value)
            limit = {"in": ["iif"], "out": ["oif"], None: []}[value.limit_interface]
            left = {"fib": {"result": "type", "flags": [field, *limit]}}
            members = [_type_json(name) for name in types.value]
            right: Any = members[0] if len(members) == 1 else set_of(members)
            statements.append(match(left, right, negated=types.negated))
        return statements

    def from_nft(self, cursor: Cursor) -> Addrtype | None:
        fields: dict[str, Types] = {}
        limit: str | None = None
        for field, flag in (("source", "saddr"), ("destination", "daddr")):
            read = _read_fib(cursor, flag)
            if read is None or (fields and read[1] != limit):
                continue
            fields[field], limit = read
            cursor.take()
        if not fields:
            return None
        return Addrtype(
            source=fields.get("source"),
            destination=fields.get("destination"),
            limit_interface=limit,
        )


def _reader(version: IPVersion) -> Callable[[Given], tuple[str, ...]]:
    def read(given: Given) -> tuple[str, ...]:
        names = read_names(given, _TYPES)
        missing = next((name for name in names if name in _NOT_IPV6), None)
        if version is IPVersion.V6 and missing is not None:
            raise given.error(f"IPv6 has no addresses of type {missing}")
        return names

    return read


def _asked_at_once(types: Sequence[str]) -> list[str]:
    """The types that ip6tables wants together with all others, where nft wants any of a set."""
    return [name for name in types if name in _BY_ADDRESS] if len(types) > 1 else []


def _check_ipv6(types: Sequence[str]) -> None:
    by_address = _asked_at_once(types)
    if by_address:
        raise Untranslatable(
            f"-m addrtype with {','.join(types)} in IPv6",
            f"ip6tables asks for an address that is {by_address[0]} and the other types at once",
        )


def _type_json(name: str) -> str | int:
    number = _TYPES.index(name)
    return name.lower() if number <= _NAMED_BY_NFT else number


def _type_name(value: Any) -> str | None:
    if isinstance(value, str):
        name = value.upper()
        return name if value.islower() and name in _TYPES else None
    number = number_from_json(value, maximum=len(_TYPES) - 1)
    return None if number is None else _TYPES[number]


def _read_fib(cursor: Cursor, flag: str) -> tuple[Types, str | None] | None:
    view = cursor.match()
    if view is None or not view.is_equality or not isinstance(view.left, dict):
        return None
    fib = view.left.get("fib")
    if not isinstance(fib, dict) or fib.get("result") != "type":
        return None
    given_flags = fib.get("flags")
    flags = given_flags if isinstance(given_flags, list) else [given_flags]
    limits = {"in": "iif", "out": "oif", None: None}
    limit = next((d for d, f in limits.items() if sorted(map(str, flags)) == _flags(flag, f)), "")
    if limit == "":
        return None
    members = set_members(view.right) or [view.right]
    names = [_type_name(member) for member in members]
    if None in names:
        return None
    types = tuple(name for name in _TYPES if name in names)
    if cursor.version is IPVersion.V6 and _asked_at_once(types):
        return None
    return Negatable(types, view.negated), limit


def _flags(flag: str, limit: str | None) -> list[str]:
    return sorted([flag] if limit is None else [flag, limit])
