"""From operations on elements to nf_tables' netlink messages. Pure.

The messages are those of ``linux/netfilter/nf_tables.h``, the flags those that libnftables sends
(``mnl.c``): what is added need not be new, what is deleted must be there. Each operation is a
message, or several where its elements do not fit into one.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Final, NamedTuple

from nfcore.executor._encode_sets import COMMENT_BYTES
from nfcore.executor._nfnetlink import Message, attribute, family_of
from nfcore.executor.elements._forms import SIZES, ElementForm
from nfcore.executor.elements._values import NotPlainError, Values
from nfcore.operations import (
    BARE,
    AddElements,
    DeleteElements,
    ElementKey,
    SetElement,
    SetRef,
)

__all__ = ["ElementMessage", "ElementOperation", "SetWriter", "encode_elements"]

ElementOperation = AddElements | DeleteElements

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
_COMMENT: Final = 0  # NFTNL_UDATA_SET_ELEM_COMMENT


class Written(NamedTuple):
    """Some elements of one set.

    Attributes:
        head: what each begins with.
        elements: the rest of each.
    """

    head: bytes
    elements: Sequence[bytes]


class SetWriter:
    """Writes elements of one set. It keeps nothing of what it wrote.

    Args:
        ref: the set.
        form: what its elements look like.
        prefix: what the kernel's tables have before iptables' names for them.

    Attributes:
        family: ``AF_INET`` or ``AF_INET6``.
        place: the attributes that name the set.
    """

    __slots__ = ("_data", "_data_head", "_head", "_key", "_key_head", "_size", "family", "place")

    def __init__(self, ref: SetRef, form: ElementForm, prefix: str) -> None:
        self.family: Final = family_of(ref.table.version)
        self.place: Final = _text(_LIST_TABLE, prefix + ref.table.name) + _text(_LIST_SET, ref.name)
        self._key: Final = form.key
        self._data: Final = form.data
        self._key_head: Final = _value_head(_KEY, form.key_size)
        self._data_head: Final = b"" if form.data is None else _value_head(_DATA, SIZES[form.data])
        self._size: Final = _ATTRIBUTE.size + len(self._key_head) + _filled(form.key_size)
        self._head: Final = _ATTRIBUTE.pack(self._size, _ELEMENT) + self._key_head

    def keys(self, keys: Collection[ElementKey], values: Values) -> Written:
        """Elements of which there are keys alone.

        Raises:
            NotPlainError: a key that is not written here.
        """
        return Written(self._head, self._keys(keys, values))

    def _keys(self, keys: Collection[ElementKey], values: Values) -> list[bytes]:
        kinds = self._key
        try:
            first = values.of(kinds[0])
            if len(kinds) == 1:
                return [first[value] for (value,) in keys]
            if len(kinds) == 2:
                second = values.of(kinds[1])
                return [first[one] + second[other] for one, other in keys]
            parts = [values.of(kind) for kind in kinds]
            return [
                b"".join([part[value] for part, value in zip(parts, key, strict=True)])
                for key in keys
            ]
        except NotPlainError:
            raise
        except ValueError as error:
            raise NotPlainError(f"a key as {self._key}: {error}") from error

    def elements(self, elements: Mapping[ElementKey, SetElement], values: Values) -> Written:
        """Elements with their data and comments.

        Raises:
            NotPlainError: one that is not written here.
        """
        if self._data is None and [*elements.values()].count(BARE) == len(elements):
            return self.keys(elements, values)
        keys = self._keys(elements, values)
        size = self._size
        data = None
        if self._data is not None:
            data = values.of(self._data)
            size += len(self._data_head) + _filled(SIZES[self._data])
        bare, key_head = _ATTRIBUTE.pack(size, _ELEMENT), self._key_head
        frames: dict[int, tuple[bytes, bytes, bytes]] = {}  # by the length of the comment
        written = []
        for key, (value, comment, _) in zip(keys, elements.values(), strict=True):
            if (value is None) is not (data is None):
                raise NotPlainError(f"{value!r} as data of {self._data}")
            body = key_head + key
            if data is not None and value is not None:
                body += self._data_head + data[value]
            if comment is None:
                written.append(bare + body)
                continue
            text = _encoded(comment)
            length = len(text)
            if length not in frames:
                frames[length] = _frame(size, length)
            head, comment_head, end = frames[length]
            written.append(head + body + comment_head + text + end)
        return Written(b"", written)


def _frame(size: int, length: int) -> tuple[bytes, bytes, bytes]:
    """What stands before a key, and before and behind a comment of so many bytes.

    The comment is a type-length-value in the element's user data (libnftnl's ``udata.h``), and
    ends with a NUL.

    Args:
        size: the bytes of the element without the comment.
        length: the bytes of the comment.

    Raises:
        NotPlainError: it is empty, or longer than nft takes.
    """
    if not 0 < length <= COMMENT_BYTES:
        raise NotPlainError(f"{length} bytes as a comment")
    user = _ATTRIBUTE.size + 2 + length + 1
    return (
        _ATTRIBUTE.pack(size + _filled(user), _ELEMENT),
        _ATTRIBUTE.pack(user, _USERDATA) + bytes((_COMMENT, length + 1)),
        bytes(1 + -user % 4),
    )


class ElementMessage(NamedTuple):
    """Elements that are added to one set or deleted from it, in one message.

    Attributes:
        writer: the set's.
        operation_index: the place of their operation in the transaction.
        operation: the operation that they are of.
        first: the place of the first of them among the operation's elements.
        head: what each of them begins with.
        elements: the rest of each.
    """

    writer: SetWriter
    operation_index: int
    operation: ElementOperation
    first: int
    head: bytes
    elements: Sequence[bytes]

    def message(self) -> Message:
        """The message itself."""
        adds = type(self.operation) is AddElements
        kind, flags = (_NEWSETELEM, _NLM_F_CREATE) if adds else (_DELSETELEM, 0)
        place, head = self.writer.place, self.head
        body = head + head.join(self.elements)
        header = _ATTRIBUTE.pack(_ATTRIBUTE.size + len(body), _LIST_ELEMENTS)
        size = len(place) + len(header) + len(body)
        return Message(kind, flags, self.writer.family, (place, header, body), size)

    def part_at(self, offset: int) -> ElementOperation | None:
        """The operation on the one element that begins so many bytes into the message.

        None where none does, unless there is but one.
        """
        begin = _HEADERS + len(self.writer.place) + _ATTRIBUTE.size
        offsets = [begin, *(begin + end for end in _ends(self.head, self.elements))]
        if offset in offsets[:-1]:
            return self._part(offsets.index(offset))
        return self._part(0) if len(self.elements) == 1 else None

    def _part(self, place: int) -> ElementOperation:
        operation, place = self.operation, self.first + place
        if isinstance(operation, AddElements):
            key, element = next(islice(operation.elements.items(), place, None))
            return AddElements(operation.set, {key: element})
        return DeleteElements(operation.set, (next(islice(operation.keys, place, None)),))


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
    values = Values()
    messages: list[ElementMessage] = []
    for index, operation in enumerate(operations):
        writer = writers[operation.set]
        if isinstance(operation, AddElements):
            head, elements = writer.elements(operation.elements, values)
        else:
            head, elements = writer.keys(operation.keys, values)
        for first, part in _parts(head, elements):
            messages.append(ElementMessage(writer, index, operation, first, head, part))
    return messages


def _parts(head: bytes, elements: Sequence[bytes]) -> Iterable[tuple[int, Sequence[bytes]]]:
    """As many elements at a time as a message holds, and the first's place."""
    if len(head) * len(elements) + sum(map(len, elements)) <= _MOST_BYTES:
        return ((0, elements),) if elements else ()
    return _several_parts(head, elements)


def _several_parts(head: bytes, elements: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    ends = [*_ends(head, elements)]
    first, before = 0, 0
    while first < len(elements):
        last = bisect_right(ends, before + _MOST_BYTES)
        yield first, elements[first:last]
        first, before = last, ends[last - 1]


def _ends(head: bytes, elements: Iterable[bytes]) -> Iterator[int]:
    """Where each element ends, in bytes from the beginning of the first."""
    return accumulate(len(head) + len(element) for element in elements)


def _value_head(kind: int, size: int) -> bytes:
    """What comes before a value: an attribute of this kind that holds nothing else."""
    inner = _ATTRIBUTE.size + size
    return _ATTRIBUTE.pack(_ATTRIBUTE.size + _filled(inner), kind) + _ATTRIBUTE.pack(inner, _VALUE)


def _encoded(comment: str) -> bytes:
    try:
        return comment.encode()
    except UnicodeEncodeError as error:
        raise NotPlainError(f"{comment!r} as a comment") from error


def _filled(size: int) -> int:
    """A size filled up to four bytes, as attributes and the parts of keys are."""
    return (size + 3) & ~3


def _text(kind: int, text: str) -> bytes:
    return attribute(kind, text.encode() + b"\0")
