"""The sets and the fixed rules: set up at the driver's start, and taken out for another layout."""

from __future__ import annotations

from collections.abc import Sequence

from nfcore.engine import Transaction
from nfcore.layout._base import View
from nfcore.layout.sets._lengths import length_rules, length_sets
from nfcore.layout.sets._names import TAG, Names, names_of
from nfcore.layout.sets._schema import FixedRule, fixed_rules
from nfcore.operations import ChainRef, TableRef
from translate import IPVersion

__all__ = ["has_sets", "start", "stop"]


def has_sets(view: View) -> bool:
    """Whether a host has this layout."""
    found = (view.named_set(names_of(version).same) for version in IPVersion)
    return any(named is not None and named.exists for named in found)


def start(transaction: Transaction, versions: Sequence[Names]) -> bool:
    """Set up what is missing.

    Which of its rules comes first matters: a reply is accepted before anything else is asked. So
    where one is missing at a chain's head or end, all of those there are put in again.

    Returns:
        Whether there was anything to put in.

    Raises:
        NotFound: the driver's chains are not there.
    """
    changed = False
    for names in versions:
        for ref, kind in names.types.items():
            transaction.new_set(ref, kind)
        wanted = [*length_rules(transaction, names), *fixed_rules(names)]
        chains = dict.fromkeys(fixed.chain for fixed in wanted)
        for chain in chains:
            of_chain = [fixed for fixed in wanted if fixed.chain == chain]
            held = _own_tags(transaction, chain)
            for at_end in (False, True):
                group = [fixed for fixed in of_chain if fixed.at_end is at_end]
                changed |= _put_in(transaction, group, held)
    return changed


def _put_in(transaction: Transaction, group: Sequence[FixedRule], held: Sequence[str]) -> bool:
    """Put a group in anew, unless all of it is there."""
    tags = {fixed.tag for fixed in group}
    if tags <= set(held):
        return False
    for tag in held:
        if tag in tags:
            transaction.delete_tagged(group[0].chain, tag)
    for fixed in group if group[0].at_end else reversed(group):
        transaction.add_native(fixed.chain, fixed.rule, tag=fixed.tag, at_head=not fixed.at_end)
    return True


def stop(transaction: Transaction, versions: Sequence[Names]) -> None:
    """Take everything out."""
    for names in versions:
        for chain in {fixed.chain: None for fixed in fixed_rules(names)}:
            for tag in _own_tags(transaction, chain):
                transaction.delete_tagged(chain, tag)
        for ref in (*names.types, *length_sets(transaction, names)):
            transaction.remove_set(ref)


def _own_tags(transaction: Transaction, chain: ChainRef) -> list[str]:
    table: TableRef = chain.table
    return [
        rule.tag
        for rule in transaction.rules(table.version, table.name, chain.name)
        if rule.tag is not None and rule.tag.startswith(TAG)
    ]
