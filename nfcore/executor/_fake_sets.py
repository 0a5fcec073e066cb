"""Named sets in the text of a fake's ruleset: lines that iptables-restore takes for comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast, get_args

from nfcore.exceptions import InvalidInput
from nfcore.operations import (
    AddElements,
    AddSet,
    KeyType,
    SetElement,
    SetRef,
    SetState,
    SetType,
    TableRef,
)

__all__ = ["SET_WORDS", "read_set_line", "sets_lines"]

SET_WORDS: Final = ("# set ", "# element ")
"""What such a line begins with."""

_SET: Final = re.compile(
    r"# set (?P<name>\S+) (?P<key>\w+(?: \. \w+)*)(?: : (?P<data>\w+))?(?P<counted> counter)?"
)
_ELEMENT: Final = re.compile(r"# element (?P<set>\S+) (?P<element>\{.*\})")


def sets_lines(sets: Mapping[str, SetState]) -> Iterator[str]:
    """A table's sets, each with its elements."""
    for name, state in sets.items():
        yield f"# set {name} {state.type}"
        for key, element in state.elements.items():
            fields = {"comment": element.comment, "data": element.data, "key": key}
            yield f"# element {name} {json.dumps(fields)}"


def read_set_line(line: str, table: TableRef) -> AddSet | AddElements:
    """The operation that makes the set or element of a line.

    Args:
        line: the line, which begins with one of `SET_WORDS`.
        table: the table that it is in.

    Raises:
        InvalidInput: the line is not in the form of `sets_lines`.
    """
    return _set(line, table) if line.startswith(SET_WORDS[0]) else _element(line, table)


def _set(line: str, table: TableRef) -> AddSet:
    found = _SET.fullmatch(line)
    if found is None:
        raise InvalidInput("no set: '# set NAME TYPE . TYPE : DATA counter' is the form")
    parts = found["key"].split(" . ")
    types = [*parts, *([] if found["data"] is None else [found["data"]])]
    unknown = [part for part in types if part not in get_args(KeyType)]
    if unknown:
        raise InvalidInput(f"no type {unknown[0]!r}: {', '.join(get_args(KeyType))}")
    kind = SetType(
        key=cast("tuple[KeyType, ...]", tuple(parts)),
        data=cast("KeyType | None", found["data"]),
        counted=found["counted"] is not None,
    )
    return AddSet(set=SetRef(table=table, name=found["name"]), type=kind)


def _element(line: str, table: TableRef) -> AddElements:
    found = _ELEMENT.fullmatch(line)
    fields: Any = {} if found is None else json.loads(found["element"])
    if found is None or not isinstance(fields.get("key"), list):
        raise InvalidInput("no element: '# element SET {\"key\": […], …}' is the form")
    element = SetElement(data=fields.get("data"), comment=fields.get("comment"))
    return AddElements(SetRef(table=table, name=found["set"]), {tuple(fields["key"]): element})
