"""A network's elements. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nfcore.bridge import (
    NetworkSpec,
    address_text,
)
from nfcore.layout.sets._comments import number_of
from nfcore.layout.sets._names import Names
from nfcore.operations import AddElement, SetRef
from translate import IPVersion

__all__ = ["network_elements", "subnet_sets", "translates"]


def network_elements(
    names: Names, spec: NetworkSpec, *, hairpin: bool, comment: str, rest: str | None
) -> Iterator[AddElement]:
    """The elements of one IP version of a network, those of lengths included.

    Args:
        names: the IP version's sets.
        spec: the network.
        hairpin: whether containers reach published ports through the bridge.
        comment: what is noted with it.
        rest: what of it did not fit there, or None.
    """
    bridge = spec.bridge
    name, pair = (bridge,), (bridge, bridge)
    subnet = spec.subnet(names.version)
    yield AddElement(names.same, pair, None, comment)
    if not spec.internal:
        yield AddElement(names.isolated, name)
    if subnet is None:
        return
    yield AddElement(names.icc_on if spec.icc else names.icc_off, pair, None, rest)
    address = address_text(subnet.network_address)
    if spec.internal:
        yield AddElement(names.internal(subnet.prefixlen), name)
        yield AddElement(names.inner(subnet.prefixlen), (address, bridge))
        return
    yield AddElement(names.forwarded, name)
    yield AddElement(names.guarded, name)
    if spec.gateway_mode(names.version).nat_disabled:
        yield AddElement(names.pingable, name)
    host = spec.host_ip(names.version)
    source = None if host is None else address_text(host)
    if translates(spec, names.version):
        length = subnet.prefixlen
        if not hairpin:
            yield AddElement(names.skip_dnat, name)
        yield AddElement(names.own(length), (address, bridge))
        translation = names.masquerade(length) if host is None else names.snat(length)
        yield AddElement(translation, (address,), source, number_of(comment))
    if hairpin:
        yield AddElement(names.local_masquerade if host is None else names.local_snat, name, source)


def translates(spec: NetworkSpec, version: IPVersion) -> bool:
    """Whether what leaves the network gets another source address, if it is not internal."""
    return spec.masquerade and not spec.gateway_mode(version).nat_disabled


def subnet_sets(names: Names, length: int, *, internal: bool) -> tuple[SetRef, ...]:
    """The sets of one prefix length; the first is empty when no network has that length."""
    if internal:
        return names.inner(length), names.internal(length)
    return names.own(length), names.masquerade(length), names.snat(length)
