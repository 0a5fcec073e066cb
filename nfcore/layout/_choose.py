"""Which layout a host has, and from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import Final, Literal

from nfcore.bridge import DOCKER_CHAIN, Driver, MadeBy, NetworkState
from nfcore.engine import Transaction
from nfcore.exceptions import InvalidInput
from nfcore.layout._base import Layout, View
from nfcore.layout.rules import RulesLayout
from nfcore.layout.sets import SetsLayout
from nfcore.layout.sets import has_sets as holds_sets
from translate import IPVersion

__all__ = ["LAYOUTS", "LayoutName", "convert", "layout_for", "layout_named", "layout_of"]

LayoutName = Literal["rules", "sets"]

LAYOUTS: Final[Mapping[str, type[Layout]]] = MappingProxyType(
    {"rules": RulesLayout, "sets": SetsLayout}
)
"""Every layout by name."""


def layout_named(name: str, driver: Driver | None = None) -> Layout:
    """The layout of that name.

    Raises:
        InvalidInput: there is none; the message names those that there are.
    """
    kind = LAYOUTS.get(name)
    if kind is None:
        raise InvalidInput(f"no layout {name!r}: {', '.join(LAYOUTS)}")
    return kind(driver)


def layout_of(view: View, driver: Driver | None = None) -> Layout:
    """The layout that a host has: that of sets where their sets are there, else that of rules."""
    return SetsLayout(driver) if holds_sets(view) else RulesLayout(driver)


def layout_for(transaction: Transaction, driver: Driver, *, has_sets: bool) -> Layout:
    """The layout that a host has, or the one for a host without any of the driver's chains.

    Args:
        transaction: where.
        driver: the driver's configuration and host.
        has_sets: whether the kernel's side can hold sets; a host without chains has sets then.
    """
    found = layout_of(transaction, driver)
    started = any(
        transaction.has_chain(version, table, DOCKER_CHAIN)
        for version in IPVersion
        for table in ("filter", "nat")
    )
    return SetsLayout(driver) if has_sets and not started else found


def convert(transaction: Transaction, old: Layout, new: Layout) -> tuple[NetworkState, ...]:
    """Take every network of nfcore's over from one layout into another.

    Networks that others made, such as Docker itself, stay as rules.

    Args:
        transaction: where.
        old: the layout that the host has.
        new: the layout that it is to have.

    Returns:
        The networks that were taken over, in the order of creation.

    Raises:
        DriverError: a step failed.
    """
    states = tuple(
        state for state in old.networks(transaction) if state.made_by is not MadeBy.OTHERS
    )
    old.delete_networks(transaction, reversed(states))
    old.stop(transaction)
    new.ensure_started(transaction)
    for (hairpin, made_by), alike in groupby(states, lambda state: (state.hairpin, state.made_by)):
        made = type(new)(_driver_in_mode(hairpin, new.driver))
        made.create_networks(transaction, alike, made_by=made_by)
    return states


def _driver_in_mode(hairpin: bool | None, driver: Driver) -> Driver:
    """The driver in the mode in which it made a network."""
    if hairpin is None or hairpin is driver.config.hairpin:
        return driver
    return replace(driver, config=replace(driver.config, enable_userland_proxy=not hairpin))
