"""``-m rpfilter``: whether a reply would leave through the interface that the packet came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import MatchView, match
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.hooks import require_chain

__all__ = ["Rpfilter", "RpfilterExtension"]

_TABLES: Final = frozenset({"mangle", "raw"})
_NO_INTERFACE: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rpfilter(Match):
    """``--loose``, ``--validmark``, ``--accept-local`` and ``--invert``."""

    name: ClassVar[str] = "rpfilter"
    loose: bool = False
    valid_mark: bool = False
    accept_local: bool = False
    invert: bool = False


class RpfilterExtension(MatchExtension[Rpfilter]):
    """Translates ``-m rpfilter``."""

    name = "rpfilter"
    value = Rpfilter
    options = (
        Option(name="loose", words=0),
        Option(name="validmark", words=0),
        Option(name="accept-local", words=0),
        Option(name="invert", words=0),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Rpfilter:
        if context.table not in _TABLES and not context.never_loaded:
            raise given.error(f"only in table mangle or raw, not in {context.table}")
        require_chain(given, context, frozenset({"PREROUTING"}))
        return Rpfilter(
            loose="loose" in given,
            valid_mark="validmark" in given,
            accept_local="accept-local" in given,
            invert="invert" in given,
        )

    def format(self, value: Rpfilter, context: ParseContext) -> Sequence[str]:
        del context
        flags = (
            (value.loose, "--loose"),
            (value.valid_mark, "--validmark"),
            (value.accept_local, "--accept-local"),
            (value.invert, "--invert"),
        )
        return [option for on, option in flags if on]

    def to_nft(self, value: Rpfilter, rule: Rule) -> list[Statement]:
        del rule
        statements = []
        if value.accept_local:
            if not value.invert:
                raise Untranslatable(
                    "-m rpfilter --accept-local",
                    "one rule cannot ask for a local source or for a route back",
                )
            statements.append(_NOT_LOCAL)
        flags = ["saddr", *(["mark"] * value.valid_mark), *(["iif"] * (not value.loose))]
        left = {"fib": {"result": "oif", "flags": flags}}
        return [*statements, match(left, _NO_INTERFACE, negated=not value.invert)]

    def needs_hint(self, value: Rpfilter) -> bool:
        # Without one, -m addrtype would claim the first of the two statements.
        return value.accept_local

    def from_nft(self, cursor: Cursor) -> Rpfilter | None:
        value = _read_route(cursor.match())
        if value is not None:
            cursor.take()
        return value

    def from_hint(self, cursor: Cursor) -> Rpfilter | None:
        if cursor.peek() != _NOT_LOCAL:
            return self.from_nft(cursor)
        value = _read_route(cursor.match(1))
        if value is None or not value.invert:
            return None
        cursor.take(2)
        return Rpfilter(
            loose=value.loose, valid_mark=value.valid_mark, accept_local=True, invert=True
        )


_NOT_LOCAL: Final[dict[str, Any]] = match(
    {"fib": {"result": "type", "flags": ["saddr"]}}, "local", negated=True
)


def _read_route(view: MatchView | None) -> Rpfilter | None:
    if view is None or not view.is_equality or not isinstance(view.left, dict):
        return None
    fib = view.left.get("fib")
    if not isinstance(fib, dict) or fib.get("result") != "oif":
        return None
    # libnftables writes the interface that isn't there as a name.
    if isinstance(view.right, bool) or str(view.right) != str(_NO_INTERFACE):
        return None
    flags = fib.get("flags")
    flags = flags if isinstance(flags, list) else [flags]
    if any(flag not in {"saddr", "mark", "iif"} for flag in map(str, flags)):
        return None
    if "saddr" not in flags or len({*map(str, flags)}) != len(flags):
        return None
    return Rpfilter(loose="iif" not in flags, valid_mark="mark" in flags, invert=not view.negated)
