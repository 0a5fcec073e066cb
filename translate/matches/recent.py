"""``-m recent``: addresses that were seen before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.addresses import mask_of_length, parse_address
from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.masked_fields import MaskedField, masked_field, read_masked_field
from translate.nft.statements import match
from translate.rule import Match, Rule
from translate.types import IPAddress, IPVersion, Statement, address_text
from translate.values.texts import cut_to_bytes, size_in_bytes
from translate.values.uints import read_uint

__all__ = ["Recent", "RecentExtension"]

_OPERATIONS: Final = ("set", "rcheck", "update", "remove")
_CHECKS: Final = frozenset({"rcheck", "update"})
_NAME_BYTES: Final = 199
_MAX_HITS: Final = 0xFFFF
_WORD: Final = 0xFFFFFFFF
_SET_NAME: Final = "xt_recent_"
_NFT_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_FIELDS: Final = {"source": "saddr", "destination": "daddr"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent(Match):
    """What is done with which list.

    Args:
        operation: ``set``, ``rcheck``, ``update`` or ``remove``.
        negated: whether its result is turned round.
        list_name: ``--name``, at most 199 bytes.
        mask: ``--mask``.
        side: ``source`` or ``destination``.
        seconds: ``--seconds``, how long ago at most.
        reap: ``--reap``.
        hits: ``--hitcount``, how many packets at least; 0 doesn't ask.
        same_ttl: ``--rttl``.
    """

    name: ClassVar[str] = "recent"
    operation: str
    negated: bool = False
    list_name: str = "DEFAULT"
    mask: IPAddress
    side: str = "source"
    seconds: int | None = None
    reap: bool = False
    hits: int = 0
    same_ttl: bool = False

    def __post_init__(self) -> None:
        if self.operation not in _OPERATIONS:
            raise InvalidRule(f"recent: {self.operation!r}: {', '.join(_OPERATIONS)}")
        if self.side not in _FIELDS:
            raise InvalidRule(f"recent: side {self.side!r}: source or destination")
        if not 1 <= size_in_bytes(self.list_name) <= _NAME_BYTES:
            raise InvalidRule(f"recent: a list's name has 1 to {_NAME_BYTES} bytes")
        if "/" in self.list_name or self.list_name in {".", ".."}:
            raise InvalidRule(f"recent: {self.list_name!r} cannot be a file's name in /proc")
        if self.seconds is not None and not 1 <= self.seconds <= _WORD:
            raise InvalidRule(f"recent: seconds must be 1 to {_WORD}")
        if not 0 <= self.hits <= _MAX_HITS:
            raise InvalidRule(f"recent: hitcount must be 0 to {_MAX_HITS}, not {self.hits}")
        if self.reap and self.seconds is None:
            raise InvalidRule("recent: --reap needs --seconds beside it")
        if self.operation not in _CHECKS and (self.seconds or self.hits or self.same_ttl):
            raise InvalidRule("--seconds, --hitcount and --rttl belong to --rcheck and --update")

    def has_side_effects(self) -> bool:
        return self.operation != "rcheck"


class RecentExtension(MatchExtension[Recent]):
    """Translates ``-m recent`` into a named set; iptables-translate does not.

    The set is declared for all rules on one list, in each table of its own. It knows of an address
    that it was seen, not when or how often.
    """

    name = "recent"
    value = Recent
    options = (
        *(
            Option(name=name, negatable=True, words=0, excludes=frozenset(_OPERATIONS) - {name})
            for name in _OPERATIONS
        ),
        Option(name="seconds"),
        Option(name="reap", words=0, requires=frozenset({"seconds"})),
        Option(name="hitcount"),
        Option(name="rttl", words=0, excludes=frozenset({"set", "remove"})),
        Option(name="name"),
        Option(name="rsource", words=0),
        Option(name="rdest", words=0),
        Option(name="mask"),
    )
    caveats = (
        "a list holds 65535 addresses, and forgets none for new ones",
        "each table and IP version has lists of its own",
        "a list stays, with the addresses in it, when its last rule goes",
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Recent:
        operation = next((o for o in given if o.option.key in _OPERATIONS), None)
        if operation is None:
            raise given.error("one of --set, --rcheck, --update, --remove must be given")
        seconds, hits, name = given.get("seconds"), given.get("hitcount"), given.get("name")
        sides = [o.option.key for o in given if o.option.key in {"rsource", "rdest"}]
        return Recent(
            operation=operation.option.key,
            negated=operation.negated,
            list_name="DEFAULT" if name is None else cut_to_bytes(name.value, _NAME_BYTES),
            mask=_parse_mask(given.get("mask"), context.version),
            side="destination" if sides[-1:] == ["rdest"] else "source",
            seconds=None if seconds is None else read_uint(seconds, minimum=1),
            reap="reap" in given,
            hits=0 if hits is None else read_uint(hits, maximum=_MAX_HITS),
            same_ttl="rttl" in given,
        )

    def format(self, value: Recent, context: ParseContext) -> Sequence[str]:
        del context
        words = ["!"] if value.negated else []
        words.append(f"--{value.operation}")
        if value.seconds is not None:
            words += ["--seconds", str(value.seconds)]
        if value.reap:
            words.append("--reap")
        if value.hits:
            words += ["--hitcount", str(value.hits)]
        if value.same_ttl:
            words.append("--rttl")
        words += ["--name", value.list_name, "--mask", address_text(value.mask)]
        return [*words, "--rsource" if value.side == "source" else "--rdest"]

    def to_nft(self, value: Recent, rule: Rule) -> list[Statement]:
        for what, given in (
            ("--seconds", value.seconds),
            ("--hitcount", value.hits),
            ("--rttl", value.same_ttl),
        ):
            if given:
                raise Untranslatable(
                    f"-m recent {what}", "an nft set cannot be asked when or how an element came"
                )
        if value.negated and value.operation != "rcheck":
            raise Untranslatable(
                f"-m recent ! --{value.operation}", "nft changes a set only where the rule matches"
            )
        if not _NFT_NAME.fullmatch(value.list_name):
            raise Untranslatable(
                f"-m recent --name {value.list_name!r}", "nft's names have no such characters"
            )
        field = masked_field(_FIELDS[value.side], value.mask, rule.version)
        name = f"@{_SET_NAME}{value.list_name}"
        check = match(field, name, negated=value.negated)
        update: Statement = {"set": {"op": "update", "elem": field, "set": name}}
        delete: Statement = {"set": {"op": "delete", "elem": field, "set": name}}
        return {
            "set": [update],
            "rcheck": [check],
            "update": [check, update],
            "remove": [check, delete],
        }[value.operation]

    def declarations(self, value: Recent, rule: Rule) -> list[Statement]:
        return [
            {
                "set": {
                    "family": rule.version.family,
                    "table": rule.table,
                    "name": f"{_SET_NAME}{value.list_name}",
                    "type": f"ipv{rule.version.value}_addr",
                }
            }
        ]

    def from_nft(self, cursor: Cursor) -> Recent | None:
        changed = _read_change(cursor, 0)
        if changed is not None:
            operation, field, name = changed
            return None if operation != "update" else _taken(cursor, 1, "set", field, name)
        view = cursor.match()
        if view is None or not view.is_equality or not isinstance(view.right, str):
            return None
        checked = read_masked_field(view.left, cursor.version)
        if checked is None or not view.right.startswith(f"@{_SET_NAME}"):
            return None
        name = view.right.removeprefix(f"@{_SET_NAME}")
        changed = _read_change(cursor, 1)
        if changed is not None and changed[1:] == (checked, name) and not view.negated:
            operation = "remove" if changed[0] == "delete" else "update"
            return _taken(cursor, 2, operation, checked, name)
        return _taken(cursor, 1, "rcheck", checked, name, negated=view.negated)


def _parse_mask(given: Given | None, version: IPVersion) -> IPAddress:
    if given is None:
        return mask_of_length(version.bits, version)
    try:
        return parse_address(given.value, version)
    except InvalidRule as error:
        raise given.error(f"invalid mask: {error}") from error


def _read_change(cursor: Cursor, offset: int) -> tuple[str, MaskedField, str] | None:
    body = (cursor.peek(offset) or {}).get("set")
    if not isinstance(body, dict) or set(body) != {"op", "elem", "set"}:
        return None
    field, name = read_masked_field(body["elem"], cursor.version), body["set"]
    if field is None or not isinstance(name, str) or body["op"] not in ("update", "delete"):
        return None
    if not name.startswith(f"@{_SET_NAME}"):
        return None
    return body["op"], field, name.removeprefix(f"@{_SET_NAME}")


def _taken(
    cursor: Cursor,
    count: int,
    operation: str,
    field: MaskedField,
    name: str,
    *,
    negated: bool = False,
) -> Recent | None:
    side = next(side for side, key in _FIELDS.items() if key == field.name)
    try:
        value = Recent(
            operation=operation, negated=negated, list_name=name, mask=field.mask, side=side
        )
    except InvalidRule:
        return None
    cursor.take(count)
    return value
