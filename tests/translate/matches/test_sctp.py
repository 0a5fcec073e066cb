"""``-m sctp``."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, port_ranges, whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.matches._sctp_chunks import CHUNK_TYPES, ChunkSet, SctpChunk
from translate.matches.sctp import Sctp
from translate.protocols import SCTP

_GUARD = "a chunk is missing from every packet that isn't SCTP, too"
_NONE = "iptables-translate has none"

CASES = ExtensionCases(
    name="sctp",
    saves=(
        Case("-p sctp -m sctp"),
        Case(
            "-p sctp --sport 80:90 ! --dport amqp", "-p sctp -m sctp --sport 80:90 ! --dport 5672"
        ),
        Case("-p sctp --dport :", "-p sctp -m sctp --dport 0:65535"),
        Case("-p sctp -m sctp --chunk-types all INIT"),
        Case("-p sctp -m sctp ! --chunk-types only INIT"),
        Case("-p sctp --chunk-types ANY init,data", "-p sctp -m sctp --chunk-types any DATA,INIT"),
        Case("-p sctp --chunk-types any all", "-p sctp -m sctp --chunk-types any ALL"),
        Case("-p sctp --chunk-types all ''", "-p sctp -m sctp --chunk-types all NONE"),
        Case(
            "-p sctp --chunk-types all ASCONF,PAD,RE_CONFIG,ASCONF_ACK,,FORWARD_TSN,I_DATA",
            "-p sctp -m sctp --chunk-types all I_DATA,ASCONF_ACK,RE_CONFIG,PAD,FORWARD_TSN,ASCONF",
        ),
        Case(
            "-p sctp --chunk-types any DATA:Be,DATA:u,ABORT:t",
            "-p sctp -m sctp --chunk-types any DATA:uBe,ABORT:t",
        ),
        Case(
            "-p sctp --chunk-types any DATA:Bb,INIT:",
            "-p sctp -m sctp --chunk-types any DATA:B,INIT",
        ),
        # iptables looks for these flags in the wrong place: neither kernel nor save knows them.
        Case("-p sctp --chunk-types any I_DATA:I", "-p sctp -m sctp --chunk-types any I_DATA"),
        Case("-p sctp -m sctp --sport 1 --dport 2 --chunk-types all SHUTDOWN_COMPLETE:T"),
    ),
    refused=(
        Refusal("-m sctp --dport 5", match="needs -p sctp"),
        Refusal("-p sctp --dport http", match="the name of a sctp service"),
        Refusal("-p sctp --chunk-types some INIT", match="unknown kind of match 'some'"),
        Refusal("-p sctp --chunk-types any", match="its value is missing"),
        Refusal("-p sctp --chunk-types any FOO", match="unknown chunk type 'FOO': DATA, INIT"),
        Refusal("-p sctp --chunk-types any INIT,ALL", match="unknown chunk type 'ALL'"),
        Refusal("-p sctp --chunk-types any INIT:I", match="INIT has no flag 'I': none"),
        Refusal("-p sctp --chunk-types any DATA:X", match="DATA has no flag 'X': I, U, B, E"),
        Refusal("-p sctp --chunk-types any I_DATA:X", match="I_DATA has no flag 'X'"),
        Refusal("-p sctp --chunk-types any INIT --chunk-types any DATA", match="only once"),
    ),
    native=(
        Native("-p sctp --sport 80:90 ! --dport 5"),
        Native("-p sctp --dport :"),
        Native("-p sctp --chunk-types all INIT"),
        Native("-p sctp --dport 1 ! --chunk-types all INIT"),
        Native("-p sctp --chunk-types all INIT,DATA:iUbE,SACK,ABORT:T -j ACCEPT"),
        Native("-p sctp -m sctp", expected="meta l4proto sctp", reason=_NONE),
        Native(
            "-p sctp ! --chunk-types all INIT",
            expected="meta l4proto sctp sctp chunk init missing",
            reason=_GUARD,
        ),
        Native(
            "-p sctp --chunk-types any INIT",
            expected="sctp chunk init != missing",
            reason=_NONE,
        ),
        Native(
            "-p sctp --chunk-types any ABORT:T",
            expected="sctp chunk abort exists sctp chunk abort flags & 1 == 1",
            reason=_NONE,
        ),
        Native(
            "-p sctp --chunk-types any INIT,DATA",
            expected="sctp chunk data . sctp chunk init != { missing . missing }",
            reason=_NONE,
        ),
        Native(
            "-p sctp ! --chunk-types any INIT,DATA",
            expected="meta l4proto sctp sctp chunk data missing sctp chunk init missing",
            reason=_NONE,
        ),
        Native(
            "-p sctp --dport 1 ! --chunk-types all INIT,DATA",
            expected="sctp dport 1 sctp chunk data . sctp chunk init != { exists . exists }",
            reason="iptables-translate asks that both are missing, but one is enough",
        ),
        Native("-p sctp --chunk-types only INIT", untranslatable="not for all 256"),
        Native("-p sctp --chunk-types any ALL", untranslatable="not for all 256"),
        Native("-p sctp --chunk-types all PAD", untranslatable="knows no such chunk type"),
        Native("-p sctp ! --chunk-types all DATA:I", untranslatable="finds no flags"),
        Native("-p sctp --chunk-types any DATA:I,INIT", untranslatable="without flags"),
        Native(
            f"-p sctp --chunk-types any {','.join([*CHUNK_TYPES][:15])},ASCONF,ASCONF_ACK",
            untranslatable="at most 16 types",
        ),
    ),
)


def _chunk(name: str, mask: int, flags: int) -> SctpChunk:
    known = {"DATA": 0xF, "ABORT": 1, "SHUTDOWN_COMPLETE": 1}.get(name, 0)
    return SctpChunk(type=name, mask=mask & known, flags=flags & mask & known)


def _chunk_sets() -> st.SearchStrategy[ChunkSet]:
    kinds = st.sampled_from(("all", "any", "only"))
    names = st.sets(st.sampled_from([*CHUNK_TYPES]), max_size=4)
    bits = st.integers(0, 15)

    def make(kind: Any, chosen: set[str], mask: int, flags: int) -> ChunkSet:
        chunks = (_chunk(name, mask, flags) for name in CHUNK_TYPES if name in chosen)
        return ChunkSet(kind=kind, chunks=tuple(chunks))

    every = st.builds(ChunkSet, kind=kinds, every_type=st.just(True))
    return every | st.builds(make, kinds, names, bits | st.just(0), bits)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(
        st.builds(
            Sctp,
            sport=st.none() | negatable(port_ranges()),
            dport=st.none() | negatable(port_ranges()),
            chunks=st.none() | negatable(_chunk_sets()),
        ),
        protocol=Negatable(SCTP),
    )


def test_a_chunk_type_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidRule, match="must be a name that iptables has, not AUTH"):
        SctpChunk(type="AUTH")


def test_flags_that_a_chunk_type_has_not_are_refused() -> None:
    with pytest.raises(InvalidRule, match="sctp chunk INIT: mask 0x1 must be within 0x0"):
        SctpChunk(type="INIT", mask=1)


def test_types_out_of_order_are_refused() -> None:
    with pytest.raises(InvalidRule, match="each once, in the order of their numbers"):
        ChunkSet(kind="all", chunks=(SctpChunk(type="INIT"), SctpChunk(type="DATA")))


def test_an_unknown_kind_is_refused() -> None:
    kind: Any = "none"
    with pytest.raises(InvalidRule, match="kind must be all, any or only, not 'none'"):
        ChunkSet(kind=kind)
