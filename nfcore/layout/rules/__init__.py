"""One nft rule for each of Docker's iptables rules."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import ClassVar

from nfcore.bridge import (
    Link,
    MadeBy,
    NetworkSpec,
    NetworkState,
    PlacedNetwork,
    PublishedPort,
    WantedNetwork,
    recognize,
)
from nfcore.engine import IptRule, Ruleset, Transaction
from nfcore.layout._base import Layout, View

__all__ = ["RulesLayout"]


class RulesLayout(Layout):
    """The driver as it is, for those who read rulesets by eye (see `Layout`)."""

    name: ClassVar[str] = "rules"

    def ensure_started(self, transaction: Transaction) -> None:
        """Set up what is missing of the driver's chains."""
        self.driver.ensure_started(transaction)

    def stop(self, transaction: Transaction) -> None:
        """Nothing: the driver's chains are every layout's."""

    def create_network(
        self, transaction: Transaction, spec: NetworkSpec, *, made_by: MadeBy = MadeBy.HAND
    ) -> None:
        """See `Driver.create_network`."""
        self.driver.create_network(transaction, spec, made_by=made_by)

    def create_networks(
        self,
        transaction: Transaction,
        networks: Iterable[WantedNetwork],
        *,
        made_by: MadeBy = MadeBy.HAND,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """See `Driver.create_networks`."""
        self.driver.create_networks(transaction, networks, made_by=made_by, progress=progress)

    def delete_network(
        self,
        transaction: Transaction,
        spec: NetworkSpec,
        *,
        ports: Iterable[PublishedPort] = (),
        links: Iterable[Link] = (),
        hairpin: bool | None = None,
    ) -> None:
        """See `Driver.delete_network`."""
        self.driver.delete_network(transaction, spec, ports=ports, links=links, hairpin=hairpin)

    def delete_networks(self, transaction: Transaction, networks: Iterable[PlacedNetwork]) -> None:
        """See `Driver.delete_networks`."""
        self.driver.delete_networks(transaction, networks)

    def publish(self, transaction: Transaction, spec: NetworkSpec, *ports: PublishedPort) -> None:
        """See `Driver.publish`."""
        self.driver.publish(transaction, spec, *ports)

    def release(
        self,
        transaction: Transaction,
        spec: NetworkSpec,
        *ports: PublishedPort,
        sparing: Container[IptRule] = frozenset(),
        hairpin: bool | None = None,
    ) -> None:
        """See `Driver.release`."""
        self.driver.release(transaction, spec, *ports, sparing=sparing, hairpin=hairpin)

    def link(self, transaction: Transaction, spec: NetworkSpec, link: Link) -> None:
        """See `Driver.link`."""
        self.driver.link(transaction, spec, link)

    def unlink(self, transaction: Transaction, spec: NetworkSpec, link: Link) -> None:
        """See `Driver.unlink`."""
        self.driver.unlink(transaction, spec, link)

    def remove_rules(self, transaction: Transaction, rules: Iterable[IptRule]) -> None:
        """Delete them."""
        for rule in rules:
            transaction.delete(rule)

    def networks(self, view: View) -> tuple[NetworkState, ...]:
        """See `recognize`."""
        return recognize(view)

    def expand(self, ruleset: Ruleset) -> Ruleset:
        """The ruleset itself."""
        return ruleset
