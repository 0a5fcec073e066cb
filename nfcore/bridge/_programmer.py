"""What planning asks of a driver, over whatever layout it programs."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from nfcore.bridge._spec import DriverConfig, Link, NetworkSpec, PublishedPort
from nfcore.bridge._state import MadeBy, NetworkState, RulesView
from nfcore.engine import Firewall, IptRule

__all__ = [
    "NetworkParts",
    "PlacedNetwork",
    "ProgrammableView",
    "Programmer",
    "WantedNetwork",
]


class WantedNetwork(Protocol):
    """A network with all that is to be on it, as a file describes it."""

    @property
    def spec(self) -> NetworkSpec:
        """The network."""

    @property
    def ports(self) -> Sequence[PublishedPort]:
        """What is published on it."""

    @property
    def links(self) -> Sequence[Link]:
        """What is linked on it."""


class PlacedNetwork(WantedNetwork, Protocol):
    """A network with all that is on it: a `NetworkState`."""

    @property
    def hairpin(self) -> bool | None:
        """Whether it was made in hairpin mode; None for as the driver makes them."""


class NetworkParts(NamedTuple):
    """A network and what is on it, to be put in or taken out as a whole."""

    spec: NetworkSpec
    ports: Sequence[PublishedPort] = ()
    links: Sequence[Link] = ()
    hairpin: bool | None = None


class ProgrammableView(Firewall, RulesView, Protocol):
    """A firewall whose rules can be read too: a transaction."""


F_contra = TypeVar("F_contra", contravariant=True)


class Programmer(Protocol[F_contra]):
    """What `Driver` does, and what each layout does in its own way; see there."""

    @property
    def config(self) -> DriverConfig:
        """The driver's configuration."""

    def ensure_started(self, firewall: F_contra, /) -> None:
        """Set up what is missing of a started driver."""

    def create_network(
        self, firewall: F_contra, spec: NetworkSpec, /, *, made_by: MadeBy = ...
    ) -> None:
        """Program a network; where it is programmed already, what is missing is put in."""

    def create_networks(
        self,
        firewall: F_contra,
        networks: Iterable[WantedNetwork],
        /,
        *,
        made_by: MadeBy = ...,
        progress: Callable[[int], None] | None = ...,
    ) -> None:
        """Program many, each with its ports and links."""

    def delete_network(
        self,
        firewall: F_contra,
        spec: NetworkSpec,
        /,
        *,
        ports: Iterable[PublishedPort] = ...,
        links: Iterable[Link] = ...,
        hairpin: bool | None = ...,
    ) -> None:
        """Undo a network's creation, and release and unlink what is on it."""

    def delete_networks(self, firewall: F_contra, networks: Iterable[PlacedNetwork], /) -> None:
        """Undo the creation of many, and of what is on them."""

    def publish(self, firewall: F_contra, spec: NetworkSpec, /, *ports: PublishedPort) -> None:
        """Publish containers' ports."""

    def release(
        self,
        firewall: F_contra,
        spec: NetworkSpec,
        /,
        *ports: PublishedPort,
        sparing: Container[IptRule] = ...,
        hairpin: bool | None = ...,
    ) -> None:
        """Take published ports back."""

    def link(self, firewall: F_contra, spec: NetworkSpec, link: Link, /) -> None:
        """Let two containers of a network talk on one port."""

    def unlink(self, firewall: F_contra, spec: NetworkSpec, link: Link, /) -> None:
        """Take a link back."""

    def networks(self, view: F_contra, /) -> tuple[NetworkState, ...]:
        """Every network that is there, in the order of creation."""

    def port_rules(
        self, spec: NetworkSpec, ports: Iterable[PublishedPort], *, hairpin: bool | None = ...
    ) -> frozenset[IptRule]:
        """The rules of published ports."""

    def network_rules(self, spec: NetworkSpec) -> tuple[IptRule, ...]:
        """The rules that the creation of a network puts in."""
