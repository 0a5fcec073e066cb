"""From what iptables-legacy-save prints to a picture of the tables. Pure.

Other programs' rules are kept whatever they hold: what iptables' own save prints is right, even
where nfcore has no words for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from operator import eq
from types import MappingProxyType
from typing import Final

import translate
from nfcore.executor.legacy._picture import LegacyChain, LegacyRule, LegacyTable, Picture
from nfcore.operations import TABLES, TableRef
from translate import Counters, IPVersion, Opaque, Rule, TranslationError
from translate.rule import Goto, Jump, Target
from translate.words import split_restore_line

__all__ = ["read_tables"]

_CHAIN: Final = re.compile(r":(?P<name>\S+) (?P<policy>ACCEPT|DROP|-) \[\d+:\d+\]")
_ITS_CHAIN: Final = re.compile(r"\[\d+:\d+\] -A (\S+)")
_RULE: Final = re.compile(
    r"\[(?P<packets>\d+):(?P<bytes>\d+)\] -A (?P<chain>\S+)(?: (?P<words>.*))?", re.DOTALL
)
_NOTHING: Final[Picture] = MappingProxyType({})


def read_tables(
    text: str, version: IPVersion, before: Picture = _NOTHING
) -> dict[TableRef, LegacyTable]:
    """The tables that a save with counters (``-c``) holds.

    A rule whose line was there before, with nothing but others' lines come or gone around it, is
    the same object, handle included: of 10,000 rules only those are looked at that have changed.
    Other rules' handles are 0.

    Args:
        text: what iptables-legacy-save printed.
        version: its IP version.
        before: what was read before.

    Raises:
        ValueError: it is no such text, or not all of it.
    """
    reader = _Reader(version, before)
    for line in _logical_lines(text):
        reader.read(line)
    return reader.tables()


def _logical_lines(text: str) -> Iterator[str]:
    """The lines; a line break inside quotes, which a comment may hold, belongs to its line."""
    if '"' not in text:
        yield from text.split("\n")
        return
    pending = ""
    for line in text.split("\n"):
        pending = f"{pending}\n{line}" if pending else line
        if _is_open(pending):
            continue
        yield pending
        pending = ""
    if pending:
        raise ValueError(f"a quote stays open in {pending[:200]!r}")


def _is_open(line: str) -> bool:
    if '"' not in line or line.startswith(("#", ":")):
        return False
    return len(re.sub(r"\\.", "", line, flags=re.DOTALL).split('"')) % 2 == 0


class _Reader:
    def __init__(self, version: IPVersion, before: Picture) -> None:
        self._version = version
        self._before = before
        self._tables: dict[TableRef, LegacyTable] = {}
        self._open: TableRef | None = None
        self._lines: dict[str, list[str]] = {}

    def tables(self) -> dict[TableRef, LegacyTable]:
        if self._open is not None:
            raise ValueError(f"the output ends within {self._open}")
        return dict(sorted(self._tables.items(), key=lambda item: TABLES.index(item[0].name)))

    def read(self, line: str) -> None:
        if self._open is not None and (found := _ITS_CHAIN.match(line)):
            lines = self._lines.get(found[1])
            if lines is None:
                raise ValueError(f"{line[:200]!r} is in a chain that is not there")
            lines.append(line)
        elif not line or line.startswith("#"):
            return
        elif self._open is None:
            name = line[1:]
            if not line.startswith("*") or name not in TABLES:
                raise ValueError(f"{line[:200]!r} begins no table")
            self._open = TableRef(version=self._version, name=name)
            self._tables[self._open] = {}
        elif line == "COMMIT":
            self._close(self._open)
        elif found := _CHAIN.fullmatch(line):
            policy = None if found["policy"] == "-" else found["policy"]
            self._tables[self._open][found["name"]] = LegacyChain(policy=policy)
            self._lines[found["name"]] = []
        else:
            raise ValueError(f"{line[:200]!r} is neither a chain, a rule nor COMMIT")

    def _close(self, ref: TableRef) -> None:
        """Read the rules: which chains there are is known at the table's end only."""
        table, before = self._tables[ref], self._before.get(ref, {})
        for name, lines in self._lines.items():
            old = before[name].rules if name in before else []
            table[name].rules = _rules(lines, old, ref, name, table)
        self._lines = {}
        self._open = None


def _rules(
    lines: Sequence[str], old: Sequence[LegacyRule], ref: TableRef, chain: str, table: LegacyTable
) -> list[LegacyRule]:
    known_lines = [rule.line for rule in old]
    top = _shared(lines, known_lines)
    bottom = _shared(lines[top:][::-1], known_lines[top:][::-1])
    known = {rule.words: rule.body for rule in old[top : len(old) - bottom]}
    fresh = lines[top : len(lines) - bottom]
    return [
        *old[:top],
        *(_rule(line, known, ref, chain, table) for line in fresh),
        *old[len(old) - bottom :],
    ]


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    return sum(1 for _ in takewhile(bool, map(eq, one, other)))


def _rule(
    line: str, known: Mapping[str, Rule], ref: TableRef, chain: str, table: LegacyTable
) -> LegacyRule:
    found = _RULE.fullmatch(line)
    if found is None:
        raise ValueError(f"{line[:200]!r} is neither a chain, a rule nor COMMIT")
    words = found["words"] or ""
    body = known.get(words)
    if body is None:
        body = _parse(words, ref, chain, table)
    counters = Counters(packets=int(found["packets"]), bytes=int(found["bytes"]))
    if body.counters != counters:
        body = replace(body, counters=counters)
    return LegacyRule(handle=0, body=body, words=words, counters=counters, line=line)


def _parse(line: str, ref: TableRef, chain: str, table: LegacyTable) -> Rule:
    words = [line]
    try:
        words = split_restore_line(line)
        return translate.parse(words, version=ref.version, table=ref.name, chain=chain)
    except TranslationError:
        return _opaque(words, ref, chain, table)


def _opaque(words: list[str], ref: TableRef, chain: str, table: LegacyTable) -> Rule:
    """A rule in words that nfcore does not know; a jump in it stays a jump."""
    target: Target | None = None
    for option, kind in (("-j", Jump), ("-g", Goto)):
        if option in words[:-1]:
            at = len(words) - 1 - words[::-1].index(option)
            if words[at + 1 :] and words[at + 1] in table:
                target = kind(chain=words[at + 1])
                words = [*words[:at], *words[at + 2 :]]
                break
    statement = Opaque.of({"iptables": words})
    return Rule(
        version=ref.version, table=ref.name, chain=chain, matches=(statement,), target=target
    )
