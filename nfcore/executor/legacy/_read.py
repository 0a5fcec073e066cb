"""From what iptables-legacy-save prints to a picture of the tables. Pure.

Other programs' rules are kept whatever they hold: what iptables' own save prints is right, even
where nfcore has no words for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import translate
from nfcore.executor.legacy._picture import LegacyChain, LegacyRule, LegacyTable
from nfcore.operations import TABLES, TableRef
from translate import Counters, IPVersion, Opaque, Rule, TranslationError
from translate.rule import Goto, Jump, Target
from translate.words import split_restore_line

__all__ = ["Readings", "read_tables"]

_CHAIN: Final = re.compile(r":(?P<name>\S+) (?P<policy>ACCEPT|DROP|-) \[\d+:\d+\]")
_RULE: Final = re.compile(
    r"\[(?P<packets>\d+):(?P<bytes>\d+)\] -A (?P<chain>\S+)(?: (?P<words>.*))?", re.DOTALL
)

Readings = Mapping[tuple[TableRef, str, str], Rule]
"""Rules that were read before, by table, chain and words."""


def read_tables(
    text: str, version: IPVersion, known: Readings | None = None
) -> dict[TableRef, LegacyTable]:
    """The tables that a save with counters (``-c``) holds; handles are 0.

    Args:
        text: what iptables-legacy-save printed.
        version: its IP version.
        known: rules read before, which need no parsing.

    Raises:
        ValueError: it is no such text, or not all of it.
    """
    reader = _Reader(version, known or {})
    for line in _logical_lines(text):
        reader.read(line)
    return reader.tables()


def _logical_lines(text: str) -> Iterator[str]:
    """The lines; a line break inside quotes, which a comment may hold, belongs to its line."""
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
    def __init__(self, version: IPVersion, known: Readings) -> None:
        self._version = version
        self._known = known
        self._tables: dict[TableRef, LegacyTable] = {}
        self._open: TableRef | None = None

    def tables(self) -> dict[TableRef, LegacyTable]:
        if self._open is not None:
            raise ValueError(f"the output ends within {self._open}")
        return dict(sorted(self._tables.items(), key=lambda item: TABLES.index(item[0].name)))

    def read(self, line: str) -> None:
        if not line or line.startswith("#"):
            return
        if self._open is None:
            name = line[1:]
            if not line.startswith("*") or name not in TABLES:
                raise ValueError(f"{line[:200]!r} begins no table")
            self._open = TableRef(version=self._version, name=name)
            self._tables[self._open] = {}
        elif line == "COMMIT":
            self._open = None
        elif found := _CHAIN.fullmatch(line):
            policy = None if found["policy"] == "-" else found["policy"]
            self._tables[self._open][found["name"]] = LegacyChain(policy=policy)
        elif found := _RULE.fullmatch(line):
            self._rule(found, self._open, self._tables[self._open])
        else:
            raise ValueError(f"{line[:200]!r} is neither a chain, a rule nor COMMIT")

    def _rule(self, found: re.Match[str], ref: TableRef, table: LegacyTable) -> None:
        chain, words = found["chain"], found["words"] or ""
        if chain not in table:
            raise ValueError(f"{found[0][:200]!r} is in a chain that is not there")
        body = self._known.get((ref, chain, words))
        if body is None:
            body = _parse(words, ref, chain, table)
        counters = Counters(packets=int(found["packets"]), bytes=int(found["bytes"]))
        if body.counters != counters:
            body = replace(body, counters=counters)
        table[chain].rules.append(LegacyRule(handle=0, body=body, words=words, counters=counters))


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
