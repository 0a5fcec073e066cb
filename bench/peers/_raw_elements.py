"""Elements of sets as one netlink transaction, byte by byte. Pure.

Written from ``linux/netfilter/nf_tables.h`` alone and independent of nfcore's executors: this is
what the kernel takes at the least. Elements of one set go into as few messages as hold them.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from nfcore.operations import (
    AddElements,
    DeleteElements,
    ElementKey,
    ElementValue,
    KeyType,
    SetElement,
    SetRef,
    SetType,
)
from translate import IPVersion

__all__ = ["raw_batch"]

_NFTABLES: Final = 10  # NFNL_SUBSYS_NFTABLES
_BATCH_BEGIN, _BATCH_END = 16, 17
_NEWSETELEM, _DELSETELEM = 12, 14
_REQUEST, _ACK, _CREATE = 0x1, 0x4, 0x400
_NESTED: Final = 0x8000
_LIST_TABLE, _LIST_SET, _LIST_ELEMENTS = 1, 2, 3
_ELEM, _ELEM_KEY, _ELEM_DATA, _ELEM_USERDATA = 1, 1, 2, 6
_DATA_VALUE: Final = 1
_COMMENT: Final = 0  # libnftnl's NFTNL_UDATA_SET_ELEM_COMMENT
_MOST_BYTES: Final = 60_000  # of elements in a message; an attribute's length has 16 bits

Elements = AddElements | DeleteElements

_BYTES: Final[Mapping[KeyType, Callable[[ElementValue], bytes]]] = MappingProxyType(
    {
        "ifname": lambda value: str(value).encode().ljust(16, b"\0"),
        "ipv4_addr": lambda value: socket.inet_pton(socket.AF_INET, str(value)),
        "ipv6_addr": lambda value: socket.inet_pton(socket.AF_INET6, str(value)),
        "inet_proto": lambda value: struct.pack("B", value),
        "inet_service": lambda value: struct.pack(">H", value),
    }
)


def raw_batch(elements: Iterable[Elements], types: Mapping[SetRef, SetType]) -> bytes:
    """The whole transaction, of which the kernel acknowledges the last message.

    Args:
        elements: what to add and delete, each set once for either.
        types: what each set holds.
    """
    lists = [*_lists(elements, types)]
    messages = [
        _message(
            _NFTABLES << 8 | (_NEWSETELEM if kind is AddElements else _DELSETELEM),
            (_CREATE if kind is AddElements else 0) | (_ACK if place == len(lists) else 0),
            socket.AF_INET if ref.table.version is IPVersion.V4 else socket.AF_INET6,
            place,
            _text(_LIST_TABLE, ref.table.name)
            + _text(_LIST_SET, ref.name)
            + _attribute(_LIST_ELEMENTS | _NESTED, listed),
        )
        for place, (kind, ref, listed) in enumerate(lists, start=1)
    ]
    begin = _message(_BATCH_BEGIN, 0, socket.AF_UNSPEC, 0, resource=_NFTABLES)
    end = _message(_BATCH_END, 0, socket.AF_UNSPEC, len(lists) + 1, resource=_NFTABLES)
    return b"".join([begin, *messages, end])


def _lists(
    elements: Iterable[Elements], types: Mapping[SetRef, SetType]
) -> Iterator[tuple[type[Elements], SetRef, bytes]]:
    for one in elements:
        kind = types[one.set]
        if isinstance(one, AddElements):
            encoded = [_element(kind, key, kept) for key, kept in one.elements.items()]
        else:
            encoded = [_element(kind, key) for key in one.keys]
        for part in _parted(encoded):
            yield type(one), one.set, part


def _parted(encoded: Sequence[bytes]) -> Iterator[bytes]:
    part = bytearray()
    for one in encoded:
        if part and len(part) + len(one) > _MOST_BYTES:
            yield bytes(part)
            part.clear()
        part += one
    yield bytes(part)


def _element(kind: SetType, value: ElementKey, kept: SetElement | None = None) -> bytes:
    parts = [_BYTES[part](one) for part, one in zip(kind.key, value, strict=True)]
    key = parts[0] if len(parts) == 1 else b"".join(map(_filled_up, parts))
    body = _attribute(_ELEM_KEY | _NESTED, _attribute(_DATA_VALUE, key))
    if kept is not None:
        if kind.data is not None and kept.data is not None:
            data = _BYTES[kind.data](kept.data)
            body += _attribute(_ELEM_DATA | _NESTED, _attribute(_DATA_VALUE, data))
        if kept.comment is not None:
            comment = kept.comment.encode() + b"\0"
            noted = struct.pack("BB", _COMMENT, len(comment)) + comment
            body += _attribute(_ELEM_USERDATA, noted)
    return _attribute(_ELEM | _NESTED, body)


def _message(
    kind: int, flags: int, family: int, sequence: int, body: bytes = b"", *, resource: int = 0
) -> bytes:
    head = struct.pack("=IHHII", 20 + len(body), kind, _REQUEST | flags, sequence, 0)
    return head + struct.pack(">BBH", family, 0, resource) + body


def _text(kind: int, text: str) -> bytes:
    return _attribute(kind, text.encode() + b"\0")


def _attribute(kind: int, payload: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(payload), kind) + _filled_up(payload)


def _filled_up(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
