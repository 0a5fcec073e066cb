"""The sets and the fixed rules: set up at the driver's start, and taken out for another layout."""

from __future__ import annotations

from collections.abc import Sequence

from nfcore.engine import Transaction
from nfcore.layout._base import View
from nfcore.layout.sets._names import LENGTH_SETS, TAG, Names, names_of
from nfcore.layout.sets._schema import fixed_rules
from nfcore.operations import ChainRef, TableRef
from translate import IPVersion

__all__ = ["has_sets", "start", "stop"]


def has_sets(view: View) -> bool:
    """Whether a host has this layout."""
    found = (view.named_set(names_of(version).same) for version in IPVersion)
    return any(named is not None and named.exists for named in found)


def start(transaction: Transaction, versions: Sequence[Names]) -> None:
    """Set up what is missing.

    Raises:
        NotFound: the driver's chains are not there.
    """
    for names in versions:
        for ref, kind in names.types.items():
            transaction.new_set(ref, kind)
        rules = [*fixed_rules(names)]
        for fixed in reversed([rule for rule in rules if not rule.at_end]):
            transaction.add_native(fixed.chain, fixed.rule, tag=fixed.tag, at_head=True)
        for fixed in (rule for rule in rules if rule.at_end):
            transaction.add_native(fixed.chain, fixed.rule, tag=fixed.tag)


def stop(transaction: Transaction, versions: Sequence[Names]) -> None:
    """Take everything out."""
    for names in versions:
        for chain in {fixed.chain: None for fixed in fixed_rules(names)}:
            for tag in _own_tags(transaction, chain):
                transaction.delete_tagged(chain, tag)
        lengths = (
            ref
            for table in (names.same.table, names.any_port.table)
            for ref in [*transaction.named_sets(table)]
            if LENGTH_SETS.fullmatch(ref.name)
        )
        for ref in (*names.types, *lengths):
            transaction.remove_set(ref)


def _own_tags(transaction: Transaction, chain: ChainRef) -> list[str]:
    table: TableRef = chain.table
    return [
        rule.tag
        for rule in transaction.rules(table.version, table.name, chain.name)
        if rule.tag is not None and rule.tag.startswith(TAG)
    ]
