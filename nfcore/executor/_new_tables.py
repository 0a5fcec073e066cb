"""The check that the kernel forgets: rules in tables that the same transaction makes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nfcore.executor._model import ModelRuleset, RefusedError, Step
from nfcore.operations import DeleteTable, Operation, TableRef, table_of

__all__ = ["refusal_in_new_tables"]


def refusal_in_new_tables(
    operations: Sequence[Operation], present: Collection[TableRef]
) -> str | None:
    """What the commit of a transaction would be refused with that a dry run lets pass.

    A transaction's rules are checked against their hooks when it ends. Where that fails the kernel
    (measured on 6.18) runs it once more, to see at which rule; but in a dry run a table that the
    transaction makes is by then a new one that asks for no check, so the error is lost. All that
    such a table holds is in the transaction, so nfcore can check it by itself.

    Args:
        operations: the transaction.
        present: the tables that are there before it.

    Returns:
        The refusal, or None.
    """
    others, made = set(present), ModelRuleset()
    try:
        for operation in operations:
            table = table_of(operation)
            if table not in others:
                made.apply(Step.of(operation))
            elif isinstance(operation, DeleteTable):
                others.remove(table)
        made.validate()
    except RefusedError as error:
        return str(error)
    return None
