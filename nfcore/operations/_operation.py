"""Any operation, and what is asked of it whatever it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nfcore.operations._chains import (
    AddChain,
    AddTable,
    DeleteChain,
    DeleteTable,
    FlushChain,
    SetPolicy,
)
from nfcore.operations._places import TableRef
from nfcore.operations._rules import AddRule, DeleteRule
from nfcore.operations._sets import AddElements, AddSet, DeleteElements, DeleteSet

__all__ = [
    "Operation",
    "count_of",
    "each_element",
    "table_of",
]

Operation = (
    AddTable
    | DeleteTable
    | AddChain
    | DeleteChain
    | FlushChain
    | SetPolicy
    | AddRule
    | DeleteRule
    | AddSet
    | DeleteSet
    | AddElements
    | DeleteElements
)


def table_of(operation: Operation) -> TableRef:
    """The table that an operation changes."""
    if isinstance(operation, AddTable | DeleteTable):
        return operation.table
    if isinstance(operation, AddSet | DeleteSet | AddElements | DeleteElements):
        return operation.set.table
    return operation.chain.table


def each_element(operations: Sequence[Operation]) -> Iterator[tuple[int, Operation]]:
    """The operations with each element for itself, and the place of what it was taken from.

    It is how a single element is found to be at fault.
    """
    for index, operation in enumerate(operations):
        if count_of(operation) <= 1:
            yield index, operation
        elif isinstance(operation, AddElements):
            for key, element in operation.elements.items():
                yield index, AddElements(operation.set, {key: element})
        elif isinstance(operation, DeleteElements):
            for key in operation.keys:
                yield index, DeleteElements(operation.set, (key,))


def count_of(operation: Operation) -> int:
    """How many rules, chains, sets, elements or the like an operation is about."""
    if isinstance(operation, AddElements):
        return len(operation.elements)
    return len(operation.keys) if isinstance(operation, DeleteElements) else 1
