"""What ``-m sctp --chunk-types`` asks of a packet's chunks (RFC 4960, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from translate.exceptions import InvalidRule
from translate.extension import Given

__all__ = ["CHUNK_TYPES", "ChunkKind", "ChunkSet", "SctpChunk", "parse_chunks"]

ChunkKind: TypeAlias = Literal["all", "any", "only"]
_KINDS: Final[tuple[ChunkKind, ...]] = ("all", "any", "only")
_EVERY_TYPE: Final = "ALL"
_NO_TYPE: Final = "NONE"

CHUNK_TYPES: Final = MappingProxyType(
    {
        "DATA": 0,
        "INIT": 1,
        "INIT_ACK": 2,
        "SACK": 3,
        "HEARTBEAT": 4,
        "HEARTBEAT_ACK": 5,
        "ABORT": 6,
        "SHUTDOWN": 7,
        "SHUTDOWN_ACK": 8,
        "ERROR": 9,
        "COOKIE_ECHO": 10,
        "COOKIE_ACK": 11,
        "ECN_ECNE": 12,
        "ECN_CWR": 13,
        "SHUTDOWN_COMPLETE": 14,
        "I_DATA": 64,
        "ASCONF_ACK": 128,
        "RE_CONFIG": 130,
        "PAD": 132,
        "FORWARD_TSN": 192,
        "ASCONF": 193,
        "I_FORWARD_TSN": 194,
    }
)
"""iptables' names of chunk types, in the order in which iptables-save prints them."""
_DATA_FLAGS: Final = "IUBE"
_FLAGS: Final = MappingProxyType(
    {"DATA": _DATA_FLAGS, "I_DATA": _DATA_FLAGS, "ABORT": "T", "SHUTDOWN_COMPLETE": "T"}
)
# iptables 1.8.9 files these flags under a wrong type number: the kernel never looks at them, and
# iptables-save doesn't print them.
_WITHOUT_EFFECT: Final = frozenset({"I_DATA"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SctpChunk:
    """A chunk type, and flags that the chunk must have or lack.

    Args:
        type: its name.
        mask: the flags to look at, as bits of the chunk header.
        flags: the ones of them that must be set.
    """

    type: str
    mask: int = 0
    flags: int = 0

    def __post_init__(self) -> None:
        if self.type not in CHUNK_TYPES:
            raise InvalidRule(f"sctp chunk type must be a name that iptables has, not {self.type}")
        known = 0 if self.type in _WITHOUT_EFFECT else (1 << len(_FLAGS.get(self.type, ""))) - 1
        if self.mask & ~known or self.flags & ~self.mask:
            raise InvalidRule(
                f"sctp chunk {self.type}: mask {self.mask:#x} must be within {known:#x}, "
                f"and flags {self.flags:#x} within the mask"
            )

    def __str__(self) -> str:
        if not self.mask:
            return self.type
        letters = _FLAGS[self.type]
        text = ""
        for letter, bit in _letter_bits(letters):
            if self.mask & bit:
                text += letter if self.flags & bit else letter.lower()
        return f"{self.type}:{text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSet:
    """Whether all, any or only these chunk types are in a packet.

    Args:
        kind: ``all``, ``any`` or ``only``.
        chunks: the types in the order of their numbers; none for NONE.
        every_type: ALL 256 types; ``chunks`` is empty then.
    """

    kind: ChunkKind
    chunks: tuple[SctpChunk, ...] = ()
    every_type: bool = False

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise InvalidRule(f"sctp chunks: kind must be all, any or only, not {self.kind!r}")
        types = [chunk.type for chunk in self.chunks]
        if types != [name for name in CHUNK_TYPES if name in types] or (types and self.every_type):
            raise InvalidRule(
                f"sctp chunks: {types} must be each once, in the order of their numbers, "
                "and none beside every type"
            )

    def __str__(self) -> str:
        if self.every_type:
            return _EVERY_TYPE
        return ",".join(map(str, self.chunks)) or _NO_TYPE


def parse_chunks(given: Given) -> ChunkSet:
    """``{all|any|only} TYPE[:FLAGS],…``, in any case but for the flags.

    Raises:
        ParseError: the kind, a type or a flag is unknown.
    """
    kind_text, types_text = given.words
    kind = next((kind for kind in _KINDS if kind == kind_text.lower()), None)
    if kind is None:
        raise given.error(f"unknown kind of match {kind_text!r}: all, any or only")
    if types_text.upper() == _EVERY_TYPE:
        return ChunkSet(kind=kind, every_type=True)
    found: dict[str, tuple[int, int]] = {}
    if types_text.upper() != _NO_TYPE:
        for word in filter(None, types_text.split(",")):
            name, _, letters = word.partition(":")
            name = name.upper()
            if name not in CHUNK_TYPES:
                known = ", ".join((*CHUNK_TYPES, _EVERY_TYPE, _NO_TYPE))
                raise given.error(f"unknown chunk type {name!r}: {known}")
            mask, flags = _parse_flags(name, letters, given)
            old_mask, old_flags = found.get(name, (0, 0))
            found[name] = (old_mask | mask, old_flags | flags)
    return ChunkSet(kind=kind, chunks=tuple(_chunks(found)))


def _chunks(found: dict[str, tuple[int, int]]) -> Iterable[SctpChunk]:
    for name in CHUNK_TYPES:
        if name in found:
            mask, flags = (0, 0) if name in _WITHOUT_EFFECT else found[name]
            yield SctpChunk(type=name, mask=mask, flags=flags)


def _parse_flags(name: str, letters: str, given: Given) -> tuple[int, int]:
    bits = dict(_letter_bits(_FLAGS.get(name, "")))
    mask = flags = 0
    for letter in letters:
        bit = bits.get(letter.upper())
        if bit is None:
            known = ", ".join(bits) or "none"
            raise given.error(f"chunk type {name} has no flag {letter!r}: {known}")
        mask |= bit
        flags |= bit if letter.isupper() else 0
    return mask, flags


def _letter_bits(letters: str) -> Iterable[tuple[str, int]]:
    """Each flag's letter and bit, the highest bit first."""
    top = len(letters) - 1
    return ((letter, 1 << (top - index)) for index, letter in enumerate(letters))
