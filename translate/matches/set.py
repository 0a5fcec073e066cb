"""``-m set``: whether an IP set holds the packet's addresses, ports or the like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, payload
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.uints import read_uint

__all__ = ["Set", "SetCounter", "SetExtension"]

_NAME_BYTES: Final = 31
_MAX_FIELDS: Final = 6
_MAX_COUNTER: Final = (1 << 64) - 1
_NFT_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_COMPARISONS: Final = ("eq", "lt", "gt")
_FIELDS: Final = ("src", "dst")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCounter:
    """A test of an element's packets or bytes: ``eq`` (which may be negated), ``lt`` or ``gt``."""

    comparison: str
    number: int
    negated: bool = False

    def __post_init__(self) -> None:
        if self.comparison not in _COMPARISONS:
            raise InvalidRule(f"set counter: eq, lt or gt, not {self.comparison!r}")
        if self.negated and self.comparison != "eq":
            raise InvalidRule("set counter: only eq can be negated")
        if not 0 <= self.number <= _MAX_COUNTER:
            raise InvalidRule(f"set counter must be 0 to 2**64-1, not {self.number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Match):
    """The options of ``-m set``.

    Args:
        set_name: the set.
        fields: ``src`` or ``dst`` for each dimension of the set, one to six.
        negated: whether ``!`` stands before ``--match-set``.
        return_nomatch: ``--return-nomatch``.
        update_counters: without ``! --update-counters``.
        update_subcounters: without ``! --update-subcounters``.
        packets: a test of the element's packet counter.
        bytes: a test of its byte counter.
    """

    name: ClassVar[str] = "set"
    set_name: str
    fields: tuple[str, ...]
    negated: bool = False
    return_nomatch: bool = False
    update_counters: bool = True
    update_subcounters: bool = True
    packets: SetCounter | None = None
    bytes: SetCounter | None = None

    def __post_init__(self) -> None:
        if not self.set_name or len(self.set_name.encode(errors="surrogateescape")) > _NAME_BYTES:
            raise InvalidRule(f"a set's name has 1 to {_NAME_BYTES} bytes: {self.set_name!r}")
        if not 1 <= len(self.fields) <= _MAX_FIELDS or not set(self.fields) <= set(_FIELDS):
            raise InvalidRule(
                f"{','.join(self.fields)!r} must be a list of 1 to {_MAX_FIELDS} of src and dst"
            )


class SetExtension(MatchExtension[Set]):
    """Translates ``-m set``: the named nft set of the rule's own table, which must exist."""

    name = "set"
    value = Set
    options = (
        Option(name="match-set", words=2, negatable=True),
        Option(name="set", key="match-set", words=2, negatable=True),
        Option(name="return-nomatch", words=0),
        Option(name="update-counters", words=0, negatable=True),
        Option(name="update-subcounters", words=0, negatable=True),
        *(
            Option(
                name=f"{counter}-{comparison}",
                negatable=comparison == "eq",
                excludes=frozenset(f"{counter}-{o}" for o in _COMPARISONS if o != comparison),
            )
            for counter in ("packets", "bytes")
            for comparison in _COMPARISONS
        ),
    )
    caveats = ("the set is nft's of that name in the rule's table, not ipset's",)

    def parse(self, given: GivenOptions, context: ParseContext) -> Set:
        del context
        option = given.require("match-set", "--match-set must be given")
        name, fields = option.words
        counters = given.get("update-counters")
        subcounters = given.get("update-subcounters")
        return Set(
            set_name=name,
            fields=tuple(fields.split(",")),
            negated=option.negated,
            return_nomatch="return-nomatch" in given,
            update_counters=counters is None or not counters.negated,
            update_subcounters=subcounters is None or not subcounters.negated,
            packets=_parse_counter(given, "packets"),
            bytes=_parse_counter(given, "bytes"),
        )

    def format(self, value: Set, context: ParseContext) -> Sequence[str]:
        del context
        words = ["!"] if value.negated else []
        words += ["--match-set", value.set_name, ",".join(value.fields)]
        if value.return_nomatch:
            words.append("--return-nomatch")
        if not value.update_counters:
            words += ["!", "--update-counters"]
        if not value.update_subcounters:
            words += ["!", "--update-subcounters"]
        for name, counter in (("packets", value.packets), ("bytes", value.bytes)):
            if counter is not None:
                words += ["!"] if counter.negated else []
                words += [f"--{name}-{counter.comparison}", str(counter.number)]
        return words

    def to_nft(self, value: Set, rule: Rule) -> list[Statement]:
        if len(value.fields) > 1:
            raise Untranslatable(
                f"-m set with {','.join(value.fields)}",
                "what the second field is depends on the type of the set, which the rule doesn't "
                "name",
            )
        plain = Set(set_name=value.set_name, fields=value.fields, negated=value.negated)
        if value != plain:
            raise Untranslatable(
                "-m set with an option on counters or --return-nomatch",
                "a lookup in an nft set has none",
            )
        if not _NFT_NAME.fullmatch(value.set_name):
            raise Untranslatable(
                f"-m set {value.set_name!r}", "nft's names have no such characters"
            )
        field = payload(rule.version.family, "saddr" if value.fields == ("src",) else "daddr")
        return [match(field, f"@{value.set_name}", negated=value.negated)]

    def from_nft(self, cursor: Cursor) -> Set | None:
        for name, field in zip(_FIELDS, ("saddr", "daddr"), strict=True):
            view = cursor.match_on(payload(cursor.version.family, field))
            if view is None or not view.is_equality or not isinstance(view.right, str):
                continue
            set_name = view.right.removeprefix("@")
            if (
                set_name == view.right
                or not 0 < len(set_name.encode(errors="surrogatepass")) <= _NAME_BYTES
            ):
                continue
            cursor.take()
            return Set(set_name=set_name, fields=(name,), negated=view.negated)
        return None


def _parse_counter(given: GivenOptions, name: str) -> SetCounter | None:
    for comparison in _COMPARISONS:
        option = given.get(f"{name}-{comparison}")
        if option is not None:
            number = read_uint(option, maximum=_MAX_COUNTER)
            return SetCounter(comparison=comparison, number=number, negated=option.negated)
    return None
