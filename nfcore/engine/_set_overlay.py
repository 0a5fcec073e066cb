"""What one transaction does to one named set, laid over what the kernel holds.

As with chains, every change costs the same however many elements there are, and leaves its inverse
in the transaction's journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from nfcore.engine._callsite import CallSite
from nfcore.engine._named_set import NamedSet
from nfcore.engine._overlay import Journal
from nfcore.engine._step import Step
from nfcore.exceptions import Conflict, NotFound
from nfcore.operations import (
    AddElement,
    DeleteElement,
    ElementKey,
    SetElement,
    SetRef,
    SetType,
)

__all__ = ["SetOverlay"]


_NOTHING: Final[Mapping[ElementKey, SetElement]] = MappingProxyType({})


class SetOverlay:
    """One set as the transaction leaves it.

    Args:
        ref: which set.
        original: what the kernel holds; None where it holds no such set.
        journal: where inverses go.

    Attributes:
        added: the elements that the transaction puts in, by key.
        deleted: the kernel's elements that it takes out, by key.
        newest: the greatest comment of an element, as in `NamedSet`.
    """

    __slots__ = (
        "_held",
        "_journal",
        "added",
        "deleted",
        "exists",
        "newest",
        "original",
        "ref",
        "site",
        "type",
    )

    def __init__(self, ref: SetRef, original: NamedSet | None, journal: Journal) -> None:
        self.ref: Final = ref
        self.original: Final = original
        self._held: Final[Mapping[ElementKey, SetElement]] = (
            _NOTHING if original is None else original.elements
        )
        self.type: SetType | None = None if original is None else original.type
        self.exists = original is not None
        self.added: Final[dict[ElementKey, Step]] = {}
        self.deleted: Final[dict[ElementKey, Step]] = {}
        self.newest = "" if original is None else original.newest
        self.site: CallSite | None = None
        self._journal: Final = journal

    @property
    def is_touched(self) -> bool:
        """Whether the transaction may change anything of it."""
        return bool(self.added or self.deleted or self.site is not None)

    def create(self, kind: SetType, site: CallSite) -> None:
        """Create the set, unless it is there.

        Raises:
            Conflict: there is one of another type.
        """
        if self.type is not None and self.type != kind:
            raise Conflict(f"{self.ref} is of {self.type}, not of {kind}")
        if not self.exists:
            self._journal.note(self._restore, self.exists, self.type, self.site)
            self.exists, self.type, self.site = True, kind, site

    def remove(self, site: CallSite) -> None:
        """Remove the set with its elements, if it is there."""
        for key in list(self):
            self.delete(DeleteElement(self.ref, key), site)
        if self.exists:
            self._journal.note(self._restore, self.exists, self.type, self.site)
            self.exists, self.site = False, site

    def _restore(self, exists: bool, kind: SetType | None, site: CallSite | None) -> None:
        self.exists, self.type, self.site = exists, kind, site

    def get(self, key: ElementKey) -> SetElement | None:
        """What is kept with a key, or None."""
        step = self.added.get(key)
        if step is not None:
            return _kept(step)
        return None if key in self.deleted else self._held.get(key)

    def __contains__(self, key: object) -> bool:
        """Whether the transaction leaves an element with this key."""
        return key in self.added or (key in self._held and key not in self.deleted)

    def add(self, element: AddElement, site: CallSite) -> bool:
        """Put an element in; one that is there stays as it is.

        Returns:
            Whether it is a new one among `added`, which whoever asked for it takes note of.

        Raises:
            Conflict: the key is there with other data.
            NotFound: there is no such set.
        """
        if not self.exists:
            raise NotFound(f"no {self.ref}")
        key = element.key
        if key in self.added or (key in self._held and key not in self.deleted):
            self._check_same(element)
            return False
        comment = element.comment
        if comment is not None and comment > self.newest:
            self.newest = comment  # and so it stays: nobody minds a number that is left out
        if key in self.deleted and self._is_original(key, element):
            self._journal.note(self.deleted.__setitem__, key, self.deleted.pop(key))
            return False
        self.added[key] = Step(element, site)
        return True

    def _check_same(self, element: AddElement) -> None:
        held = self.get(element.key)
        if held is not None and held.data != element.data:
            raise Conflict(f"{self.ref} holds {element.key} with {held.data}, not {element.data}")

    def _is_original(self, key: ElementKey, element: AddElement) -> bool:
        held = self._held.get(key)
        return held is not None and (held.data, held.comment) == (element.data, element.comment)

    def delete(self, element: DeleteElement, site: CallSite) -> None:
        """Take an element out, if it is there."""
        key = element.key
        if key not in self:
            return
        added = self.added.pop(key, None)
        if added is not None:
            self._journal.note(self.added.__setitem__, key, added)
        else:
            self.deleted[key] = Step(element, site)
            self._journal.note(self.deleted.pop, key)

    def items(self) -> Iterator[tuple[ElementKey, SetElement]]:
        """The elements as the transaction leaves them."""
        for key, element in self._held.items():
            if key not in self.deleted:
                yield key, element
        for key, step in self.added.items():
            yield key, _kept(step)

    def __iter__(self) -> Iterator[ElementKey]:
        """Their keys."""
        yield from (key for key in self._held if key not in self.deleted)
        yield from self.added

    def __len__(self) -> int:
        return len(self._held) - len(self.deleted) + len(self.added)


def _kept(step: Step) -> SetElement:
    element = step.operation
    assert isinstance(element, AddElement), "nothing else is put in"  # noqa: S101
    return SetElement(data=element.data, comment=element.comment)
