"""``-j SET``: put the packet's addresses or ports into an IP set, or take them out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.statements import number_from_json, payload
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.hooks import require_chain
from translate.values.texts import size_in_bytes
from translate.values.uints import read_uint

__all__ = ["SetEntry", "SetTarget", "SetTargetExtension"]

_NAME_BYTES: Final = 31
_MAX_FIELDS: Final = 6
_FIELDS: Final = {"src": "saddr", "dst": "daddr"}
_NFT_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_MAX_TIMEOUT: Final = 0xFFFFFFFE
_MAPPED: Final = ("mark", "prio", "queue")
_LEAVING: Final = frozenset({"OUTPUT", "FORWARD", "POSTROUTING"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEntry:
    """A set's name, and ``src`` or ``dst`` for each of its dimensions, one to six."""

    set_name: str
    fields: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 1 <= size_in_bytes(self.set_name) <= _NAME_BYTES:
            raise InvalidRule(f"a set's name has 1 to {_NAME_BYTES} bytes: {self.set_name!r}")
        if not 1 <= len(self.fields) <= _MAX_FIELDS or not set(self.fields) <= set(_FIELDS):
            raise InvalidRule(
                f"{','.join(self.fields)!r} must be a list of 1 to {_MAX_FIELDS} of src and dst"
            )

    def words(self) -> list[str]:
        """Both as iptables-save prints them."""
        return [self.set_name, ",".join(self.fields)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTarget(Target):
    """What to do with which sets.

    Args:
        add: ``--add-set``.
        exist: ``--exist``, an entry that is there has its timeout set anew.
        timeout: ``--timeout`` in seconds; None is the set's own.
        delete: ``--del-set``.
        map: ``--map-set``.
        mapped: which of ``mark``, ``prio`` and ``queue`` the entry of ``map`` sets.
    """

    name: ClassVar[str] = "SET"
    add: SetEntry | None = None
    exist: bool = False
    timeout: int | None = None
    delete: SetEntry | None = None
    map: SetEntry | None = None
    mapped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.add is None and (self.exist or self.timeout is not None):
            raise InvalidRule("--exist and --timeout belong to --add-set")
        if (self.add, self.delete, self.map) == (None, None, None):
            raise InvalidRule("one of --add-set, --del-set, --map-set must be given")
        if self.timeout is not None and not 0 <= self.timeout <= _MAX_TIMEOUT:
            raise InvalidRule(f"set timeout must be 0 to {_MAX_TIMEOUT} seconds")
        if list(self.mapped) != [name for name in _MAPPED if name in self.mapped]:
            raise InvalidRule(f"mapped {self.mapped}: of mark, prio and queue, in that order")
        if (self.map is None) != (not self.mapped):
            raise InvalidRule(
                "--map-set needs one of --map-mark, --map-prio, --map-queue beside it"
            )


class SetTargetExtension(TargetExtension[SetTarget]):
    """Translates ``-j SET``: the named nft set of the rule's own table, which must exist."""

    name = "SET"
    value = SetTarget
    options = (
        Option(name="add-set", words=2),
        Option(name="del-set", words=2),
        Option(name="exist", words=0, repeatable=True),
        Option(name="timeout", repeatable=True),
        Option(name="map-set", words=2),
        *(Option(name=f"map-{what}", words=0, repeatable=True) for what in _MAPPED),
    )
    caveats = ("the set is nft's of that name in the rule's table, not ipset's",)

    def parse(self, given: GivenOptions, context: ParseContext) -> SetTarget:
        timeout, mapping = given.get("timeout"), given.get("map-set")
        if mapping is not None and context.table != "mangle":
            raise mapping.error(f"only in table mangle, not in {context.table}")
        for what in ("prio", "queue"):
            option = given.get(f"map-{what}")
            if option is not None:
                require_chain(option, context, _LEAVING)
        return SetTarget(
            add=_parse_entry(given.get("add-set")),
            exist="exist" in given,
            timeout=None if timeout is None else read_uint(timeout, maximum=_MAX_TIMEOUT),
            delete=_parse_entry(given.get("del-set")),
            map=_parse_entry(mapping),
            mapped=tuple(what for what in _MAPPED if f"map-{what}" in given),
        )

    def format(self, value: SetTarget, context: ParseContext) -> Sequence[str]:
        del context
        words = [] if value.add is None else ["--add-set", *value.add.words()]
        if value.exist:
            words.append("--exist")
        if value.timeout is not None:
            words += ["--timeout", str(value.timeout)]
        if value.delete is not None:
            words += ["--del-set", *value.delete.words()]
        if value.map is not None:
            words += ["--map-set", *value.map.words()]
        return words + [f"--map-{what}" for what in value.mapped]

    def to_nft(self, value: SetTarget, rule: Rule) -> list[Statement]:
        if value.map is not None:
            raise Untranslatable("-j SET --map-set", "nft's sets hold no marks for packets")
        if value.timeout == 0:
            raise Untranslatable("-j SET --timeout 0", "nft has no entry without an end")
        statements = []
        if value.add is not None:
            operation = "update" if value.exist else "add"
            statements.append(_to_nft(operation, value.add, value.timeout, rule))
        if value.delete is not None:
            statements.append(_to_nft("delete", value.delete, None, rule))
        return statements

    def from_nft(self, cursor: Cursor) -> SetTarget | None:
        operation, entry, timeout = _read(cursor, 0) or ("", None, None)
        if operation == "delete" and timeout is None:
            cursor.take()
            return SetTarget(delete=entry)
        if operation not in {"add", "update"}:
            return None
        following = _read(cursor, 1)
        delete = None
        if following is not None and following[0] == "delete" and following[2] is None:
            delete = following[1]
        cursor.take(1 if delete is None else 2)
        return SetTarget(add=entry, exist=operation == "update", timeout=timeout, delete=delete)


def _parse_entry(given: Given | None) -> SetEntry | None:
    if given is None:
        return None
    try:
        return SetEntry(set_name=given.words[0], fields=tuple(given.words[1].split(",")))
    except InvalidRule as error:
        raise given.error(str(error)) from error


def _to_nft(operation: str, entry: SetEntry, timeout: int | None, rule: Rule) -> Statement:
    if len(entry.fields) > 1:
        raise Untranslatable(
            f"-j SET with {','.join(entry.fields)}",
            "what the second field is depends on the type of the set, which the rule doesn't name",
        )
    if not _NFT_NAME.fullmatch(entry.set_name):
        raise Untranslatable(f"-j SET {entry.set_name!r}", "nft's names have no such characters")
    element: Any = payload(rule.version.family, _FIELDS[entry.fields[0]])
    if timeout is not None:
        element = {"elem": {"val": element, "timeout": timeout}}
    return {"set": {"op": operation, "elem": element, "set": f"@{entry.set_name}"}}


def _read(cursor: Cursor, offset: int) -> tuple[str, SetEntry, int | None] | None:
    body = (cursor.peek(offset) or {}).get("set")
    if not isinstance(body, dict) or set(body) != {"op", "elem", "set"}:
        return None
    element, timeout = body["elem"], None
    if isinstance(element, dict) and isinstance(element.get("elem"), dict):
        inner = element["elem"]
        timeout = number_from_json(inner.get("timeout"), maximum=_MAX_TIMEOUT)
        if set(inner) != {"val", "timeout"} or not timeout:
            return None
        element = inner["val"]
    family = cursor.version.family
    field = next((key for key, name in _FIELDS.items() if element == payload(family, name)), None)
    if field is None or not isinstance(body["set"], str) or not isinstance(body["op"], str):
        return None
    try:
        entry = SetEntry(set_name=body["set"].removeprefix("@"), fields=(field,))
    except InvalidRule:
        return None
    return body["op"], entry, timeout
