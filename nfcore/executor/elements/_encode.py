"""From operations on elements to nf_tables' netlink messages. Pure.

The messages are those of ``linux/netfilter/nf_tables.h``, the flags those that libnftables sends
(``mnl.c``): what is added need not be new, what is deleted must be there. Elements of one set go
into one message as long as they fit; since no set's elements concern another's, it does not matter
that this changes the order between sets.
"""

from __future__ import annotations

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

__all__ = ["ElementMessage", "ElementOperation", "encode_elements"]

ElementOperation = AddElement | DeleteElement

_NEWSETELEM, _DELSETELEM = 12, 14
_NLM_F_CREATE: Final = 0x400
_NESTED: Final = 0x8000
_LIST_TABLE, _LIST_SET, _LIST_ELEMENTS = 1, 2, 3 | _NESTED
_ELEMENT: Final = 1 | _NESTED  # NFTA_LIST_ELEM
_KEY, _DATA, _USERDATA = 1 | _NESTED, 2 | _NESTED, 6
_VALUE: Final = 1  # NFTA_DATA_VALUE
_HEADERS: Final = 16 + 4  # nlmsghdr, nfgenmsg
_ATTRIBUTE_HEADER: Final = 4
_MOST_BYTES: Final = 0xFFFF - _ATTRIBUTE_HEADER
"""What an attribute holds, whose length has 16 bits."""


class ElementMessage:
    """Elements that are added to one set or deleted from it, in one message.

    Args:
        deletes: whether they are deleted.
        family: ``AF_INET`` or ``AF_INET6``.
        place: the attributes that name the set.

    Attributes:
        indices: the places of its operations in the transaction.
    """

    __slots__ = ("_elements", "_family", "_place", "_size", "deletes", "indices")

    def __init__(self, *, deletes: bool, family: int, place: bytes) -> None:
        self.deletes: Final = deletes
        self.indices: Final[list[int]] = []
        self._family = family
        self._place = place
        self._elements: list[bytes] = []
        self._size = 0

    def add(self, element: bytes, index: int) -> bool:
        """Take in one more; whether it did."""
        size = self._size + len(element)
        if size > _MOST_BYTES:
            return False
        self._size = size
        self._elements.append(element)
        self.indices.append(index)
        return True

    def message(self) -> Message:
        """The message itself."""
        kind, flags = (_DELSETELEM, 0) if self.deletes else (_NEWSETELEM, _NLM_F_CREATE)
        elements = attribute(_LIST_ELEMENTS, b"".join(self._elements))
        return Message(kind, flags, self._family, self._place + elements)

    def index_at(self, offset: int) -> int | None:
        """The place of the operation whose element begins so many bytes into the message.

        None where none does, unless there is but one.
        """
        at = _HEADERS + len(self._place) + _ATTRIBUTE_HEADER
        for element, index in zip(self._elements, self.indices, strict=True):
            if at == offset:
                return index
            at += len(element)
        return self.indices[0] if len(self.indices) == 1 else None


def encode_elements(
    operations: Sequence[ElementOperation], forms: Mapping[SetRef, ElementForm], prefix: str
) -> list[ElementMessage]:
    """The messages that carry out some operations.

    Args:
        operations: what to do.
        forms: what the sets' elements look like.
        prefix: what the kernel's tables have before iptables' names for them.

    Raises:
        NotPlainError: a value that is not written here.
    """
    writers: dict[SetRef, _Writer] = {}
    known: dict[tuple[KeyType, ...], dict[ElementKey, bytes]] = {}
    ref, writer = None, None
    for index, operation in enumerate(operations):
        if operation.set is not ref or writer is None:
            ref = operation.set
            writer = writers.get(ref)
            if writer is None:
                form = forms[ref]
                writer = writers[ref] = _Writer(ref, form, prefix, known.setdefault(form.key, {}))
        writer.write(operation, index)
    return [message for writer in writers.values() for message in writer.messages]


class _Writer:
    """Writes one set's elements.

    Args:
        ref: the set.
        form: what its elements look like.
        prefix: what the kernel's tables have before iptables' names for them.
        known: the keys of this form that were written already, for whatever set.
    """

    __slots__ = ("_form", "_known", "_open", "_ref", "_table", "messages")

    def __init__(
        self, ref: SetRef, form: ElementForm, prefix: str, known: dict[ElementKey, bytes]
    ) -> None:
        self.messages: list[ElementMessage] = []
        self._ref = ref
        self._form = form
        self._table = prefix + ref.table.name
        self._known = known
        self._open: ElementMessage | None = None

    def write(self, operation: ElementOperation, index: int) -> None:
        key = operation.key
        written = self._known.get(key)
        if written is None:
            written = self._known[key] = _bare(key_bytes(self._form.key, key))
        deletes = isinstance(operation, DeleteElement)
        if isinstance(operation, AddElement) and (
            operation.comment is not None
            or operation.data is not None
            or self._form.data is not None
        ):
            written = self._with_more(written, operation)
        message = self._open
        if message is None or message.deletes is not deletes or not message.add(written, index):
            self._begin(deletes=deletes).add(written, index)

    def _with_more(self, bare: bytes, operation: AddElement) -> bytes:
        parts = [bare[_ATTRIBUTE_HEADER:]]
        kind, data = self._form.data, operation.data
        if kind is not None and data is not None:
            parts.append(attribute(_DATA, attribute(_VALUE, value_bytes(kind, data))))
        elif kind is not None or data is not None:
            raise NotPlainError(f"{data!r} as data of {kind}")
        if operation.comment is not None:
            parts.append(attribute(_USERDATA, comment_bytes(operation.comment)))
        return attribute(_ELEMENT, b"".join(parts))

    def _begin(self, *, deletes: bool) -> ElementMessage:
        place = _text(_LIST_TABLE, self._table) + _text(_LIST_SET, self._ref.name)
        family = family_of(self._ref.table.version)
        self._open = ElementMessage(deletes=deletes, family=family, place=place)
        self.messages.append(self._open)
        return self._open


def _bare(key: bytes) -> bytes:
    """An element of which there is a key alone."""
    return attribute(_ELEMENT, attribute(_KEY, attribute(_VALUE, key)))


def _text(kind: int, text: str) -> bytes:
    return attribute(kind, text.encode() + b"\0")
