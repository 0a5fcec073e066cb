"""What a set's elements look like, as the kernel tells it. Pure.

Attributes are those of ``linux/netfilter/nf_tables.h`` (``enum nft_set_attributes``). What a key is
made of the kernel only keeps for libnftables: the types' numbers are ``enum datatypes`` of its
``datatype.h``, six bits for each part of a key, the first part in the highest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from nfcore.operations import KeyType

__all__ = ["SIZES", "ElementForm", "read_forms"]

_NAME, _FLAGS, _KEY_TYPE, _KEY_LENGTH, _DATA_TYPE, _DATA_LENGTH = 2, 3, 4, 5, 6, 7
_PLAIN_FLAGS: Final = 0x8 | 0x200  # NFT_SET_MAP, NFT_SET_EXPR: no intervals, no time-outs
_TYPE_BITS: Final = 6
_TYPES: Final[Mapping[int, KeyType]] = MappingProxyType(
    {7: "ipv4_addr", 8: "ipv6_addr", 12: "inet_proto", 13: "inet_service", 41: "ifname"}
)
SIZES: Final[Mapping[KeyType, int]] = MappingProxyType(
    {"ifname": 16, "ipv4_addr": 4, "ipv6_addr": 16, "inet_proto": 1, "inet_service": 2}
)
"""The bytes of each type; as a part of a longer key they are filled up to four."""


class ElementForm(NamedTuple):
    """How a set's elements are written.

    Attributes:
        key: the types of a key's parts.
        data: the type of what a map gives for a key; None for a set.
    """

    key: tuple[KeyType, ...]
    data: KeyType | None

    @property
    def key_size(self) -> int:
        """The bytes of a key."""
        return _size(self.key)


def read_forms(sets: Iterable[Mapping[int, bytes]]) -> dict[str, ElementForm]:
    """The forms of a table's sets by name, without those of other kinds.

    Args:
        sets: each set's attributes.
    """
    return dict(_read(sets))


def _read(sets: Iterable[Mapping[int, bytes]]) -> Iterator[tuple[str, ElementForm]]:
    for read in sets:
        key = _types(_number(read, _KEY_TYPE))
        data = _types(_number(read, _DATA_TYPE))
        plain = not _number(read, _FLAGS) & ~_PLAIN_FLAGS
        if not plain or not key or data is None or len(data) > 1:
            continue
        if _number(read, _KEY_LENGTH) != _size(key) or _number(read, _DATA_LENGTH) != _size(data):
            continue
        name = read[_NAME].rstrip(b"\0").decode(errors="surrogateescape")
        yield name, ElementForm(key, data[0] if data else None)


def _number(read: Mapping[int, bytes], kind: int) -> int:
    return int.from_bytes(read.get(kind, b""), "big")


def _types(number: int) -> tuple[KeyType, ...] | None:
    """The parts of a key, or None where one is of another type."""
    parts: list[KeyType] = []
    while number:
        part = _TYPES.get(number % (1 << _TYPE_BITS))
        if part is None:
            return None
        parts.insert(0, part)
        number >>= _TYPE_BITS
    return tuple(parts)


def _size(parts: tuple[KeyType, ...]) -> int:
    if len(parts) == 1:
        return SIZES[parts[0]]
    return sum((SIZES[part] + 3) & ~3 for part in parts)
