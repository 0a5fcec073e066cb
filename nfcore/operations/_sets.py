"""Named sets and maps, their elements, and operations on both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from nfcore.operations._places import TableRef
from translate import Counters

__all__ = [
    "BARE",
    "AddElements",
    "AddSet",
    "DeleteElements",
    "DeleteSet",
    "ElementKey",
    "ElementValue",
    "KeyType",
    "SetElement",
    "SetRef",
    "SetType",
]

KeyType = Literal["ifname", "ipv4_addr", "ipv6_addr", "inet_proto", "inet_service"]
"""nft's name for the type of one part of a key, or of a map's data."""

ElementValue = str | int
"""An interface's name, an address in its shortest form, or the number of a protocol or port."""

ElementKey = tuple[ElementValue, ...]
"""One value for each part of a set's key."""


class SetRef(NamedTuple):
    """A named set or map by its table and name."""

    table: TableRef
    name: str

    def __str__(self) -> str:
        return f"{self.table.version.family} {self.table.name} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetType:
    """What a named set or map holds.

    Args:
        key: the parts of a key.
        data: what a map gives for a key; None for a set.
        counted: whether each element counts the packets that were looked up with it.
    """

    key: tuple[KeyType, ...]
    data: KeyType | None = None
    counted: bool = False

    def __str__(self) -> str:
        data = "" if self.data is None else f" : {self.data}"
        return " . ".join(self.key) + data + (" counter" if self.counted else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSet:
    """Create a named set or map unless it exists."""

    set: SetRef
    type: SetType

    def __str__(self) -> str:
        word = "set" if self.type.data is None else "map"
        return f"nft add {word} {self.set} {{ type {self.type}; }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSet:
    """Delete a named set or map that no rule looks up, with its elements."""

    set: SetRef

    def __str__(self) -> str:
        return f"nft delete set {self.set}"


class SetElement(NamedTuple):
    """What is kept with one key of a named set or map.

    Transactions hold elements by the ten thousand; a named tuple is made in a third of the time
    that a frozen dataclass takes.

    Args:
        data: what a map gives for the key; None in a set.
        comment: text kept with the element, 1 to 128 bytes, or None.
        counters: what the element counted, where its set counts.
    """

    data: ElementValue | None = None
    comment: str | None = None
    counters: Counters | None = None


BARE: Final = SetElement()
"""Nothing is kept with a key; most elements have this very one."""


class AddElements(NamedTuple):
    """Put elements into one set or map; those that are there stay as they are.

    Args:
        set: where.
        elements: what is kept with each key; counters play no part.
    """

    set: SetRef
    elements: Mapping[ElementKey, SetElement]

    def __str__(self) -> str:
        listed = ", ".join(
            _key_text(key) + ("" if element.data is None else f" : {element.data}")
            for key, element in self.elements.items()
        )
        return f"nft add element {self.set} {{ {listed} }}"


class DeleteElements(NamedTuple):
    """Take the elements with these keys out of a set or map."""

    set: SetRef
    keys: Collection[ElementKey]

    def __str__(self) -> str:
        return f"nft delete element {self.set} {{ {', '.join(map(_key_text, self.keys))} }}"


def _key_text(key: ElementKey) -> str:
    return " . ".join(map(str, key))
