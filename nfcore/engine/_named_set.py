"""One named set or map as the kernel holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol, Self

from nfcore.operations import ElementKey, SetElement, SetState, SetType

__all__ = ["NamedSet", "SetView", "newest_of"]


class SetView(Protocol):
    """A named set that can be looked at: the kernel's, or as a transaction leaves it."""

    @property
    def exists(self) -> bool:
        """Whether the set is there."""

    def get(self, key: ElementKey) -> SetElement | None:
        """What is kept with a key, or None."""

    def has_none_of(self, keys: Mapping[ElementKey, object]) -> bool:
        """Whether no element has any of these keys; it is asked quicker than of each by itself."""

    def items(self) -> Iterable[tuple[ElementKey, SetElement]]:
        """The elements, in no order."""

    def __contains__(self, key: object) -> bool:
        """Whether there is an element with this key."""

    def __iter__(self) -> Iterator[ElementKey]:
        """Their keys."""

    def __len__(self) -> int:
        """How many elements there are."""


class NamedSet:
    """A set's elements by key.

    Args:
        kind: what it holds.

    Attributes:
        elements: what is kept with each key; changed by `add` and `discard` only.
    """

    __slots__ = ("_newest", "elements", "type")

    def __init__(self, kind: SetType) -> None:
        self.type: Final = kind
        self.elements: Final[dict[ElementKey, SetElement]] = {}
        self._newest: str | None = None

    @property
    def newest(self) -> str:
        """The greatest comment that an element has, or had since it was first asked for.

        Layouts number elements by it. It is kept up to date from then on: few sets are numbered.
        """
        if self._newest is None:
            self._newest = newest_of(self.elements)
        return self._newest

    @property
    def exists(self) -> bool:
        """Whether the set is there: it is."""
        return True

    @classmethod
    def from_state(cls, state: SetState) -> Self:
        """Take over a listing."""
        named = cls(state.type)
        named.elements.update(state.elements)
        return named

    def state(self) -> SetState:
        """The same as an immutable picture."""
        return SetState(type=self.type, elements=dict(self.elements))

    def get(self, key: ElementKey) -> SetElement | None:
        """What is kept with a key, or None."""
        return self.elements.get(key)

    def has_none_of(self, keys: Mapping[ElementKey, object]) -> bool:
        """Whether no element has any of these keys."""
        return self.elements.keys().isdisjoint(keys.keys())

    def items(self) -> Iterable[tuple[ElementKey, SetElement]]:
        """The elements, in no order."""
        return self.elements.items()

    def __contains__(self, key: object) -> bool:
        return key in self.elements

    def __iter__(self) -> Iterator[ElementKey]:
        return iter(self.elements)

    def __len__(self) -> int:
        return len(self.elements)

    def add(self, elements: Mapping[ElementKey, SetElement]) -> None:
        """Put elements in, but for those whose keys are there."""
        if elements.keys().isdisjoint(self.elements.keys()):
            self.elements.update(elements)
        else:
            for key, element in elements.items():
                self.elements.setdefault(key, element)
        if self._newest is not None:
            self._newest = max(self._newest, newest_of(elements))

    def discard(self, keys: Iterable[ElementKey]) -> None:
        """Take elements out."""
        for key in keys:
            self.elements.pop(key, None)


def newest_of(elements: Mapping[ElementKey, SetElement]) -> str:
    """The greatest comment among elements; '' where none has one."""
    return max([element.comment or "" for element in elements.values()], default="")
