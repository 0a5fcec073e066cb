"""A link's elements. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nfcore.bridge import (
    Link,
    NetworkSpec,
    address_text,
)
from nfcore.layout.sets._names import Names
from nfcore.layout.sets._ports import NUMBERS
from nfcore.operations import AddElement

__all__ = ["link_elements"]


def link_elements(
    names: Names, spec: NetworkSpec, link: Link, *, number: str
) -> Iterator[AddElement]:
    """The connection's element, and that of its replies.

    Args:
        names: the sets of the link's IP version.
        spec: its network.
        link: the link.
        number: its place in the order of creation.
    """
    parent, child = address_text(link.parent), address_text(link.child)
    port = (NUMBERS[link.protocol], link.port)
    yield AddElement(set=names.links, key=(spec.bridge, parent, child, *port), comment=number)
    yield AddElement(set=names.replies, key=(spec.bridge, child, parent, *port), comment=number)
