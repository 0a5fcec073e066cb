"""One operation of a transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from nfcore.engine._callsite import CallSite
from nfcore.operations import AddElements, DeleteElements, ElementKey, Operation

__all__ = ["Asked", "Step"]

Asked = tuple[CallSite, Collection[ElementKey]]
"""Who asked for elements, and their keys."""


class Step(NamedTuple):
    """One operation, and who asked for it: of elements, for each of them."""

    operation: Operation
    site: CallSite | None = None
    asked: Sequence[Asked] = ()

    def site_of(self, part: Operation | None) -> CallSite | None:
        """Who asked for a part of it, one element, or for it as a whole."""
        if isinstance(part, AddElements | DeleteElements):
            keys = part.elements if isinstance(part, AddElements) else part.keys
            wanted = next(iter(keys), None)
            for site, asked in reversed(self.asked):
                if wanted in asked:
                    return site
        return self.site
