"""The ruleset as iptables-save prints it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import translate
from nfcore.engine import PlacedRule, Ruleset
from nfcore.operations import BASE_CHAINS, ChainRef, TableRef
from translate import IPVersion

__all__ = ["save_text"]

_TABLES: Final = ("filter", "nat", "mangle", "raw", "security")


def save_text(ruleset: Ruleset, version: IPVersion, *, counters: bool = False) -> str:
    """Every table of one IP version, in iptables-save's format.

    Built-in chains come first in the order of their hooks, then the others by name, as
    iptables-legacy-save has them. A rule with statements that iptables has no words for is shown
    as a comment, which iptables-restore skips.

    Args:
        ruleset: what the kernel holds.
        version: the IP version.
        counters: whether rules carry their packets and bytes, as with ``iptables-save -c``.
    """
    lines: list[str] = []
    for name in _TABLES:
        table = TableRef(version=version, name=name)
        if ruleset.has_table(table):
            lines += _table(ruleset, table, counters=counters)
    return "".join(f"{line}\n" for line in lines)


def _table(ruleset: Ruleset, table: TableRef, *, counters: bool) -> Iterator[str]:
    built_in = [chain for owner, chain in BASE_CHAINS if owner == table.name]
    others = sorted(set(ruleset.chains(table)) - set(built_in))
    yield f"*{table.name}"
    for name in built_in:
        chain = ruleset.chain(ChainRef(table=table, name=name))
        policy = "accept" if chain is None or chain.base is None else chain.base.policy
        yield f":{name} {policy.upper()} [0:0]"
    for name in others:
        yield f":{name} - [0:0]"
    for name in (*built_in, *others):
        for rule in ruleset.rules(table.version, table.name, name):
            yield _line(rule, counters=counters)
    yield "COMMIT"


def _line(rule: PlacedRule, *, counters: bool) -> str:
    line = translate.save_line(rule.body)
    if counters and rule.counters is not None:
        line = f"[{rule.counters.packets}:{rule.counters.bytes}] {line}"
    return f"# {line}" if translate.is_opaque(rule.body) else line
