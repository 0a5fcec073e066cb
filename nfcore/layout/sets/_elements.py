"""Elements of many networks, ports and links, collected to be put in or taken out at once. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from nfcore.exceptions import Conflict
from nfcore.operations import BARE, ElementKey, SetElement, SetRef

__all__ = ["ElementKeys", "Elements"]


class Elements:
    """Elements by set.

    Attributes:
        by_set: what is kept with each key.
    """

    __slots__ = ("by_set",)

    def __init__(self) -> None:
        self.by_set: Final[defaultdict[SetRef, dict[ElementKey, SetElement]]] = defaultdict(dict)

    def put(self, ref: SetRef, key: ElementKey, element: SetElement = BARE) -> None:
        """Collect an element; the first with a key stays.

        Raises:
            Conflict: that has other data.
        """
        held = self.by_set[ref].setdefault(key, element)
        if held.data != element.data:
            raise Conflict(f"{ref} holds {key} with {held.data}, not {element.data}")


class ElementKeys(Elements):
    """Keys by set, of elements that are to be taken out whatever is kept with them."""

    __slots__ = ()

    def put(self, ref: SetRef, key: ElementKey, element: SetElement = BARE) -> None:
        """Collect a key."""
        del element
        self.by_set[ref][key] = BARE
