"""From libnftables' JSON listing of a named set or map to its typed state. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast, get_args

from nfcore.operations import (
    ElementKey,
    ElementValue,
    KeyType,
    SetElement,
    SetState,
    SetType,
)
from translate import Counters
from translate.protocols import nft_protocol

__all__ = ["TornListingError", "decode_set"]

_KEY_TYPES: Final = frozenset(get_args(KeyType))
_KNOWN: Final = frozenset(
    {"family", "name", "table", "type", "handle", "map", "elem", "stmt", "comment"}
)
_COUNTED: Final[tuple[list[object], ...]] = ([], [{"counter": None}])


class TornListingError(ValueError):
    """A listing of a set names elements twice, so that others may be missing.

    The kernel sends a large set in parts, and begins each by passing over as many elements as it
    has sent (``nft_rhash_walk``). While it moves them to a hash table of another size their order
    changes: some are sent again, and as many others never, though there are as many as the set
    has. It passes over each element at least once to reach the end, so where none came twice none
    is missing.
    """


def decode_set(listed: Mapping[str, Any]) -> SetState | None:
    """One set's state, or None where it is of a kind that `SetType` has no words for.

    Args:
        listed: the object that the listing holds for it.

    Raises:
        TornListingError: an element is listed twice.
    """
    kind = _type(listed)
    if kind is None:
        return None
    elements: dict[ElementKey, SetElement] = {}
    items = listed.get("elem", ())
    for item in items:
        data = None
        if kind.data is not None:
            item, data = item[0], _value(kind.data, item[1])  # noqa: PLW2901 - the pair taken apart
        elem = item.get("elem", {"val": item}) if isinstance(item, dict) else {"val": item}
        elements[_key(kind, elem["val"])] = SetElement(
            data=data, comment=elem.get("comment"), counters=_counters(elem.get("counter"))
        )
    if len(elements) < len(items):
        twice = len(items) - len(elements)
        raise TornListingError(
            f"{twice} of the {len(items)} elements of {listed['name']} came twice"
        )
    return SetState(type=kind, elements=elements)


def _type(listed: Mapping[str, Any]) -> SetType | None:
    key = listed["type"]
    parts = (key,) if isinstance(key, str) else tuple(key)
    data, statements = listed.get("map"), listed.get("stmt", [])
    types = (*parts, *([] if data is None else [data]))
    if not listed.keys() <= _KNOWN or statements not in _COUNTED:
        return None
    if not all(isinstance(part, str) and part in _KEY_TYPES for part in types):
        return None
    return SetType(key=cast("tuple[KeyType, ...]", parts), data=data, counted=bool(statements))


def _key(kind: SetType, value: Any) -> ElementKey:
    values = value["concat"] if len(kind.key) > 1 else [value]
    return tuple(map(_value, kind.key, values))


def _value(kind: KeyType, value: Any) -> ElementValue:
    if kind == "inet_proto":
        number = nft_protocol(value)
        return value if number is None else number
    return value if isinstance(value, int) else str(value)


def _counters(counter: Mapping[str, int] | None) -> Counters | None:
    if counter is None:
        return None
    return Counters(packets=counter["packets"], bytes=counter["bytes"])
