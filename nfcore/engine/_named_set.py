"""One named set or map as the kernel holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol, Self

from nfcore.operations import ElementKey, ElementValue, SetElement, SetState, SetType

__all__ = ["NamedSet", "SetView"]


_BARE: Final = SetElement()


class SetView(Protocol):
    """A named set that can be looked at: the kernel's, or as a transaction leaves it."""

    @property
    def newest(self) -> str:
        """The greatest comment that an element has or had."""

    @property
    def exists(self) -> bool:
        """Whether the set is there."""

    def get(self, key: ElementKey) -> SetElement | None:
        """What is kept with a key, or None."""

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
        newest: the greatest comment that an element has or had, by which layouts number elements.
    """

    __slots__ = ("elements", "newest", "type")

    def __init__(self, kind: SetType) -> None:
        self.type: Final = kind
        self.elements: Final[dict[ElementKey, SetElement]] = {}
        self.newest = ""

    @property
    def exists(self) -> bool:
        """Whether the set is there: it is."""
        return True

    @classmethod
    def from_state(cls, state: SetState) -> Self:
        """Take over a listing."""
        named = cls(state.type)
        named.elements.update(state.elements)
        comments = (element.comment or "" for element in state.elements.values())
        named.newest = max(comments, default="")
        return named

    def state(self) -> SetState:
        """The same as an immutable picture."""
        return SetState(type=self.type, elements=dict(self.elements))

    def get(self, key: ElementKey) -> SetElement | None:
        """What is kept with a key, or None."""
        return self.elements.get(key)

    def items(self) -> Iterable[tuple[ElementKey, SetElement]]:
        """The elements, in no order."""
        return self.elements.items()

    def __contains__(self, key: object) -> bool:
        return key in self.elements

    def __iter__(self) -> Iterator[ElementKey]:
        return iter(self.elements)

    def __len__(self) -> int:
        return len(self.elements)

    def add(self, key: ElementKey, data: ElementValue | None, comment: str | None) -> None:
        """Put an element in, unless its key is there."""
        if key in self.elements:
            return
        if data is None and comment is None:
            self.elements[key] = _BARE
            return
        self.elements[key] = SetElement(data=data, comment=comment)
        if comment is not None and comment > self.newest:
            self.newest = comment

    def discard(self, key: ElementKey) -> None:
        """Take an element out."""
        self.elements.pop(key, None)
