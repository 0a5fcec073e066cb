"""From operations on elements to nf_tables' netlink messages. Pure.

The messages are those of ``linux/netfilter/nf_tables.h``, the flags those that libnftables sends
(``mnl.c``): what is added need not be new, what is deleted must be there. Elements of one set go
into one message as long as they fit; since no set's elements concern another's, it does not matter
that this changes the order between sets.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Final

from nfcore.executor._nfnetlink import Message, attribute, family_of
from nfcore.executor.elements._forms import ElementForm
from nfcore.executor.elements._values import (
    NotPlainError,
    comment_bytes,
    key_bytes,
    value_bytes,
)
from nfcore.operations import AddElement, DeleteElement, ElementKey, KeyType, SetRef

__all__ = ["ElementMessage", "ElementOperation", "SetWriter", "encode_elements"]

ElementOperation = AddElement | DeleteElement

_NEWSETELEM, _DELSETELEM = 12, 14
_NLM_F_CREATE: Final = 0x400
_NESTED: Final = 0x8000
_LIST_TABLE, _LIST_SET, _LIST_ELEMENTS = 1, 2, 3 | _NESTED
_ELEMENT: Final = 1 | _NESTED  # NFTA_LIST_ELEM
_KEY, _DATA, _USERDATA = 1 | _NESTED, 2 | _NESTED, 6
_VALUE: Final = 1  # NFTA_DATA_VALUE
_HEADERS: Final = 16 + 4  # nlmsghdr, nfgenmsg
_ATTRIBUTE: Final = struct.Struct("=HH")  # length, type
_MOST_BYTES: Final = 0xFFFF - _ATTRIBUTE.size
"""What an attribute holds, whose length has 16 bits."""


class SetWriter:
    """Writes elements of one set. It keeps nothing of what it wrote.

    Args:
        ref: the set.
        form: what its elements look like.
        prefix: what the kernel's tables have before iptables' names for them.

    Attributes:
        key: the types of a key's parts.
        data: the type of a map's data, or None.
        family: ``AF_INET`` or ``AF_INET6``.
        place: the attributes that name the set.
    """

    __slots__ = ("data", "family", "key", "place")

    def __init__(self, ref: SetRef, form: ElementForm, prefix: str) -> None:
        self.key: Final = form.key
        self.data: Final = form.data
        self.family: Final = family_of(ref.table.version)
        self.place: Final = _text(_LIST_TABLE, prefix + ref.table.name) + _text(_LIST_SET, ref.name)

    def bare(self, key: ElementKey) -> bytes:
        """An element of which there is a key alone."""
        value = key_bytes(self.key, key)
        size = len(value)
        filled = value + bytes(-size % 4)
        return (
            _ATTRIBUTE.pack(len(filled) + 12, _ELEMENT)
            + _ATTRIBUTE.pack(len(filled) + 8, _KEY)
            + _ATTRIBUTE.pack(size + 4, _VALUE)
            + filled
        )

    def whole(self, bare: bytes, operation: AddElement) -> bytes:
        """An element with its data and its comment."""
        parts = [bare[_ATTRIBUTE.size :]]
        kind, data = self.data, operation.data
        if kind is not None and data is not None:
            parts.append(attribute(_DATA, attribute(_VALUE, value_bytes(kind, data))))
        elif kind is not None or data is not None:
            raise NotPlainError(f"{data!r} as data of {kind}")
        if operation.comment is not None:
            parts.append(attribute(_USERDATA, comment_bytes(operation.comment)))
        return attribute(_ELEMENT, b"".join(parts))


class ElementMessage:
    """Elements that are added to one set or deleted from it, in one message.

    Args:
        writer: the set's.
        deletes: whether they are deleted.

    Attributes:
        elements: the elements, written.
        indices: the places of their operations in the transaction.
        size: the bytes of the elements together.
    """

    __slots__ = ("deletes", "elements", "indices", "size", "writer")

    def __init__(self, writer: SetWriter, *, deletes: bool) -> None:
        self.writer: Final = writer
        self.deletes: Final = deletes
        self.elements: Final[list[bytes]] = []
        self.indices: Final[list[int]] = []
        self.size = 0

    def message(self) -> Message:
        """The message itself."""
        kind, flags = (_DELSETELEM, 0) if self.deletes else (_NEWSETELEM, _NLM_F_CREATE)
        writer = self.writer
        header = _ATTRIBUTE.pack(_ATTRIBUTE.size + self.size, _LIST_ELEMENTS)
        size = len(writer.place) + _ATTRIBUTE.size + self.size
        return Message(kind, flags, writer.family, [writer.place, header, *self.elements], size)

    def index_at(self, offset: int) -> int | None:
        """The place of the operation whose element begins so many bytes into the message.

        None where none does, unless there is but one.
        """
        at = _HEADERS + len(self.writer.place) + _ATTRIBUTE.size
        for element, index in zip(self.elements, self.indices, strict=True):
            if at == offset:
                return index
            at += len(element)
        return self.indices[0] if len(self.indices) == 1 else None


def encode_elements(
    operations: Sequence[ElementOperation], writers: Mapping[SetRef, SetWriter]
) -> list[ElementMessage]:
    """The messages that carry out some operations.

    Args:
        operations: what to do.
        writers: the sets'.

    Raises:
        NotPlainError: a value that is not written here.
    """
    messages: list[ElementMessage] = []
    last: dict[SetRef, ElementMessage] = {}
    written: dict[tuple[KeyType, ...], dict[ElementKey, bytes]] = {}
    ref, message, known = None, None, {}  # those of the operation before
    for index, operation in enumerate(operations):
        if operation.set is not ref:
            ref = operation.set
            writer = writers[ref]
            message = last.get(ref)
            known = written.setdefault(writer.key, {})
        key = operation.key
        element = known.get(key)
        if element is None:
            element = known[key] = writer.bare(key)
        deletes = type(operation) is DeleteElement
        if isinstance(operation, AddElement) and not (
            operation.comment is operation.data is writer.data is None
        ):
            element = writer.whole(element, operation)
        size = len(element)
        if message is None or message.deletes is not deletes or message.size + size > _MOST_BYTES:
            message = last[operation.set] = ElementMessage(writer, deletes=deletes)
            messages.append(message)
        message.elements.append(element)
        message.indices.append(index)
        message.size += size
    return messages


def _text(kind: int, text: str) -> bytes:
    return attribute(kind, text.encode() + b"\0")
