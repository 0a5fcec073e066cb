"""Asks the oracles about all cases of an extension at once, and remembers the answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from tests.translate.harness.cases import Case, ExtensionCases, Native, Refusal
from tests.translate.harness.legacy import Asked, Legacy, Outcome
from tests.translate.harness.namespace import Namespace
from tests.translate.harness.native import (
    Loaded,
    Nft,
    Translated,
    json_unit,
    text_unit,
    translate_lines,
)
from translate import IPVersion, NftRule, ParseError, Rule, Untranslatable, parse, to_nft

__all__ = ["AnyCase", "NativeAnswer", "Oracles", "asked", "expand", "rule_of"]

AnyCase: TypeAlias = Case | Refusal | Native


class NativeAnswer(NamedTuple):
    """Both sides of a native form: what iptables-translate says, how nft lists that and ours."""

    translated: Translated | None
    theirs: Loaded | None
    rule: Rule | None
    nft: NftRule | None
    ours: Loaded | None


def expand(cases: ExtensionCases, some: Iterable[AnyCase]) -> list[tuple[int, AnyCase]]:
    """Each case for each IP version that it is for."""
    return [(version, case) for case in some for version in case.versions or cases.versions]


def asked(version: int, case: AnyCase) -> Asked:
    """The question that a case puts to iptables."""
    return Asked(version, case.table, case.chain, tuple(case.words()))


def rule_of(one: Asked) -> Rule:
    """The rule as translate reads it."""
    return parse(one.words, version=IPVersion(one.version), table=one.table, chain=one.chain)


class Oracles:
    """The oracles of one test session (or of one xdist worker), each in its own namespace."""

    def __init__(self, legacy: Namespace, native: Namespace) -> None:
        self._legacy_namespace = legacy
        self._native_namespace = native
        self.legacy = Legacy(legacy)
        self.nft = Nft(native)
        self._set_up: set[str] = set()
        self._outcomes: dict[Asked, Outcome] = {}
        self._native: dict[tuple[int, Native], NativeAnswer] = {}

    def set_up(self, cases: ExtensionCases) -> None:
        """Run an extension's setup in the namespace of iptables-legacy, once."""
        if cases.name in self._set_up:
            return
        self._set_up.add(cases.name)
        for line in cases.setup:
            done = self._legacy_namespace.sh(line)
            if done.status != 0:
                raise AssertionError(f"{line}: {done.stderr}")

    def outcome(self, cases: ExtensionCases, one: Asked) -> Outcome:
        """What iptables-legacy makes of a case."""
        if one not in self._outcomes:
            self.set_up(cases)
            every = [asked(v, c) for v, c in expand(cases, [*cases.saves, *cases.refused])]
            for answer in zip(every, self.legacy.append(every), strict=True):
                self._outcomes.setdefault(*answer)
        return self._outcomes[one]

    def native(self, cases: ExtensionCases, version: int, case: Native) -> NativeAnswer:
        """Both sides of a native form."""
        if (version, case) not in self._native:
            every = [(v, c) for v, c in expand(cases, cases.native) if isinstance(c, Native)]
            for key, answer in zip(every, self._ask_native(every), strict=True):
                self._native[key] = answer
        return self._native[version, case]

    def _ask_native(self, every: list[tuple[int, Native]]) -> list[NativeAnswer]:
        translated = translate_lines(
            self._native_namespace, [asked(version, case) for version, case in every]
        )
        theirs = []
        for (version, case), printed in zip(every, translated, strict=True):
            wanted = printed
            if case.expected is not None:
                counted = re.search(r"\bcounter\b", case.expected)
                text = case.expected if counted else f"{case.expected} counter"
                wanted = Translated(text, case.declared)
            theirs.append(
                None if wanted is None else text_unit(version, case.table, case.chain, *wanted)
            )
        made = [_made(asked(version, case)) for version, case in every]
        ours = [None if nft is None or rule is None else json_unit(rule, nft) for rule, nft in made]
        loaded_theirs = iter(self.nft.load([unit for unit in theirs if unit is not None]))
        loaded_ours = iter(self.nft.load([unit for unit in ours if unit is not None]))
        return [
            NativeAnswer(
                text,
                None if their is None else next(loaded_theirs),
                rule,
                nft,
                None if our is None else next(loaded_ours),
            )
            for text, their, (rule, nft), our in zip(translated, theirs, made, ours, strict=True)
        ]


def _made(one: Asked) -> tuple[Rule | None, NftRule | None]:
    try:
        rule = rule_of(one)
        return rule, to_nft(rule)
    except (ParseError, Untranslatable):
        return None, None
