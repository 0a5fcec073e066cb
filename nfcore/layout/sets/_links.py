"""A link's elements. Pure."""

from __future__ import annotations

from nfcore.bridge import Link, NetworkSpec, address_text
from nfcore.layout.sets._elements import Elements
from nfcore.layout.sets._names import Names
from nfcore.layout.sets._ports import NUMBERS
from nfcore.operations import ElementKey, SetElement

__all__ = ["collect_link", "link_key"]


def collect_link(
    elements: Elements, names: Names, spec: NetworkSpec, link: Link, *, number: str
) -> None:
    """Collect the connection's element, and that of its replies.

    Args:
        elements: where to.
        names: the sets of the link's IP version.
        spec: its network.
        link: the link.
        number: its place in the order of creation.
    """
    note = SetElement(comment=number)
    bridge, parent, child, *port = link_key(spec, link)
    elements.put(names.links, (bridge, parent, child, *port), note)
    elements.put(names.replies, (bridge, child, parent, *port), note)


def link_key(spec: NetworkSpec, link: Link) -> ElementKey:
    """A link in ``links``."""
    parent, child = address_text(link.parent), address_text(link.child)
    return spec.bridge, parent, child, NUMBERS[link.protocol], link.port
