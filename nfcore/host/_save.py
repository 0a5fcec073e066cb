"""The ruleset as the dumps and the text of iptables-save."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from nfcore.engine import Chain, Ruleset
from nfcore.operations import TableRef
from translate import IPVersion
from translate.files import ChainDump, SavedRule, TableDump, write_save

__all__ = ["dumps_of", "save_text"]

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
    return write_save(dumps_of(ruleset, version), counters=counters)


def dumps_of(ruleset: Ruleset, version: IPVersion) -> tuple[TableDump, ...]:
    """Every table of one IP version that the kernel holds."""
    tables = [TableRef(version=version, name=name) for name in _TABLES]
    return tuple(
        TableDump(
            version=version,
            name=table.name,
            chains=tuple(_dump(name, chain) for name, chain in ruleset.chains(table).items()),
        )
        for table in tables
        if ruleset.has_table(table)
    )


def _dump(name: str, chain: Chain) -> ChainDump:
    return ChainDump(
        name=name,
        policy=None if chain.base is None else chain.base.policy.upper(),
        rules=tuple(SavedRule(rule=replace(held.body, counters=held.counters)) for held in chain),
    )
