"""A network's elements. Pure."""

from __future__ import annotations

from operator import attrgetter
from types import MappingProxyType
from typing import Final

from nfcore.bridge import NetworkSpec, address_text
from nfcore.exceptions import Conflict
from nfcore.layout.sets._elements import Elements
from nfcore.layout.sets._names import Names
from nfcore.operations import BARE, ElementKey, SetElement, SetRef
from translate import IPVersion

__all__ = ["Claims", "NetworkElements", "subnet_sets", "taken"]

Claims = dict[int, dict[ElementKey, tuple[NetworkSpec, SetElement]]]
"""See `NetworkElements`."""

_OF_VERSION: Final = MappingProxyType(
    {
        IPVersion.V4: attrgetter("subnet_v4", "gateway_mode_v4", "host_ipv4"),
        IPVersion.V6: attrgetter("subnet_v6", "gateway_mode_v6", "host_ipv6"),
    }
)
"""What a network has for each IP version, asked for at once: of ten thousand it is noticed."""


class _Translated:
    """The sets of one prefix length, of networks that are translated."""

    __slots__ = ("masquerade", "own", "snat")

    def __init__(self, elements: Elements, names: Names, length: int) -> None:
        self.own: Final = elements.by_set[names.own(length)]
        self.masquerade: Final = elements.by_set[names.masquerade(length)]
        self.snat: Final = elements.by_set[names.snat(length)]


class NetworkElements:
    """Collects the elements of networks of one IP version, those of lengths included.

    Args:
        elements: where to.
        names: the IP version's sets.
        claims: by prefix length the subnets that no other network may translate from, to be added
            to; of each, the network and what is kept with its translation. None where networks go.

    Attributes:
        forwarded: the collected networks that have this IP version.
        names: the IP version's sets.
        nat_lengths: the prefix lengths of subnets that are translated, in the order of the first
            network with each.
        internal_lengths: those of internal networks, likewise.
    """

    __slots__ = (
        "_elements",
        "_icc_on",
        "_isolated",
        "_of_version",
        "_same",
        "_skip_dnat",
        "claims",
        "forwarded",
        "internal_lengths",
        "names",
        "nat_lengths",
    )

    def __init__(self, elements: Elements, names: Names, *, claims: Claims | None = None) -> None:
        self.names: Final = names
        self.nat_lengths: Final[dict[int, _Translated]] = {}
        self.internal_lengths: Final[dict[int, None]] = {}
        self.claims: Final = claims
        self._of_version: Final = _OF_VERSION[names.version]
        self._elements: Final = elements
        of = elements.by_set
        self._same: Final = of[names.same]
        self._isolated: Final = of[names.isolated]
        self.forwarded: Final = of[names.forwarded]
        self._icc_on: Final = of[names.icc_on]
        self._skip_dnat: Final = of[names.skip_dnat]

    def add(
        self,
        spec: NetworkSpec,
        hairpin: bool,
        note: SetElement = BARE,
        rest: SetElement = BARE,
        number: SetElement = BARE,
    ) -> None:
        """Collect a network's elements.

        Args:
            spec: the network.
            hairpin: whether containers reach published ports through the bridge.
            note: what tells of the network, kept in ``same``.
            rest: what of it did not fit there, kept with its ICC.
            number: its place in the order of creation, kept with its subnet's translation.

        Raises:
            Conflict: the subnet of a network that was collected before.
        """
        names, bridge = self.names, spec.bridge
        name, pair = (bridge,), (bridge, bridge)
        self._same[pair] = note
        if not spec.internal:
            self._isolated[name] = BARE
        subnet, mode, host = self._of_version(spec)
        if subnet is None:
            self._without_version(spec, name)
            return
        if spec.icc:
            self._icc_on[pair] = rest
        else:
            self._elements.put(names.icc_off, pair, rest)
        address, length = address_text(subnet.network_address), subnet.prefixlen
        if spec.internal:
            self._internal(bridge, address, length)
            return
        self.forwarded[name] = BARE
        if mode.nat_disabled:
            self._elements.put(names.pingable, name)
        source = None if host is None else address_text(host)
        translates = spec.masquerade and not mode.nat_disabled
        if translates or hairpin:
            self._claim(spec, address, length, number)
        if translates:
            self._leaving(bridge, address, length, source, number)
            if not hairpin:
                self._skip_dnat[name] = BARE
        if hairpin:
            self._entered(name, source)

    def _without_version(self, spec: NetworkSpec, name: ElementKey) -> None:
        if not spec.internal:
            self._elements.put(self.names.unguarded, name)

    def _internal(self, bridge: str, address: str, length: int) -> None:
        self.internal_lengths[length] = None
        self._elements.put(self.names.internal(length), (bridge,))
        self._elements.put(self.names.inner(length), (address, bridge))

    def _claim(self, spec: NetworkSpec, address: str, length: int, number: SetElement) -> None:
        if self.claims is None:
            return
        claims = self.claims.setdefault(length, {})
        if claims.setdefault((address,), (spec, number))[0].bridge != spec.bridge:
            raise taken(spec, self.names.version)

    def _leaving(
        self, bridge: str, address: str, length: int, source: str | None, number: SetElement
    ) -> None:
        """What leaves the network gets another source address, or that of where it leaves."""
        translated = self.nat_lengths.get(length)
        if translated is None:
            translated = _Translated(self._elements, self.names, length)
            self.nat_lengths[length] = translated
        translated.own[address, bridge] = BARE
        if source is None:
            translated.masquerade[(address,)] = number
        else:
            translated.snat[(address,)] = SetElement(source, number.comment)

    def _entered(self, name: ElementKey, source: str | None) -> None:
        """What the host sends into a network in hairpin mode gets another source address too."""
        if source is None:
            self._elements.put(self.names.local_masquerade, name)
        else:
            self._elements.put(self.names.local_snat, name, SetElement(source))


def taken(spec: NetworkSpec, version: IPVersion) -> Conflict:
    """The error of a network whose subnet is translated already, for another."""
    return Conflict(f"network {spec.name}: subnet {spec.subnet(version)} is another network's")


def subnet_sets(names: Names, length: int, *, internal: bool) -> tuple[SetRef, ...]:
    """The sets of one prefix length; the first is empty when no network has that length."""
    if internal:
        return names.inner(length), names.internal(length)
    return names.own(length), names.masquerade(length), names.snat(length)
