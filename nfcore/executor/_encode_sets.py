"""From operations on named sets to the text of libnftables' JSON commands. Pure.

Elements are what a layout of sets sends by the thousand, so their commands are written as text at
once. What is written has one shape only, that of a set's own type: libnftables 1.0.6 ends the
process on others (a map whose data has two parts, a comment that does not fit).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring_ascii
from types import MappingProxyType
from typing import Final

from nfcore.exceptions import InvalidInput
from nfcore.executor._checks import check_table
from nfcore.operations import (
    AddElements,
    AddSet,
    DeleteElements,
    DeleteSet,
    ElementKey,
    ElementValue,
    KeyType,
    SetElement,
    SetRef,
    count_of,
)
from translate.nft.strings import JSON_WORDS, string_json

__all__ = ["COMMENT_BYTES", "check_set_name", "encode_elements_json", "encode_set_json"]

COMMENT_BYTES: Final = 128
"""The longest comment that nft's own language takes."""
_KEY_BYTES: Final = 64  # NFT_DATA_VALUE_MAXLEN * 4: the registers that a key may take
_INTERFACE_BYTES: Final = 15
_SIZES: Final[Mapping[KeyType, int]] = MappingProxyType(
    {"ifname": 16, "ipv4_addr": 4, "ipv6_addr": 16, "inet_proto": 4, "inet_service": 4}
)
"""The bytes of a key that each part takes: whole registers of four."""

_SET_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:-]+")
"""Interfaces' names and addresses that mean nothing else to libnftables, `JSON_WORDS` apart."""


def check_set_name(name: str) -> str:
    """Return a name that a set can have.

    Raises:
        InvalidInput: it is none.
    """
    if _SET_NAME.fullmatch(name) is None:
        raise InvalidInput(
            f"a set's name is a lowercase letter and then up to 30 letters, digits, '_' or '-', "
            f"not {name!r}"
        )
    return name


def encode_set_json(operation: AddSet | DeleteSet, prefix: str) -> str:
    """The command that creates or deletes a set or map.

    Raises:
        InvalidInput: the set cannot be as the operation says.
    """
    if isinstance(operation, DeleteSet):
        return f'{{"delete":{{"set":{{{_place(operation.set, prefix)}}}}}}}'
    kind = operation.type
    size = sum(_SIZES[part] for part in kind.key)
    if not 0 < size <= _KEY_BYTES:
        raise InvalidInput(f"{operation}: a key has 1 to {_KEY_BYTES} bytes, not {size}")
    parts = ",".join(f'"{part}"' for part in kind.key)
    if len(kind.key) > 1:
        parts = f"[{parts}]"  # of a list, libnftables expects concatenations, even of one part
    fields = [_place(operation.set, prefix), f'"type":{parts}']
    if kind.data is not None:
        fields.append(f'"map":"{kind.data}"')
    if kind.counted:
        fields.append('"stmt":[{"counter":null}]')
    word = "set" if kind.data is None else "map"
    return f'{{"add":{{"{word}":{{{",".join(fields)}}}}}}}'


def encode_elements_json(operation: AddElements | DeleteElements, prefix: str) -> str:
    """The command that adds or deletes elements; '' for none, which libnftables would refuse.

    Raises:
        InvalidInput: a value that no element can have.
        Untranslatable: an interface's name that libnftables takes for something else.
    """
    place = _place(operation.set, prefix)
    if not count_of(operation):
        return ""
    if isinstance(operation, DeleteElements):
        keys = ",".join(map(_key, operation.keys))
        return f'{{"delete":{{"element":{{{place},"elem":[{keys}]}}}}}}'
    elements = ",".join(_element(operation.set, *item) for item in operation.elements.items())
    return f'{{"add":{{"element":{{{place},"elem":[{elements}]}}}}}}'


def _element(ref: SetRef, key: ElementKey, element: SetElement) -> str:
    text, comment = _key(key), element.comment
    if comment is not None:
        if not 0 < len(comment.encode()) <= COMMENT_BYTES:
            added = AddElements(ref, {key: element})
            raise InvalidInput(f"{added}: a comment has 1 to {COMMENT_BYTES} bytes")
        text = f'{{"elem":{{"val":{text},"comment":{encode_basestring_ascii(comment)}}}}}'
    return text if element.data is None else f"[{text},{_value(element.data)}]"


def _place(ref: SetRef, prefix: str) -> str:
    table = ref.table
    check_table(table)
    name = check_set_name(ref.name)
    return f'"family":"{table.version.family}","table":"{prefix}{table.name}","name":"{name}"'


def _key(key: ElementKey) -> str:
    if len(key) == 1:
        return _value(key[0])
    return f'{{"concat":[{",".join(map(_value, key))}]}}'


def _value(value: ElementValue) -> str:
    if isinstance(value, int):
        return str(value)
    if _PLAIN.fullmatch(value) is not None and value not in JSON_WORDS:
        return f'"{value}"'
    checked: Callable[[str], str] = encode_basestring_ascii
    return checked(string_json("an element's value", value, maximum=_INTERFACE_BYTES))
