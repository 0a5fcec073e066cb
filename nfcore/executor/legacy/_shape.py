"""Operations that cannot be right for iptables, whatever its tables hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import translate
from nfcore.exceptions import InvalidInput
from nfcore.executor._checks import check_handle, check_place, check_policy, check_table
from nfcore.operations import (
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    AddTable,
    DeleteElements,
    DeleteRule,
    DeleteSet,
    DeleteTable,
    Operation,
    SetPolicy,
)
from translate import Rule, check_chain_name

__all__ = ["check_shape", "words_of"]


def check_shape(operations: Iterable[Operation]) -> None:
    """Refuse what cannot be right, whatever the tables hold.

    Raises:
        InvalidInput: an operation cannot be right, or iptables has no words for its rule.
        InvalidRule: a chain's name is none that iptables can hold.
    """
    for operation in operations:
        if isinstance(operation, AddTable | DeleteTable):
            check_table(operation.table)
            continue
        if isinstance(operation, AddSet | DeleteSet | AddElements | DeleteElements):
            raise InvalidInput(
                f"{operation}: iptables has no named sets of its own: the layout `sets` needs nft"
            )
        check_table(operation.chain.table)
        check_chain_name(operation.chain.name)
        if isinstance(operation, AddChain) and '"' in operation.chain.name:
            raise InvalidInput(
                f"{operation}: iptables-save could not print a name with '\"' readably"
            )
        if isinstance(operation, AddRule):
            check_place(operation)
            words_of(operation)
            if operation.before is not None:
                check_handle(operation.before, operation)
        elif isinstance(operation, DeleteRule):
            check_handle(operation.handle, operation)
        elif isinstance(operation, SetPolicy):
            check_policy(operation)


def words_of(operation: AddRule) -> str:
    """A rule's words as part of a line.

    Raises:
        InvalidInput: iptables has no words for it.
    """
    body = operation.body
    if not isinstance(body, Rule) or translate.is_opaque(body):
        raise InvalidInput(f"{operation}: iptables has no words for nft's own statements")
    return translate.join_words(translate.format(body))
