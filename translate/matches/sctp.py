"""``-m sctp``: ports and chunk types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, Option
from translate.matches._ports import PORT_OPTIONS, PortsExtension, PortsMatch
from translate.matches._sctp_chunks import (
    CHUNK_TYPES,
    ChunkKind,
    ChunkSet,
    SctpChunk,
    parse_chunks,
)
from translate.nft.cursor import Cursor
from translate.nft.statements import bitwise_and, concat, match, meta, set_members, set_of
from translate.protocols import SCTP
from translate.types import Negatable, Statement

__all__ = ["Sctp", "SctpExtension"]

_NFT_NAMES: Final = MappingProxyType(
    {
        "DATA": "data",
        "INIT": "init",
        "INIT_ACK": "init-ack",
        "SACK": "sack",
        "HEARTBEAT": "heartbeat",
        "HEARTBEAT_ACK": "heartbeat-ack",
        "ABORT": "abort",
        "SHUTDOWN": "shutdown",
        "SHUTDOWN_ACK": "shutdown-ack",
        "ERROR": "error",
        "COOKIE_ECHO": "cookie-echo",
        "COOKIE_ACK": "cookie-ack",
        "ECN_ECNE": "ecne",
        "ECN_CWR": "cwr",
        "SHUTDOWN_COMPLETE": "shutdown-complete",
        "ASCONF_ACK": "asconf-ack",
        "FORWARD_TSN": "forward-tsn",
        "ASCONF": "asconf",
    }
)
_BY_NFT: Final = MappingProxyType({nft: name for name, nft in _NFT_NAMES.items()})
_CONCATENATION_LIMIT: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sctp(PortsMatch):
    """``--sport``, ``--dport`` and ``--chunk-types``."""

    name: ClassVar[str] = "sctp"
    chunks: Negatable[ChunkSet] | None = None


class SctpExtension(PortsExtension[Sctp]):
    """Translates ``-m sctp``."""

    name = "sctp"
    value = Sctp
    protocols = (SCTP,)
    service_protocol = "sctp"
    keeps_all_ports = True
    caveats = (
        "--chunk-types with flags: of several chunks of a type nft looks at the first one's flags, "
        "iptables at those of each",
    )
    options = (*PORT_OPTIONS, Option(name="chunk-types", words=2, negatable=True))

    def parse_more(self, given: GivenOptions) -> Mapping[str, Any]:
        option = given.get("chunk-types")
        if option is None:
            return {}
        return {"chunks": Negatable(parse_chunks(option), option.negated)}

    def format_more(self, value: Sctp) -> Sequence[str]:
        if value.chunks is None:
            return []
        chunks = value.chunks
        return [*chunks.bang, "--chunk-types", chunks.value.kind, str(chunks.value)]

    def more_to_nft(self, value: Sctp, *, guarded: bool) -> list[Statement]:
        if value.chunks is None:
            return []
        chunks, negated = value.chunks.value, value.chunks.negated
        if chunks.kind == "only" or not chunks.chunks:
            raise Untranslatable(
                f"-m sctp --chunk-types {chunks.kind} {chunks}",
                "nft can ask for named chunk types, not for all 256",
            )
        tests = _tests(chunks, negated=negated)
        # A chunk is missing from a packet of another protocol, too.
        guard = [match(meta("l4proto"), "sctp")] if negated and not guarded else []
        return guard + tests

    def more_from_nft(self, cursor: Cursor) -> Mapping[str, Any]:
        chunks = _list_from_nft(cursor) or _any_of_from_nft(cursor)
        return {} if chunks is None else {"chunks": chunks}


def _tests(chunks: ChunkSet, *, negated: bool) -> list[Statement]:
    """Each of the types must be there; or one of them; or, turned round, lack."""
    types = chunks.chunks
    flagged = any(chunk.mask for chunk in types)
    if negated and flagged:
        raise Untranslatable(
            f"-m sctp ! --chunk-types {chunks.kind} {chunks}",
            "nft finds no flags in a packet that has no such chunk",
        )
    if len(types) == 1 and chunks.kind == "any":
        return _only_one_of_any(types[0], negated=negated)
    if len(types) == 1 or negated == (chunks.kind == "any"):
        return [_test(chunk, there=not negated) for chunk in types]
    if flagged or len(types) > _CONCATENATION_LIMIT:
        raise Untranslatable(
            f"-m sctp --chunk-types {chunks.kind} {chunks}",
            f"nft can ask for one of at most {_CONCATENATION_LIMIT} types, without flags",
        )
    left = concat([_chunk(chunk) for chunk in types])
    right = set_of([concat([int(negated)] * len(types))])
    return [match(left, right, negated=True)]


def _chunk(chunk: SctpChunk, **more: str) -> dict[str, Any]:
    name = _NFT_NAMES.get(chunk.type)
    if name is None:
        raise Untranslatable(
            f"-m sctp --chunk-types {chunk.type}", "nft 1.0.6 knows no such chunk type"
        )
    return {"sctp chunk": {"name": name, **more}}


def _test(chunk: SctpChunk, *, there: bool) -> Statement:
    if chunk.mask:
        return match(bitwise_and(_chunk(chunk, field="flags"), chunk.mask), chunk.flags)
    return match(_chunk(chunk), there)


def _only_one_of_any(chunk: SctpChunk, *, negated: bool) -> list[Statement]:
    """Of one type "any" and "all" are the same question, so this has other words than "all"."""
    if chunk.mask:
        return [_test(SctpChunk(type=chunk.type), there=True), _test(chunk, there=True)]
    return [match(_chunk(chunk), negated, negated=True)]


def _list_from_nft(cursor: Cursor) -> Negatable[ChunkSet] | None:
    """Statements about one type each: all there, or all missing."""
    found: dict[str, SctpChunk] = {}
    there: bool | None = None
    while True:
        read = _test_from_nft(cursor)
        if read is None or there not in (None, read.there) or not read.may_follow(found):
            break
        if not read.there and not cursor.has_protocol(SCTP):
            break
        cursor.take()
        if read.alone or read.chunk.type in found:
            kind: ChunkKind = "any"
            return Negatable(ChunkSet(kind=kind, chunks=(read.chunk,)), negated=not read.there)
        found[read.chunk.type] = read.chunk
        there = read.there
    if not found:
        return None
    # Taken in any order: all of them must hold.
    chunks = tuple(found[name] for name in CHUNK_TYPES if name in found)
    kind = "all" if there or len(chunks) == 1 else "any"
    return Negatable(ChunkSet(kind=kind, chunks=chunks), negated=not there)


class _Test(NamedTuple):
    """A statement about one type; ``alone`` in the words that `_only_one_of_any` has."""

    chunk: SctpChunk
    there: bool
    alone: bool = False

    def may_follow(self, found: Mapping[str, SctpChunk]) -> bool:
        if self.alone:
            return not found
        same = found.get(self.chunk.type)
        return same is None or (len(found) == 1 and not same.mask and self.chunk.mask != 0)


def _test_from_nft(cursor: Cursor) -> _Test | None:
    view = cursor.match()
    if view is None or not view.is_equality or not isinstance(view.left, dict):
        return None
    operands = view.left.get("&")
    if isinstance(operands, list) and len(operands) == 2 and not view.negated:
        return _flags_from_nft(operands[0], operands[1], view.right)
    name = _chunk_from_nft(view.left, None)
    if name is None or not isinstance(view.right, bool):
        return None
    return _Test(SctpChunk(type=name), view.right != view.negated, alone=view.negated)


def _flags_from_nft(left: Any, mask: Any, flags: Any) -> _Test | None:
    name = _chunk_from_nft(left, "flags")
    if name is None or type(mask) is not int or type(flags) is not int:
        return None
    try:
        return _Test(SctpChunk(type=name, mask=mask, flags=flags), there=True)
    except InvalidRule:
        return None


def _any_of_from_nft(cursor: Cursor) -> Negatable[ChunkSet] | None:
    """Whether at least one of some types is there, or is missing."""
    view = cursor.match()
    if view is None or view.op != "!=" or not isinstance(view.left, dict):
        return None
    lefts, members = view.left.get("concat"), set_members(view.right)
    if not isinstance(lefts, list) or members is None or len(members) != 1:
        return None
    values = members[0].get("concat") if isinstance(members[0], dict) else None
    names = [_chunk_from_nft(left, None) for left in lefts]
    types = [name for name in CHUNK_TYPES if name in names]
    if not isinstance(values, list) or len(types) != len(lefts) or len(types) != len(values):
        return None
    if any(value not in (0, 1) or value != values[0] for value in values):
        return None
    negated = bool(values[0])
    if negated and not cursor.has_protocol(SCTP):
        return None
    cursor.take()
    kind: ChunkKind = "all" if negated else "any"
    chunks = tuple(SctpChunk(type=name) for name in types)
    return Negatable(ChunkSet(kind=kind, chunks=chunks), negated)


def _chunk_from_nft(value: Any, field: str | None) -> str | None:
    body = value.get("sctp chunk") if isinstance(value, dict) else None
    if not isinstance(body, dict) or body.get("field") != field:
        return None
    name = body.get("name")
    return _BY_NFT.get(name) if isinstance(name, str) else None
