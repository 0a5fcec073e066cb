"""What a file of networks says, in the bridge layer's words."""

from __future__ import annotations

from dataclasses import dataclass, field

from nfcore.bridge import Link, NetworkSpec, PublishedPort
from translate import IPAddress

__all__ = ["Origin", "PlannedNetwork", "Topology"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something stands in a file.

    Args:
        file: the file's name.
        line: the line (1 is the first).
        key: the dotted key (``services.web.ports[0]``).
    """

    file: str
    line: int
    key: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedNetwork:
    """One network with all that is published and linked on it.

    Args:
        spec: the network.
        ports: its published ports, in the file's order.
        links: its links. No file that is read today gives any: Docker programs ``links`` on its
            default bridge only, on other networks they are mere aliases.
        addresses: every address that a container has on it; None where the file does not say (some
            service leaves its address to Docker).
        origin: where the network stands in the file.
        port_origins: where each of ``ports`` stands, in the same order.
    """

    spec: NetworkSpec
    ports: tuple[PublishedPort, ...] = ()
    links: tuple[Link, ...] = ()
    addresses: frozenset[IPAddress] | None = field(default=None, compare=False)
    origin: Origin = field(compare=False)
    port_origins: tuple[Origin, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """All networks of a file.

    Args:
        networks: in the file's order.
        notes: what the file has that is not programmed, and why, with its place; a line each.
    """

    networks: tuple[PlannedNetwork, ...]
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def specs(self) -> tuple[NetworkSpec, ...]:
        """The networks alone."""
        return tuple(network.spec for network in self.networks)
