"""A network's elements. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nfcore.bridge import NetworkSpec
from nfcore.layout.sets._names import Names
from nfcore.operations import AddElement, SetRef
from translate import IPNetwork

__all__ = ["network_elements", "subnet_sets"]


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
    pair = (bridge, bridge)
    subnet = spec.subnet(names.version)
    yield AddElement(set=names.same, key=pair, comment=comment)
    if not spec.internal:
        yield AddElement(set=names.isolated, key=(bridge,))
    if subnet is None:
        return
    icc = names.icc_on if spec.icc else names.icc_off
    yield AddElement(set=icc, key=pair, comment=rest)
    if spec.internal:
        yield AddElement(set=names.internal(subnet.prefixlen), key=(bridge,))
        yield _in_subnet(names.inner(subnet.prefixlen), subnet, bridge)
        return
    yield AddElement(set=names.forwarded, key=(bridge,))
    yield AddElement(set=names.guarded, key=(bridge,))
    if spec.gateway_mode(names.version).nat_disabled:
        yield AddElement(set=names.pingable, key=(bridge,))
    yield from _translation(names, spec, subnet, hairpin)


def _translation(
    names: Names, spec: NetworkSpec, subnet: IPNetwork, hairpin: bool
) -> Iterator[AddElement]:
    bridge, length = spec.bridge, subnet.prefixlen
    host = spec.host_ip(names.version)
    address = str(subnet.network_address)
    if spec.masquerade and not spec.gateway_mode(names.version).nat_disabled:
        if not hairpin:
            yield AddElement(set=names.skip_dnat, key=(bridge,))
        yield _in_subnet(names.own(length), subnet, bridge)
        if host is None:
            yield AddElement(set=names.masquerade(length), key=(address,))
        else:
            yield AddElement(set=names.snat(length), key=(address,), data=str(host))
    if hairpin and host is None:
        yield AddElement(set=names.local_masquerade, key=(bridge,))
    elif hairpin:
        yield AddElement(set=names.local_snat, key=(bridge,), data=str(host))


def _in_subnet(ref: SetRef, subnet: IPNetwork, bridge: str) -> AddElement:
    return AddElement(set=ref, key=(str(subnet.network_address), bridge))


def subnet_sets(names: Names, length: int, *, internal: bool) -> tuple[SetRef, ...]:
    """The sets of one prefix length; the first is empty when no network has that length."""
    if internal:
        return names.inner(length), names.internal(length)
    return names.own(length), names.masquerade(length), names.snat(length)
