"""A network as the firewall's rules tell of it."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Final, Protocol

from nfcore.bridge._spec import Link, NetworkSpec, PublishedPort
from nfcore.engine import PlacedRule
from translate import Counters, IPNetwork, IPVersion, Rule

__all__ = ["UNKNOWN_SUBNETS", "MadeBy", "NetworkState", "RulesView"]

UNKNOWN_SUBNETS: Final = (IPv4Network("0.0.0.0/32"), IPv6Network("::/128"))
"""Stand for subnets that no rule tells; no network can have one of these."""


class RulesView(Protocol):
    """What rules can be read from: an engine's ruleset, or a transaction."""

    def rules(self, version: IPVersion, table: str, chain: str) -> Iterator[PlacedRule]:
        """A chain's rules in order; none where there is no such chain."""


class MadeBy(enum.Enum):
    """Who made a network."""

    APPLY = "apply"
    """It comes from a file, and goes when it is no longer in the file."""
    HAND = "hand"
    """It was made by itself, and stays until it is removed."""
    OTHERS = "others"
    """Its rules have Docker's form but were not made by nfcore."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkState:
    """One network, read back from the rules.

    Attributes:
        spec: the network. Of one that others made, only what its rules show is known: its name is
            the bridge's, it has no gateways, and a subnet that no rule shows is one of
            `UNKNOWN_SUBNETS` (see `subnet`).
        ports: its published ports, in the order of their publication. A port without a host address
            on a network with ``host_binding_ipv4`` is seen with that address. In routed mode, where
            rules know no host port, a port that others published is seen under its own number.
        links: its links, in the order in which they were made.
        made_by: who made it.
        hairpin: whether it was made in hairpin mode, or None where its rules don't tell.
        rules: the rules that told of the network itself.
        counters: the packets forwarded to or from it (of an internal network, within it), as far
            as they are counted since its creation.
        port_counters: the packets that were sent to published ports: in nat mode one for each
            connection.
    """

    spec: NetworkSpec
    ports: tuple[PublishedPort, ...] = ()
    links: tuple[Link, ...] = ()
    made_by: MadeBy
    hairpin: bool | None = None
    rules: tuple[Rule, ...] = field(default=(), repr=False, compare=False)
    counters: Counters = field(default=Counters(), repr=False, compare=False)
    port_counters: Mapping[PublishedPort, Counters] = field(
        default_factory=dict, repr=False, compare=False
    )

    def subnet(self, version: IPVersion) -> IPNetwork | None:
        """The subnet of one IP version; None where there is none, or where it is unknown."""
        subnet = self.spec.subnet(version)
        return None if subnet in UNKNOWN_SUBNETS else subnet
