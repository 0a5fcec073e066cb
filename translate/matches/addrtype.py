"""``-m addrtype``: what kind of address the routing tables say it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, set_members, set_of
from translate.rule import Match, Rule
from translate.types import Negatable, Statement

__all__ = ["Addrtype", "AddrtypeExtension"]

_TYPES: Final = MappingProxyType(
    {
        "UNSPEC": "unspec",
        "UNICAST": "unicast",
        "LOCAL": "local",
        "BROADCAST": "broadcast",
        "ANYCAST": "anycast",
        "MULTICAST": "multicast",
        "BLACKHOLE": "blackhole",
        "UNREACHABLE": "unreachable",
        "PROHIBIT": "prohibit",
        "THROW": "",
        "NAT": "",
        "XRESOLVE": "",
    }
)
_BY_NFT: Final = MappingProxyType({nft: name for name, nft in _TYPES.items() if nft})
_ORDER: Final = tuple(_TYPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addrtype(Match):
    """``--src-type``, ``--dst-type`` and the interface that the question is limited to.

    Args:
        source: the types of source address, in the order of rtnetlink's numbers.
        destination: the same for the destination.
        limit_interface: ``in``, ``out`` or None.
    """

    name: ClassVar[str] = "addrtype"
    source: Negatable[tuple[str, ...]] | None = None
    destination: Negatable[tuple[str, ...]] | None = None
    limit_interface: str | None = None

    def __post_init__(self) -> None:
        for types in (self.source, self.destination):
            if types is not None and list(types.value) != [
                name for name in _ORDER if name in types.value
            ]:
                raise InvalidRule(
                    f"addrtype: {types.value} must be known types, each once, in the order of "
                    f"{', '.join(_ORDER)}"
                )


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
        source, destination = given.get("src-type"), given.get("dst-type")
        if source is None and destination is None:
            raise given.error("--src-type or --dst-type must be given")
        for key, chains in (
            ("limit-iface-in", {"POSTROUTING", "OUTPUT"}),
            ("limit-iface-out", {"PREROUTING", "INPUT"}),
        ):
            option = given.get(key)
            if option is not None and context.chain in chains:
                raise option.error(f"cannot be used in {context.chain}")
        limit = "in" if "limit-iface-in" in given else "out" if "limit-iface-out" in given else None
        return Addrtype(
            source=_parse_types(source),
            destination=_parse_types(destination),
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
        del rule
        statements = []
        for field, types in (("saddr", value.source), ("daddr", value.destination)):
            if types is None:
                continue
            names = [_TYPES[name] for name in types.value]
            if "" in names:
                missing = types.value[names.index("")]
                raise Untranslatable(f"-m addrtype type {missing}", "nft's fib knows no such type")
            limit = {"in": ["iif"], "out": ["oif"], None: []}[value.limit_interface]
            left = {"fib": {"result": "type", "flags": [field, *limit]}}
            right: Any = names[0] if len(names) == 1 else set_of(names)
            statements.append(match(left, right, negated=types.negated))
        return statements

    def from_nft(self, cursor: Cursor) -> Addrtype | None:
        fields: dict[str, Negatable[tuple[str, ...]]] = {}
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


def _parse_types(given: Given | None) -> Negatable[tuple[str, ...]] | None:
    if given is None:
        return None
    names = [word.upper() for word in given.value.split(",")]
    for name in names:
        if name not in _TYPES:
            raise given.error(f"unknown address type {name!r}: {', '.join(_ORDER)}")
    return Negatable(tuple(name for name in _ORDER if name in names), given.negated)


def _read_fib(cursor: Cursor, flag: str) -> tuple[Negatable[tuple[str, ...]], str | None] | None:
    view = cursor.match()
    if view is None or not view.is_equality or not isinstance(view.left, dict):
        return None
    fib = view.left.get("fib")
    if not isinstance(fib, dict) or fib.get("result") != "type":
        return None
    flags = fib.get("flags")
    flags = [flags] if isinstance(flags, str) else list(flags or ())
    if flag not in flags or not set(flags) <= {flag, "iif", "oif"} or len(flags) > 2:
        return None
    members = set_members(view.right) or [view.right]
    names = [_BY_NFT.get(member) if isinstance(member, str) else None for member in members]
    if None in names:
        return None
    limit = "in" if "iif" in flags else "out" if "oif" in flags else None
    types = tuple(name for name in _ORDER if name in names)
    return Negatable(types, view.negated), limit
