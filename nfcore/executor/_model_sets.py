"""A model of nf_tables' named sets and maps."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from nfcore.operations import ElementKey, SetElement, SetState, SetType
from translate import Counters, NftRule

__all__ = ["ModelSet", "RefusedError", "lookups_of"]


class RefusedError(Exception):
    """The kernel's refusal of one operation, by its error number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Could not process rule: {os.strerror(number)}")


class ModelSet:
    """A set and its elements."""

    __slots__ = ("_elements", "type")

    def __init__(self, kind: SetType) -> None:
        self.type: Final = kind
        self._elements: dict[ElementKey, SetElement] = {}

    def copy(self) -> ModelSet:
        """A set that can be changed without changing this one."""
        other = ModelSet(self.type)
        other._elements = dict(self._elements)
        return other

    def state(self) -> SetState:
        """The set as a listing would show it."""
        return SetState(type=self.type, elements=dict(self._elements))

    def add(self, elements: Mapping[ElementKey, SetElement]) -> None:
        """Put elements in.

        Raises:
            RefusedError: one does not fit the set, or is there with other data.
        """
        for key, element in elements.items():
            fits = (self.type.data is None) == (element.data is None)
            if not fits or len(key) != len(self.type.key):
                raise RefusedError(errno.EINVAL)
            held = self._elements.get(key)
            if held is None:
                counters = Counters() if self.type.counted else None
                self._elements[key] = element._replace(counters=counters)
            elif held.data != element.data:
                raise RefusedError(errno.EEXIST)

    def delete(self, keys: Iterable[ElementKey]) -> None:
        """Take elements out.

        Raises:
            RefusedError: one is not there.
        """
        for key in keys:
            if self._elements.pop(key, None) is None:
                raise RefusedError(errno.ENOENT)


def lookups_of(rule: NftRule) -> Iterator[str]:
    """The named sets that a rule looks up, apart from those that are made with it."""
    if not rule.declarations:
        yield from _names(rule.expr)


def _names(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, body in value.items():
            if name in {"right", "data"} and isinstance(body, str) and body.startswith("@"):
                yield body[1:]
            else:
                yield from _names(body)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _names(part)
