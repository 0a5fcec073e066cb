"""What one transaction does to one named set, laid over what the kernel holds.

Elements come many at a time. What concerns all of them is asked of all of them at once, which for
ten thousand networks is a tenth of what it takes to look at each. Every change leaves its inverse
in the transaction's journal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from nfcore.engine._callsite import CallSite
from nfcore.engine._named_set import NamedSet, newest_of
from nfcore.engine._overlay import Journal
from nfcore.engine._step import Asked
from nfcore.exceptions import Conflict, NotFound
from nfcore.operations import ElementKey, SetElement, SetRef, SetType

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
        deleted: the keys of the kernel's elements that it takes out.
        added_by: who asked for those added.
        deleted_by: who asked for those deleted.
    """

    __slots__ = (
        "_held",
        "_journal",
        "_newest",
        "added",
        "added_by",
        "deleted",
        "deleted_by",
        "exists",
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
        self.added: Final[dict[ElementKey, SetElement]] = {}
        self.deleted: Final[dict[ElementKey, None]] = {}
        self.added_by: Final[list[tuple[CallSite, Mapping[ElementKey, SetElement]]]] = []
        self.deleted_by: Final[list[Asked]] = []
        self._newest: str | None = None
        self.site: CallSite | None = None
        self._journal: Final = journal

    @property
    def is_touched(self) -> bool:
        """Whether the transaction may change anything of it."""
        return bool(self.added or self.deleted or self.site is not None)

    @property
    def newest(self) -> str:
        """The greatest comment that an element has or had, as in `NamedSet`.

        Where elements are taken back it stays: nobody minds a number that is left out.
        """
        if self._newest is None:
            before = "" if self.original is None else self.original.newest
            self._newest = max(before, newest_of(self.added))
        return self._newest

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
        self.delete([*self], site)
        if self.exists:
            self._journal.note(self._restore, self.exists, self.type, self.site)
            self.exists, self.site = False, site

    def _restore(self, exists: bool, kind: SetType | None, site: CallSite | None) -> None:
        self.exists, self.type, self.site = exists, kind, site

    def get(self, key: ElementKey) -> SetElement | None:
        """What is kept with a key, or None."""
        element = self.added.get(key)
        if element is not None:
            return element
        return None if key in self.deleted else self._held.get(key)

    def __contains__(self, key: object) -> bool:
        """Whether the transaction leaves an element with this key."""
        return key in self.added or (key in self._held and key not in self.deleted)

    def has_none_of(self, keys: Mapping[ElementKey, object]) -> bool:
        """Whether the transaction leaves no element with any of these keys."""
        asked = keys.keys()
        if not asked.isdisjoint(self.added.keys()):
            return False
        held = self._held.keys()
        return asked.isdisjoint(held) or (asked & held) <= self.deleted.keys()

    def add(self, elements: Mapping[ElementKey, SetElement], site: CallSite) -> None:
        """Put elements in; those that are there stay as they are.

        Raises:
            Conflict: a key is there with other data.
            NotFound: there is no such set.
        """
        if not self.exists:
            raise NotFound(f"no {self.ref}")
        keys = elements.keys()
        if not (keys.isdisjoint(self._held.keys()) and keys.isdisjoint(self.added.keys())):
            elements = self._news_among(elements)
            if not elements:
                return
        if self._newest is not None:
            self._newest = max(self._newest, newest_of(elements))
        self.added.update(elements)
        self.added_by.append((site, elements))
        self._journal.note(self._take_back, elements)

    def _take_back(self, elements: Mapping[ElementKey, SetElement]) -> None:
        for key in elements:
            del self.added[key]
        self.added_by.pop()

    def _news_among(
        self, elements: Mapping[ElementKey, SetElement]
    ) -> dict[ElementKey, SetElement]:
        """Those that are not there; a deleted one of the kernel's that comes again is kept."""
        news, again = {}, []
        for key, element in elements.items():
            held = self.get(key)
            if held is not None:
                if held.data != element.data:
                    raise Conflict(f"{self.ref} holds {key} with {held.data}, not {element.data}")
            elif key in self.deleted and self._is_original(key, element):
                again.append(key)
            else:
                news[key] = element
        for key in again:
            del self.deleted[key]
            self._journal.note(self.deleted.__setitem__, key, None)
        return news

    def _is_original(self, key: ElementKey, element: SetElement) -> bool:
        held = self._held.get(key)
        return held is not None and held[:2] == element[:2]  # counters are the kernel's own

    def delete(self, keys: Collection[ElementKey], site: CallSite) -> None:
        """Take elements out, those that are there."""
        if self.added:
            for key in keys:
                added = self.added.pop(key, None)
                if added is not None:
                    self._journal.note(self.added.__setitem__, key, added)
        gone = dict.fromkeys(key for key in keys if key in self._held and key not in self.deleted)
        if gone:
            self.deleted.update(gone)
            self.deleted_by.append((site, gone))
            self._journal.note(self._put_back, gone)

    def _put_back(self, keys: Collection[ElementKey]) -> None:
        for key in keys:
            del self.deleted[key]
        self.deleted_by.pop()

    def all_added(self) -> Mapping[ElementKey, SetElement]:
        """The elements put in, to be kept: the transaction's own may still change."""
        if len(self.added_by) == 1 and len(self.added_by[0][1]) == len(self.added):
            return self.added_by[0][1]
        return dict(self.added)

    def items(self) -> Iterator[tuple[ElementKey, SetElement]]:
        """The elements as the transaction leaves them."""
        for key, element in self._held.items():
            if key not in self.deleted:
                yield key, element
        yield from self.added.items()

    def __iter__(self) -> Iterator[ElementKey]:
        """Their keys."""
        yield from (key for key in self._held if key not in self.deleted)
        yield from self.added

    def __len__(self) -> int:
        return len(self._held) - len(self.deleted) + len(self.added)
