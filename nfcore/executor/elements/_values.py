"""Keys, data and comments of elements as the kernel holds them. Pure.

Numbers are in network byte order, names of interfaces filled up to their 16 bytes with NULs; the
parts of a longer key each begin at a register of four bytes (libnftables' ``netlink.c``). A comment
is a type-length-value in the element's user data (libnftnl's ``udata.h``).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from nfcore.executor._encode_sets import COMMENT_BYTES
from nfcore.executor.elements._forms import SIZES
from nfcore.operations import ElementKey, ElementValue, KeyType
from translate.nft.strings import JSON_WORDS

__all__ = ["NotPlainError", "comment_bytes", "key_bytes", "value_bytes"]

_COMMENT: Final = 0  # NFTNL_UDATA_SET_ELEM_COMMENT
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]{1,15}", re.ASCII)


class NotPlainError(ValueError):
    """A value that is not written here: libnftables' road takes it, or says what is wrong."""


def _name(value: ElementValue) -> bytes:
    if not isinstance(value, str) or not _PLAIN_NAME.fullmatch(value) or value in JSON_WORDS:
        raise NotPlainError(f"{value!r} as an interface's name")
    return value.encode().ljust(SIZES["ifname"], b"\0")


def _address(family: int) -> Callable[[ElementValue], bytes]:
    def encode(value: ElementValue) -> bytes:
        try:
            return socket.inet_pton(family, value)  # type: ignore[arg-type]  # it says so itself
        except (OSError, TypeError, ValueError) as error:
            raise NotPlainError(f"{value!r} as an address") from error

    return encode


def _number(size: int) -> Callable[[ElementValue], bytes]:
    def encode(value: ElementValue) -> bytes:
        try:
            return value.to_bytes(size, "big")  # type: ignore[union-attr]  # the same
        except (AttributeError, OverflowError) as error:
            raise NotPlainError(f"{value!r} as a number of {size} bytes") from error

    return encode


_BYTES: Final[Mapping[KeyType, Callable[[ElementValue], bytes]]] = MappingProxyType(
    {
        "ifname": _name,
        "ipv4_addr": _address(socket.AF_INET),
        "ipv6_addr": _address(socket.AF_INET6),
        "inet_proto": _number(SIZES["inet_proto"]),
        "inet_service": _number(SIZES["inet_service"]),
    }
)


def value_bytes(kind: KeyType, value: ElementValue) -> bytes:
    """A single value.

    Raises:
        NotPlainError: it is none of this type, or one that only libnftables should judge.
    """
    return _BYTES[kind](value)


def key_bytes(kinds: Sequence[KeyType], key: ElementKey) -> bytes:
    """A key.

    Raises:
        NotPlainError: it has not as many parts as types, or a part is none of its type.
    """
    if len(kinds) != len(key):
        raise NotPlainError(f"{key!r} as {kinds}")
    if len(key) == 1:
        return _BYTES[kinds[0]](key[0])
    parts = []
    for kind, value in zip(kinds, key, strict=True):
        part = _BYTES[kind](value)
        parts.append(part + bytes(-len(part) % 4))
    return b"".join(parts)


def comment_bytes(comment: str) -> bytes:
    """An element's user data with nothing but a comment.

    Raises:
        NotPlainError: it is empty, or longer than nft takes.
    """
    try:
        text = comment.encode() + b"\0"
    except UnicodeEncodeError as error:
        raise NotPlainError(f"{comment!r} as a comment") from error
    if not 1 < len(text) <= COMMENT_BYTES + 1:
        raise NotPlainError(f"{comment!r} as a comment")
    return bytes((_COMMENT, len(text))) + text
