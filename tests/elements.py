"""Operations on single elements, as tests want them."""

from __future__ import annotations

from collections.abc import Collection

from nfcore.operations import (
    AddElements,
    DeleteElements,
    ElementKey,
    ElementValue,
    SetElement,
    SetRef,
)

__all__ = ["adding", "by_set", "deleting", "keys_by_set"]


def adding(
    ref: SetRef, *key: ElementValue, data: ElementValue | None = None, comment: str | None = None
) -> AddElements:
    """Put one element in."""
    return AddElements(ref, {key: SetElement(data, comment)})


def deleting(ref: SetRef, *key: ElementValue) -> DeleteElements:
    """Take one element out."""
    return DeleteElements(ref, (key,))


def by_set(*operations: AddElements) -> dict[SetRef, dict[ElementKey, SetElement]]:
    """What `Transaction.add_elements` takes."""
    together: dict[SetRef, dict[ElementKey, SetElement]] = {}
    for operation in operations:
        together.setdefault(operation.set, {}).update(operation.elements)
    return together


def keys_by_set(*operations: DeleteElements) -> dict[SetRef, Collection[ElementKey]]:
    """What `Transaction.delete_elements` takes."""
    together: dict[SetRef, list[ElementKey]] = {}
    for operation in operations:
        together.setdefault(operation.set, []).extend(operation.keys)
    return {ref: tuple(keys) for ref, keys in together.items()}
