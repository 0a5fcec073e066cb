"""``-m connlabel``: one of the 128 labels that a connection may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext, Quoted
from translate.nft.cursor import Cursor
from translate.nft.statements import bitwise_and, ct, match, number_from_json
from translate.numbers import parse_uint
from translate.rule import Match, Rule
from translate.types import Statement

__all__ = ["Connlabel", "ConnlabelExtension"]

_MAX_LABEL: Final = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Connlabel(Match):
    """``--label`` by its number, and whether ``--set`` sets it first."""

    name: ClassVar[str] = "connlabel"
    label: int
    negated: bool = False
    set: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.label <= _MAX_LABEL:
            raise InvalidRule(f"connlabel must be 0 to {_MAX_LABEL}, not {self.label}")

    def has_side_effects(self) -> bool:
        return self.set


class ConnlabelExtension(MatchExtension[Connlabel]):
    """Translates ``-m connlabel``.

    Labels have names on hosts that give them some (``/etc/xtables/connlabel.conf``); here they have
    numbers only, so that a translation is the same everywhere.
    """

    name = "connlabel"
    value = Connlabel
    options = (Option(name="label", negatable=True), Option(name="set", words=0))
    caveats = ("! --label is not true of packets without connection tracking",)

    def parse(self, given: GivenOptions, context: ParseContext) -> Connlabel:
        del context
        option = given.require("label", "--label must be given")
        label = parse_uint(option.value, maximum=_MAX_LABEL)
        if label is None:
            raise option.error(f"unknown label {option.value!r}: a number from 0 to {_MAX_LABEL}")
        return Connlabel(label=label, negated=option.negated, set="set" in given)

    def format(self, value: Connlabel, context: ParseContext) -> Sequence[str]:
        del context
        words = ["!"] if value.negated else []
        words += ["--label", Quoted(value.label)]
        return [*words, "--set"] if value.set else words

    def to_nft(self, value: Connlabel, rule: Rule) -> list[Statement]:
        del rule
        label = ct("label")
        statements: list[Statement] = []
        if value.set:
            statements.append({"mangle": {"key": label, "value": value.label}})
        if value.negated:
            statements.append(match(bitwise_and(label, value.label), value.label, negated=True))
        else:
            statements.append(match(label, value.label, op="in"))
        return statements

    def from_nft(self, cursor: Cursor) -> Connlabel | None:
        body = (cursor.peek() or {}).get("mangle")
        setting = None
        if isinstance(body, dict) and body.get("key") == ct("label"):
            setting = number_from_json(body.get("value"), maximum=_MAX_LABEL)
            if setting is None:
                return None
        offset = 0 if setting is None else 1
        view = cursor.match(offset)
        if view is None:
            return None
        label = number_from_json(view.right, maximum=_MAX_LABEL)
        if label is None or setting not in (None, label):
            return None
        if view.op == "in" and view.left == ct("label"):
            negated = False
        elif view.op == "!=" and view.left == bitwise_and(ct("label"), label):
            negated = True
        else:
            return None
        cursor.take(offset + 1)
        return Connlabel(label=label, negated=negated, set=setting is not None)
