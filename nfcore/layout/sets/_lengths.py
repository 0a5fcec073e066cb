"""The sets and rules of prefix lengths, which come and go with the networks that have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from nfcore.bridge import NetworkSpec
from nfcore.engine import Transaction
from nfcore.layout.sets._names import Names
from nfcore.layout.sets._network import subnet_sets, translates
from nfcore.layout.sets._schema import FixedRule, internal_rules, nat_rules, older_rules

__all__ = ["add_lengths", "drop_lengths", "make_length"]


def add_lengths(transaction: Transaction, versions: Sequence[Names], spec: NetworkSpec) -> None:
    """Make the sets and rules that a network is the first to need."""
    for names, length in _needed(versions, spec):
        key = (add_lengths, names.version, length, spec.internal)
        there = transaction.found(
            key, partial(_is_there, transaction, names, length, internal=spec.internal)
        )
        if not there:
            make_length(transaction, names, length, internal=spec.internal)


def _is_there(transaction: Transaction, names: Names, length: int, *, internal: bool) -> bool:
    return transaction.named_set(subnet_sets(names, length, internal=internal)[0]).exists


def make_length(transaction: Transaction, names: Names, length: int, *, internal: bool) -> None:
    """Make the sets and rules of one prefix length."""
    for ref in subnet_sets(names, length, internal=internal):
        transaction.new_set(ref, names.length_type(ref))
    for fixed in reversed([*_rules(names, length, internal=internal)]):
        transaction.add_native(fixed.chain, fixed.rule, tag=fixed.tag, at_head=True)


def drop_lengths(transaction: Transaction, versions: Sequence[Names], spec: NetworkSpec) -> None:
    """Take the sets and rules out that a deleted network was the last to need."""
    for names, length in _needed(versions, spec):
        refs = subnet_sets(names, length, internal=spec.internal)
        first = transaction.named_set(refs[0])
        if not first.exists or len(first):
            continue
        gone = [*_rules(names, length, internal=spec.internal)]
        if not spec.internal:
            gone += older_rules(names, length)
            refs += (names.older(length),)
        for fixed in gone:
            transaction.delete_tagged(fixed.chain, fixed.tag)
        for ref in refs:
            transaction.remove_set(ref)


def _needed(versions: Sequence[Names], spec: NetworkSpec) -> Iterator[tuple[Names, int]]:
    for names in versions:
        subnet = spec.subnet(names.version)
        if subnet is not None and (spec.internal or translates(spec, names.version)):
            yield names, subnet.prefixlen


def _rules(names: Names, length: int, *, internal: bool) -> Iterator[FixedRule]:
    return internal_rules(names, length) if internal else nat_rules(names, length)
