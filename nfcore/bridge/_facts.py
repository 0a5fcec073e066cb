"""What rules of Docker's form say about networks, ports and links."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from nfcore.bridge._spec import Link, Protocol, PublishedPort
from translate import IPAddress, IPNetwork

__all__ = ["Fact", "Kind", "Linked", "NetworkFact", "OpenPort", "PortMasqueraded", "Published"]


class Kind(enum.Enum):
    """The kinds of rule that the driver makes for a network itself."""

    ICC_ACCEPT = enum.auto()
    ICC_DROP = enum.auto()
    OUTGOING = enum.auto()
    TO_DOCKER = enum.auto()
    ESTABLISHED = enum.auto()
    ISOLATION_1 = enum.auto()
    ISOLATION_2 = enum.auto()
    INTERNAL_IN = enum.auto()
    INTERNAL_OUT = enum.auto()
    DEFAULT_DROP = enum.auto()
    ICMP = enum.auto()
    SKIP_DNAT = enum.auto()
    MASQUERADE = enum.auto()
    LOCAL_MASQUERADE = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFact:
    """A rule of a network's own.

    Attributes:
        kind: which of the driver's rules it is.
        bridge: the network's bridge.
        subnet: the subnet that the rule names, or None.
        host_ip: the address that sources are rewritten to, or None.
    """

    kind: Kind
    bridge: str
    subnet: IPNetwork | None = None
    host_ip: IPAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPort:
    """The rule that accepts what comes from outside for a container's port."""

    bridge: str
    address: IPAddress
    protocol: Protocol
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The rule that sends a host port's traffic to a container.

    It names the bridge only outside hairpin mode.
    """

    bridge: str | None
    port: PublishedPort


@dataclass(frozen=True, slots=True, kw_only=True)
class PortMasqueraded:
    """The rule that lets a container reach its own published port in hairpin mode."""

    address: IPAddress
    protocol: Protocol
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """One of the two rules of a link; ``replies`` says whether it is the one for replies."""

    bridge: str
    link: Link
    replies: bool


Fact = NetworkFact | OpenPort | Published | PortMasqueraded | Linked
