"""What goes with many networks, their ports and links, taken out at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nfcore.bridge import Link, NetworkSpec, PublishedPort, address_text
from nfcore.engine import Transaction
from nfcore.layout.sets._elements import ElementKeys
from nfcore.layout.sets._lengths import drop_length
from nfcore.layout.sets._links import collect_link
from nfcore.layout.sets._names import Names
from nfcore.layout.sets._network import NetworkElements
from nfcore.layout.sets._older import collect_older
from nfcore.layout.sets._ports import collect_released_port, host_port

__all__ = ["Removal"]


class Removal:
    """Collects networks, ports and links; all stay in the transaction until `finish`.

    Args:
        transaction: where they are to be taken out.
        versions: the sets of the driver's IP versions.
    """

    def __init__(self, transaction: Transaction, versions: Sequence[Names]) -> None:
        self._transaction: Final = transaction
        self._versions: Final = versions
        self._elements: Final = ElementKeys()
        self._networks: Final[list[NetworkElements]] = []
        self._specs: Final[list[NetworkSpec]] = []

    def network(self, spec: NetworkSpec, *, hairpin: bool) -> None:
        """Collect a network.

        Args:
            spec: the network.
            hairpin: whether it was made in hairpin mode.
        """
        if not self._networks:
            self._networks.extend(
                NetworkElements(self._elements, names) for names in self._versions
            )
        for network in self._networks:
            network.add(spec, hairpin)
        self._specs.append(spec)

    def port(self, names: Names, spec: NetworkSpec, port: PublishedPort, *, shared: bool) -> None:
        """Collect a published port, but not what another's host port is by now.

        Args:
            names: the sets of its IP version.
            spec: its network.
            port: the port, resolved.
            shared: see `collect_released_port`.
        """
        lies = host_port(names, port)
        held = self._transaction.named_set(lies.addresses).get(lies.key)
        mapped = held is None or held.data == address_text(port.address)
        collect_released_port(self._elements, names, spec, port, mapped=mapped, shared=shared)

    def link(self, names: Names, spec: NetworkSpec, link: Link) -> None:
        """Collect a link."""
        collect_link(self._elements, names, spec, link, number="")

    def finish(self) -> None:
        """Take it all out of the transaction, with the sets and rules that nothing needs then."""
        if self._specs:
            for names in self._versions:
                collect_older(self._elements, self._transaction, names, self._specs)
        self._transaction.delete_elements(self._elements.by_set)
        for network in self._networks:
            for length in network.nat_lengths:
                drop_length(self._transaction, network.names, length, internal=False)
            for length in network.internal_lengths:
                drop_length(self._transaction, network.names, length, internal=True)
