"""The sets and rules of prefix lengths, which come and go with the networks that have them.

The usual lengths are there as long as the driver is, so that elements alone are touched when the
first network with one of them comes or the last goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Final

from nfcore.engine import Transaction
from nfcore.layout.sets._names import LENGTH_SETS, Names
from nfcore.layout.sets._network import subnet_sets
from nfcore.layout.sets._schema import FixedRule, internal_rules, nat_rules, older_rules
from nfcore.operations import SetRef
from translate import IPVersion

__all__ = ["add_length", "add_usual_lengths", "drop_length", "length_rules", "length_sets"]

_USUAL: Final = MappingProxyType({IPVersion.V4: (16, 20, 24), IPVersion.V6: (64,)})
"""The prefix lengths of the subnets that Docker gives networks, and /24, which most people do."""


def add_usual_lengths(transaction: Transaction, versions: Sequence[Names]) -> None:
    """Make what is missing of the usual lengths."""
    for names in versions:
        for length in _USUAL[names.version]:
            add_length(transaction, names, length, internal=False)


def add_length(transaction: Transaction, names: Names, length: int, *, internal: bool) -> None:
    """Make the sets and rules of one prefix length, which networks are the first to need."""
    if not _is_there(transaction, names, length, internal=internal):
        _make(transaction, names, length, internal=internal)


def _is_there(transaction: Transaction, names: Names, length: int, *, internal: bool) -> bool:
    return transaction.named_set(subnet_sets(names, length, internal=internal)[0]).exists


def _make(transaction: Transaction, names: Names, length: int, *, internal: bool) -> None:
    """Make the sets and rules of one prefix length."""
    for ref in subnet_sets(names, length, internal=internal):
        transaction.new_set(ref, names.length_type(ref))
    for fixed in reversed([*_rules(names, length, internal=internal)]):
        transaction.add_native(fixed.chain, fixed.rule, tag=fixed.tag, at_head=True)


def drop_length(transaction: Transaction, names: Names, length: int, *, internal: bool) -> None:
    """Take the sets and rules of one prefix length out if no network needs them any more."""
    refs = subnet_sets(names, length, internal=internal)
    first = transaction.named_set(refs[0])
    if not first.exists or len(first):
        return
    gone: list[FixedRule] = []
    if internal or length not in _USUAL[names.version]:
        gone += _rules(names, length, internal=internal)
    else:
        refs = ()
    if not internal and transaction.named_set(names.older(length)).exists:
        gone += older_rules(names, length)
        refs += (names.older(length),)
    for fixed in gone:
        transaction.delete_tagged(fixed.chain, fixed.tag)
    for ref in refs:
        transaction.remove_set(ref)


def length_sets(transaction: Transaction, names: Names) -> list[SetRef]:
    """The sets of prefix lengths that one IP version has, the oldest first."""
    return [
        ref
        for table in (names.same.table, names.any_port.table)
        for ref in transaction.named_sets(table)
        if LENGTH_SETS.fullmatch(ref.name)
    ]


def length_rules(transaction: Transaction, names: Names) -> Iterator[FixedRule]:
    """The rules that those sets are for, in their order; sets that are missing are made.

    The newest length comes first, and what tells two networks' rules apart before either.
    """
    for word, rules in (
        ("older", older_rules),
        ("inner", internal_rules),
        ("own", nat_rules),
    ):
        for ref in reversed(length_sets(transaction, names)):
            kind, _, length = ref.name.partition("_")
            if kind == word:
                for needed in _sets_beside(names, kind, int(length)):
                    transaction.new_set(needed, names.length_type(needed))
                yield from rules(names, int(length))


def _sets_beside(names: Names, kind: str, length: int) -> tuple[SetRef, ...]:
    if kind == "older":
        return (names.older(length),)
    return subnet_sets(names, length, internal=kind == "inner")


def _rules(names: Names, length: int, *, internal: bool) -> Iterator[FixedRule]:
    return internal_rules(names, length) if internal else nat_rules(names, length)
