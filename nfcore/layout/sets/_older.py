"""Which of two networks' rules translates what the host sends from one into the other.

See `older_rules`. A pair is noted only where both are in hairpin mode, the network that the packet
enters is the newer, and the two translate to different addresses: for networks that all masquerade
there is none, and nothing is looked through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nfcore.bridge import NetworkSpec, address_text
from nfcore.engine import Transaction
from nfcore.layout.sets._elements import Elements
from nfcore.layout.sets._names import LENGTH_SETS, Names
from nfcore.layout.sets._schema import older_rules
from nfcore.operations import SetRef

__all__ = ["collect_newer", "collect_older"]


def collect_newer(
    elements: Elements, transaction: Transaction, names: Names, spec: NetworkSpec, *, number: str
) -> None:
    """Collect the pairs that a network makes by being newer than others; their sets are made.

    Args:
        elements: where to.
        transaction: the transaction, with the elements of all networks.
        names: the sets of one IP version.
        spec: a network in hairpin mode.
        number: its place in the order of creation.
    """
    subnet = spec.subnet(names.version)
    if subnet is None or spec.internal:
        return
    host = spec.host_ip(names.version)
    wanted = None if host is None else address_text(host)
    own = address_text(subnet.network_address)
    for length in _lengths(transaction, names, names.snat(0)):
        others = _others(transaction, names, length, wanted, number)
        pairs = [(address, spec.bridge) for address in others if address != own]
        if not pairs:
            continue
        _make(transaction, names, length)
        for pair in pairs:
            elements.put(names.older(length), pair)


def _lengths(transaction: Transaction, names: Names, like: SetRef) -> tuple[int, ...]:
    """The prefix lengths that there is such a set of."""
    kind = like.name.removesuffix("0")

    def find() -> tuple[int, ...]:
        refs = transaction.named_sets(names.any_port.table)
        own = (ref.name for ref in refs if LENGTH_SETS.fullmatch(ref.name))
        return tuple(int(name.removeprefix(kind)) for name in own if name.startswith(kind))

    return transaction.found((_lengths, like), find)


def _others(
    transaction: Transaction, names: Names, length: int, host: str | None, number: str
) -> Iterator[str]:
    """The subnets of one length, of older networks, that leave from another address than this."""
    snat = transaction.named_set(names.snat(length))
    for key, element in snat.items():
        if element.data != host and (element.comment or "") < number:
            yield str(key[0])
    if host is not None:
        for key, element in transaction.named_set(names.masquerade(length)).items():
            if (element.comment or "") < number:
                yield str(key[0])


def _make(transaction: Transaction, names: Names, length: int) -> None:
    ref = names.older(length)
    if transaction.named_set(ref).exists:
        return
    transaction.new_set(ref, names.length_type(ref))
    for fixed in reversed([*older_rules(names, length)]):
        transaction.add_native(fixed.chain, fixed.rule, tag=fixed.tag, at_head=True)


def collect_older(
    elements: Elements, transaction: Transaction, names: Names, specs: Sequence[NetworkSpec]
) -> None:
    """Collect the pairs that any of some networks is in."""
    for length in _lengths(transaction, names, names.older(0)):
        subnets = [spec.subnet(names.version) for spec in specs]
        addresses = {
            address_text(subnet.network_address)
            for subnet in subnets
            if subnet is not None and subnet.prefixlen == length
        }
        bridges = {spec.bridge for spec in specs}
        for key in transaction.named_set(names.older(length)):
            if key[0] in addresses or key[1] in bridges:
                elements.put(names.older(length), key)
