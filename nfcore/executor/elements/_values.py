"""The values in keys and data of elements as the kernel holds them. Pure.

Numbers are in network byte order, names of interfaces filled up to their 16 bytes with NULs; the
parts of a longer key each begin at a register of four bytes (libnftables' ``netlink.c``).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from nfcore.executor.elements._forms import SIZES
from nfcore.operations import ElementValue, KeyType
from translate.nft.strings import JSON_WORDS

__all__ = ["NotPlainError", "Values"]

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


class Values:
    """The values of one transaction as bytes: most are in several keys, and are written once."""

    __slots__ = ("_written",)

    def __init__(self) -> None:
        self._written: dict[KeyType, _Written] = {}

    def of(self, kind: KeyType) -> Mapping[ElementValue, bytes]:
        """The values of one type, each filled up to four bytes, as it stands in a key or as data.

        Looking up raises NotPlainError for a value that is none of this type, or one that only
        libnftables should judge.
        """
        written = self._written.get(kind)
        if written is None:
            written = self._written[kind] = _Written(kind)
        return written


class _Written(dict[ElementValue, bytes]):
    def __init__(self, kind: KeyType) -> None:
        super().__init__()
        self._encode: Final = _BYTES[kind]
        self._end: Final = bytes(-SIZES[kind] % 4)

    def __missing__(self, value: ElementValue) -> bytes:
        written = self[value] = self._encode(value) + self._end
        return written
