"""What planning asks of a driver, over whatever layout it programs."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Protocol, TypeVar

from nfcore.bridge._spec import DriverConfig, Link, NetworkSpec, PublishedPort
from nfcore.bridge._state import MadeBy, NetworkState, RulesView
from nfcore.engine import Firewall, IptRule

__all__ = ["ProgrammableView", "Programmer"]


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

    def publish(self, firewall: F_contra, spec: NetworkSpec, port: PublishedPort, /) -> None:
        """Publish a container's port."""

    def release(
        self,
        firewall: F_contra,
        spec: NetworkSpec,
        port: PublishedPort,
        /,
        *,
        sparing: Container[IptRule] = ...,
        hairpin: bool | None = ...,
    ) -> None:
        """Take a published port back."""

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
