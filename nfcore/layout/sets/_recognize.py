"""Networks, ports and links, read back from elements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from nfcore.bridge import (
    Link,
    NetworkState,
    PublishedPort,
    read_network_tags,
    read_port_tag,
)
from nfcore.layout._base import View
from nfcore.layout.sets._comments import note_of, number_of, rest_of
from nfcore.layout.sets._names import Names, names_of
from nfcore.layout.sets._ports import NUMBERS
from nfcore.operations import ElementKey, SetElement, SetRef
from translate import Counters, IPVersion

__all__ = ["networks_in_sets"]

_PROTOCOLS: Final = {number: name for name, number in NUMBERS.items()}

Numbered = tuple[str, PublishedPort]


@dataclass(slots=True)
class _Found:
    """What elements tell of one network."""

    number: str
    hairpin: bool
    tags: list[str]
    icc: bool = True
    ports: list[Numbered] = field(default_factory=list)
    routed: list[Numbered] = field(default_factory=list)
    links: list[tuple[str, Link]] = field(default_factory=list)
    forwarded: list[Counters] = field(default_factory=list)
    within: list[Counters] = field(default_factory=list)
    port_counters: dict[PublishedPort, Counters] = field(default_factory=dict)


def networks_in_sets(view: View) -> tuple[NetworkState, ...]:
    """Every network that the sets tell of, in the order of creation.

    Args:
        view: an engine's ruleset, or a transaction, whose own elements then count.
    """
    found: dict[str, _Found] = {}
    for version in IPVersion:
        names = names_of(version)
        _find_networks(view, names, found)
    for version in IPVersion:
        _find_properties(view, names_of(version), found)
    for version in IPVersion:
        names = names_of(version)
        _find_ports(view, names, found)
        _find_links(view, names, found)
    states = (_state(bridge, each) for bridge, each in found.items())
    numbered = sorted((state for state in states if state is not None), key=lambda state: state[0])
    return tuple(state for _, state in numbered)


def _items(view: View, ref: SetRef) -> Iterable[tuple[ElementKey, SetElement]]:
    named = view.named_set(ref)
    return () if named is None else named.items()


def _find_networks(view: View, names: Names, found: dict[str, _Found]) -> None:
    for key, element in _items(view, names.same):
        note = note_of(element.comment)
        bridge = str(key[0])
        if note is not None and bridge not in found:
            found[bridge] = _Found(note.number, note.hairpin, [note.tag])


def _find_properties(view: View, names: Names, found: dict[str, _Found]) -> None:
    for ref in (names.icc_on, names.icc_off):
        for key, element in _items(view, ref):
            network = found.get(str(key[0]))
            if network is not None:
                network.icc = ref == names.icc_on
                network.within.append(element.counters or Counters())
                if element.comment is not None and len(network.tags) == 1:
                    network.tags.append(element.comment)

    for key, element in _items(view, names.forwarded):
        network = found.get(str(key[0]))
        if network is not None:
            network.forwarded.append(element.counters or Counters())


def _find_ports(view: View, names: Names, found: dict[str, _Found]) -> None:
    for addresses, ports in (
        (names.any_address, names.any_port),
        (names.one_address, names.one_port),
    ):
        container = dict(_items(view, ports))
        for key, element in _items(view, addresses):
            network = found.get(rest_of(element.comment))
            inner = container.get(key)
            if network is None or inner is None:
                continue
            *host, protocol, host_port = key
            port = PublishedPort(
                address=ip_address(str(element.data)),
                port=int(inner.data or 0),
                protocol=_PROTOCOLS[int(protocol)],
                host_address=ip_address(str(host[0])) if host else None,
                host_port=int(host_port),
            )
            network.ports.append((_number(element), port))
            network.port_counters[port] = element.counters or Counters()
    for key, element in _items(view, names.published):
        told = read_port_tag(rest_of(element.comment))
        bridge, address, protocol, number = key
        if told is not None and str(bridge) in found:
            port = PublishedPort(
                address=ip_address(str(address)),
                port=int(number),
                protocol=_PROTOCOLS[int(protocol)],
                host_address=told[0],
                host_port=told[1],
            )
            found[str(bridge)].routed.append((_number(element), port))
            found[str(bridge)].port_counters[port] = element.counters or Counters()


def _find_links(view: View, names: Names, found: dict[str, _Found]) -> None:
    for key, element in _items(view, names.links):
        bridge, parent, child, protocol, port = key
        if str(bridge) in found:
            link = Link(
                parent=ip_address(str(parent)),
                child=ip_address(str(child)),
                port=int(port),
                protocol=_PROTOCOLS[int(protocol)],
            )
            found[str(bridge)].links.append((_number(element), link))


def _number(element: SetElement) -> str:
    return number_of(element.comment) or ""


def _state(bridge: str, found: _Found) -> tuple[str, NetworkState] | None:
    read = read_network_tags(found.tags, bridge=bridge, icc=found.icc)
    if read is None:
        return None
    spec, made_by = read
    counted = found.within if spec.internal else found.forwarded
    state = NetworkState(
        spec=spec,
        ports=tuple(_in_order(found)),
        links=tuple(link for _, link in sorted(found.links, key=_link_order)),
        made_by=made_by,
        hairpin=None if spec.internal else found.hairpin,
        counters=Counters(
            packets=sum(each.packets for each in counted), bytes=sum(each.bytes for each in counted)
        ),
        port_counters=found.port_counters,
    )
    return found.number, state


def _in_order(found: _Found) -> Iterator[PublishedPort]:
    """As the layout of rules tells them: those with translation first."""
    for _, port in sorted(found.ports, key=lambda item: (item[1].version.value, item[0])):
        yield port
    for _, port in sorted(found.routed, key=lambda item: (-item[1].version.value, item[0])):
        yield port


def _link_order(item: tuple[str, Link]) -> tuple[int, str]:
    return item[1].parent.version, item[0]
