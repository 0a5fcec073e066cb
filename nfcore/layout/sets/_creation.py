"""What many networks, their ports and links put in, planned together and put in at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nfcore.bridge import Link, MadeBy, NetworkSpec, PublishedPort, network_tags
from nfcore.engine import Transaction
from nfcore.exceptions import Conflict
from nfcore.layout.sets._comments import (
    NetworkNote,
    network_comment,
    note_of,
    number_of,
    numbers_after,
)
from nfcore.layout.sets._elements import Elements
from nfcore.layout.sets._lengths import add_length
from nfcore.layout.sets._links import collect_link
from nfcore.layout.sets._names import Names
from nfcore.layout.sets._network import NetworkElements, taken
from nfcore.layout.sets._older import collect_newer
from nfcore.layout.sets._ports import collect_port
from nfcore.operations import BARE, ElementKey, SetElement

__all__ = ["Creation"]


class Creation:
    """Collects networks, ports and links; nothing is in the transaction before `finish`.

    For each network no more is asked than what differs from one to the next.

    Args:
        transaction: where they are to be put in.
        versions: the sets of the driver's IP versions.
        hairpin: whether the driver is in hairpin mode.
    """

    def __init__(
        self, transaction: Transaction, versions: Sequence[Names], *, hairpin: bool
    ) -> None:
        self._transaction: Final = transaction
        self._versions: Final = versions
        self._hairpin: Final = hairpin
        self._elements: Final = Elements()
        self._networks: Final[list[NetworkElements]] = []
        self._comments: Final[dict[str, str]] = {}
        """What tells of networks that were collected, by bridge."""
        self._there: Final = [transaction.named_set(names.same) for names in versions]
        self._numbers: Final = numbers_after(_newest(transaction, versions))
        self._created: Final[list[tuple[NetworkSpec, str]]] = []
        """Those in hairpin mode, with their numbers."""

    def has_none_of(self, specs: Sequence[NetworkSpec]) -> bool:
        """Whether none of some networks is there, and no two have one bridge."""
        pairs: dict[ElementKey, None] = {(spec.bridge, spec.bridge): None for spec in specs}
        return len(pairs) == len(specs) and all(same.has_none_of(pairs) for same in self._there)

    def note(self, spec: NetworkSpec) -> NetworkNote | None:
        """What tells of a network that is there, or is collected already.

        Raises:
            Conflict: what is there on its bridge is none of nfcore's.
        """
        bridge = spec.bridge
        comment = self._comments.get(bridge)
        if comment is None:
            pair = (bridge, bridge)
            held = next((same.get(pair) for same in self._there if pair in same), None)
            if held is None:
                return None
            comment = held.comment
        note = note_of(comment)
        if note is None:
            raise Conflict(f"network {spec.name}: bridge {bridge} is in use by another")
        return note

    def network(self, spec: NetworkSpec, made_by: MadeBy, known: NetworkNote | None) -> None:
        """Collect a network.

        Args:
            spec: the network.
            made_by: who makes it.
            known: its `note`, if there is one.

        Raises:
            Conflict: its subnet is another network's.
            InvalidInput: its name is too long to be noted with its elements.
        """
        tag, rest = network_tags(spec, made_by)
        if known is None:
            number, hairpin = next(self._numbers), self._hairpin
            comment = network_comment(number, hairpin, tag or "")
        else:
            number, hairpin, comment = known.number, known.hairpin, known.comment()
        note = SetElement(None, comment)
        second = BARE if rest is None else SetElement(None, rest)
        order = SetElement(None, number)
        if not self._networks:
            self._networks.extend(
                NetworkElements(self._elements, names, claims={}) for names in self._versions
            )
        for network in self._networks:
            network.add(spec, hairpin, note, second, order)
        self._comments[spec.bridge] = comment
        if hairpin:
            self._created.append((spec, number))

    def port(self, names: Names, spec: NetworkSpec, port: PublishedPort, *, hairpin: bool) -> None:
        """Collect a published port.

        Args:
            names: the sets of its IP version.
            spec: its network.
            port: the port, resolved.
            hairpin: whether the network was made in hairpin mode.

        Raises:
            Conflict: the host port leads elsewhere already.
        """
        number = next(self._numbers)
        collect_port(self._elements, names, spec, port, hairpin=hairpin, number=number)

    def link(self, names: Names, spec: NetworkSpec, link: Link) -> None:
        """Collect a link."""
        collect_link(self._elements, names, spec, link, number=next(self._numbers))

    def finish(self) -> None:
        """Put it all into the transaction, with the sets and rules that are missing for it.

        Raises:
            Conflict: a network's subnet, or a host port, is another's already.
        """
        for network in self._networks:
            for length in network.nat_lengths:
                add_length(self._transaction, network.names, length, internal=False)
            for length in network.internal_lengths:
                add_length(self._transaction, network.names, length, internal=True)
            self._check_subnets(network)
            self._guard(network)
        self._transaction.add_elements(self._elements.by_set)
        if self._created:
            self._add_newer()

    def _add_newer(self) -> None:
        newer = Elements()
        for spec, number in self._created:
            for names in self._versions:
                collect_newer(newer, self._transaction, names, spec, number=number)
        self._transaction.add_elements(newer.by_set)

    def _guard(self, network: NetworkElements) -> None:
        """Whatever is forwarded has the default drop: no network of an IP version goes without."""
        names = network.names
        unguarded = self._transaction.named_set(names.unguarded)
        if len(unguarded) and not unguarded.has_none_of(network.forwarded):
            gone = [key for key in network.forwarded if key in unguarded]
            self._transaction.delete_elements({names.unguarded: gone})
        collected = self._elements.by_set.get(names.unguarded)
        if collected:
            forwarded = self._transaction.named_set(names.forwarded)
            for key in [key for key in collected if key in forwarded]:
                del collected[key]

    def _check_subnets(self, network: NetworkElements) -> None:
        """Refuse a subnet that another network translates from."""
        names = network.names
        for length, claims in (network.claims or {}).items():
            for ref in (names.masquerade(length), names.snat(length)):
                translated = self._transaction.named_set(ref)
                if translated.has_none_of(claims):
                    continue
                own = self._transaction.named_set(names.own(length))
                for key, (spec, number) in claims.items():
                    held = translated.get(key)
                    if held is None or held.comment == number.comment:
                        continue
                    if (key[0], spec.bridge) not in own:
                        raise taken(spec, names.version)


def _newest(transaction: Transaction, versions: Sequence[Names]) -> str:
    """The greatest comment that begins with a number."""
    refs = [ref for names in versions for ref in names.numbered]
    newest = transaction.newest(refs)
    if not newest or number_of(newest) is not None:
        return newest
    comments = [  # somebody else's element has a comment of another kind
        element.comment
        for ref in refs
        for _, element in transaction.named_set(ref).items()
        if element.comment is not None and number_of(element.comment) is not None
    ]
    return max(comments, default="")
