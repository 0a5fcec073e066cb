"""The real iptables-legacy: does it take a rule, and how does iptables-legacy-save print it?"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.translate.harness.namespace import Command, Namespace
from translate import BUILTIN_CHAINS

__all__ = ["USER_CHAIN", "Asked", "Legacy", "Outcome", "Verdict", "program"]

USER_CHAIN = "USER"
_TABLES = ("filter", "nat", "mangle", "raw", "security")
_GROUP = 40
"""Rules that stand in the tables at a time; the kernel copies a table for every change."""


class Verdict(enum.Enum):
    """What iptables made of a rule."""

    ACCEPTED = enum.auto()
    REFUSED = enum.auto()
    NO_KERNEL_MODULE = enum.auto()
    """iptables itself takes it, this kernel lacks the extension."""


class Asked(NamedTuple):
    """A rule to append."""

    version: int
    table: str
    chain: str
    words: tuple[str, ...]


class Outcome(NamedTuple):
    """What became of it; ``saved`` holds what follows the chain's name on each line made of it."""

    verdict: Verdict
    saved: tuple[str, ...]
    error: str


def program(version: int, suffix: str = "legacy") -> str:
    """The program of an IP version."""
    return f"{'iptables' if version == 4 else 'ip6tables'}-{suffix}"


class Legacy:
    """Asks iptables-legacy in a namespace that is nobody else's."""

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace

    def append(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Append each rule, on its own as far as it can tell."""
        outcomes: list[Outcome] = []
        for start in range(0, len(asked), _GROUP):
            outcomes += self._group(asked[start : start + _GROUP])
        return outcomes

    def _group(self, group: Sequence[Asked]) -> list[Outcome]:
        self.reset(group)
        appended = self.namespace.run(
            Command([program(a.version), "-v", "-t", a.table, "-A", a.chain, *a.words])
            for a in group
        )
        lines = self._saved(group)
        outcomes = []
        for one, done in zip(group, appended, strict=True):
            if done.status != 0:
                missing = "No chain/target/match by that name" in done.stderr
                verdict = Verdict.NO_KERNEL_MODULE if missing else Verdict.REFUSED
                outcomes.append(Outcome(verdict, (), done.stderr.strip()))
                continue
            # -v prints one line for each rule that was made.
            count = sum(1 for line in done.stdout.splitlines() if " opt " in line)
            rules = tuple(itertools.islice(lines[one[:3]], count))
            outcomes.append(Outcome(Verdict.ACCEPTED, rules, ""))
        for left in lines.values():
            if [*left]:
                raise AssertionError("iptables-legacy -v and iptables-legacy-save disagree")
        return outcomes

    def reset(self, asked: Sequence[Asked]) -> None:
        """Empty every table that these rules stand in, and make the chains that they need."""
        commands = []
        for version, table in sorted({(a.version, a.table) for a in asked}):
            if table not in _TABLES:
                continue
            chains = {a.chain for a in asked if (a.version, a.table) == (version, table)}
            chains = (chains | {USER_CHAIN}) - BUILTIN_CHAINS
            commands += [
                Command([program(version), "-t", table, *argv])
                for argv in (["-F"], ["-X"], *(["-N", chain] for chain in sorted(chains)))
            ]
        self.namespace.run(commands)

    def _saved(self, asked: Sequence[Asked]) -> dict[tuple[int, str, str], Iterator[str]]:
        places = sorted({a[:3] for a in asked})
        tables = sorted({(version, table) for version, table, _ in places if table in _TABLES})
        printed = self.namespace.run(
            Command([program(version, "legacy-save"), "-t", table]) for version, table in tables
        )
        lines: dict[tuple[int, str, str], list[str]] = {place: [] for place in places}
        for (version, table), done in zip(tables, printed, strict=True):
            for line in done.stdout.split("\n"):
                if line.startswith("-A "):
                    _, chain, *rest = line.split(" ", 2)
                    lines[version, table, chain].append("".join(rest))
        return {place: iter(found) for place, found in lines.items()}
