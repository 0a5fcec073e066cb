"""What a layout is: how the driver's networks, ports and links are kept in the kernel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Iterable, Iterator
from typing import ClassVar, Final, Protocol

from nfcore.bridge import (
    Driver,
    DriverConfig,
    Link,
    MadeBy,
    NetworkSpec,
    NetworkState,
    PlacedNetwork,
    PublishedPort,
    RulesView,
    WantedNetwork,
)
from nfcore.engine import IptRule, PlacedRule, Ruleset, SetView, Transaction
from nfcore.operations import SetRef
from translate import IPVersion

__all__ = ["Layout", "View"]


class View(RulesView, Protocol):
    """What networks can be read from: an engine's ruleset, or a transaction."""

    def named_set(self, ref: SetRef) -> SetView | None:
        """A named set; None or an empty one where there is none."""

    def rules(self, version: IPVersion, table: str, chain: str) -> Iterator[PlacedRule]:
        """A chain's rules in order; none where there is no such chain."""


class Layout(ABC):
    """The bridge driver over one layout.

    It keeps nothing in mind, as the driver does; every method that changes something only programs
    a transaction, which its caller commits. Methods raise what the driver's own do.

    Args:
        driver: the driver's configuration and host.
    """

    name: ClassVar[str]

    def __init__(self, driver: Driver | None = None) -> None:
        self.driver: Final = Driver() if driver is None else driver

    @property
    def config(self) -> DriverConfig:
        """The driver's configuration."""
        return self.driver.config

    def port_rules(
        self, spec: NetworkSpec, ports: Iterable[PublishedPort], *, hairpin: bool | None = None
    ) -> frozenset[IptRule]:
        """See `Driver.port_rules`."""
        return self.driver.port_rules(spec, ports, hairpin=hairpin)

    def network_rules(self, spec: NetworkSpec) -> tuple[IptRule, ...]:
        """See `Driver.network_rules`."""
        return self.driver.network_rules(spec)

    @abstractmethod
    def ensure_started(self, transaction: Transaction) -> None:
        """Set up what is missing of a started driver, and leave the rest as it is."""

    @abstractmethod
    def stop(self, transaction: Transaction) -> None:
        """Take out what only this layout has, when its networks are gone."""

    @abstractmethod
    def create_network(
        self, transaction: Transaction, spec: NetworkSpec, *, made_by: MadeBy = MadeBy.HAND
    ) -> None:
        """Program a network; where it is programmed already, what is missing is put in."""

    @abstractmethod
    def create_networks(
        self,
        transaction: Transaction,
        networks: Iterable[WantedNetwork],
        *,
        made_by: MadeBy = MadeBy.HAND,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Program many networks, each with its ports and links; see `Driver.create_networks`."""

    @abstractmethod
    def delete_network(
        self,
        transaction: Transaction,
        spec: NetworkSpec,
        *,
        ports: Iterable[PublishedPort] = (),
        links: Iterable[Link] = (),
        hairpin: bool | None = None,
    ) -> None:
        """Undo a network's creation, and release and unlink what is on it."""

    @abstractmethod
    def delete_networks(self, transaction: Transaction, networks: Iterable[PlacedNetwork]) -> None:
        """Undo the creation of many networks, and release and unlink what is on them."""

    @abstractmethod
    def publish(self, transaction: Transaction, spec: NetworkSpec, *ports: PublishedPort) -> None:
        """Publish containers' ports."""

    @abstractmethod
    def release(
        self,
        transaction: Transaction,
        spec: NetworkSpec,
        *ports: PublishedPort,
        sparing: Container[IptRule] = frozenset(),
        hairpin: bool | None = None,
    ) -> None:
        """Take published ports back; ``sparing`` are rules of `Driver.port_rules` to keep."""

    @abstractmethod
    def link(self, transaction: Transaction, spec: NetworkSpec, link: Link) -> None:
        """Let two containers of a network talk on one port."""

    @abstractmethod
    def unlink(self, transaction: Transaction, spec: NetworkSpec, link: Link) -> None:
        """Take a link back."""

    @abstractmethod
    def remove_rules(self, transaction: Transaction, rules: Iterable[IptRule]) -> None:
        """Take out what these rules of the driver's form stand for."""

    @abstractmethod
    def networks(self, view: View) -> tuple[NetworkState, ...]:
        """Every network that the kernel tells of, in the order of creation."""

    @abstractmethod
    def expand(self, ruleset: Ruleset) -> Ruleset:
        """The ruleset as iptables rules alone, in the order in which Docker would leave them."""
