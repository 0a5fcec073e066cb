"""Hypothesis strategies for the parts of rules that extensions have in common."""

from __future__ import annotations

import string
from ipaddress import IPv4Address, IPv6Address
from typing import TypeVar

from hypothesis import strategies as st

from translate import (
    Interface,
    IPVersion,
    Jump,
    MaskedAddress,
    Match,
    Negatable,
    PortRange,
    Rule,
    Target,
    Verdict,
)
from translate.addresses import mask_of_length
from translate.values.intervals import Interval

__all__ = [
    "addresses",
    "interfaces",
    "intervals",
    "masked_addresses",
    "negatable",
    "port_ranges",
    "versions",
    "whole_rules",
]

T = TypeVar("T")
_NO_IN = frozenset({"OUTPUT", "POSTROUTING"})
_NO_OUT = frozenset({"PREROUTING", "INPUT"})


def versions(*numbers: int) -> st.SearchStrategy[IPVersion]:
    """IP versions, all or some."""
    return st.sampled_from([IPVersion(number) for number in numbers or (4, 6)])


def negatable(values: st.SearchStrategy[T]) -> st.SearchStrategy[Negatable[T]]:
    """The values with and without ``!``."""
    return st.builds(Negatable, values, st.booleans())


def port_ranges(first: int = 0, last: int = 0xFFFF) -> st.SearchStrategy[PortRange]:
    """Single ports and ranges, but for all ports, which iptables doesn't print."""
    ports = st.integers(first, last)
    pairs = st.tuples(ports, ports).map(sorted).filter(lambda pair: pair != [0, 0xFFFF])
    return ports.map(PortRange.single) | pairs.map(lambda pair: PortRange(*pair))


def intervals(maximum: int = 0xFFFFFFFF) -> st.SearchStrategy[Interval]:
    """Single numbers and ranges, whole ones and those of small numbers among them."""
    numbers = st.integers(0, maximum) | st.integers(0, 9) | st.just(maximum)
    return st.tuples(numbers, numbers).map(lambda ends: Interval(min(ends), max(ends)))


def addresses(version: IPVersion) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    """Addresses of one IP version."""
    kind = IPv4Address if version is IPVersion.V4 else IPv6Address
    return st.integers(0, (1 << version.bits) - 1).map(kind)


def masked_addresses(version: IPVersion) -> st.SearchStrategy[MaskedAddress]:
    """Addresses under prefix masks mostly, under others at times; never under an empty one."""
    kind = IPv4Address if version is IPVersion.V4 else IPv6Address
    top = (1 << version.bits) - 1
    masks = st.integers(1, version.bits).map(lambda length: mask_of_length(length, version))
    masks |= st.integers(1, top).map(kind)
    return st.builds(
        lambda number, mask: MaskedAddress(kind(number & int(mask)), mask),
        st.integers(0, top),
        masks,
    )


def interfaces() -> st.SearchStrategy[Interface]:
    """Interface names, some with ``+`` at their end."""
    letters = st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=15)
    names = letters.filter(lambda name: name[0] not in "-" and name not in {".", ".."})
    return st.builds(
        lambda name, wild: Interface(name[:14] + "+" if wild else name), names, st.booleans()
    )


@st.composite
def whole_rules(
    draw: st.DrawFn,
    match: st.SearchStrategy[Match] | None = None,
    *,
    target: st.SearchStrategy[Target] | None = None,
    version: st.SearchStrategy[IPVersion] | None = None,
    tables: tuple[str, ...] = ("filter",),
    chains: tuple[str, ...] = ("INPUT", "FORWARD", "OUTPUT", "CUSTOM"),
    protocol: Negatable[int] | None = None,
) -> Rule:
    """Whole rules around one match or target.

    Args:
        match: the match's strategy, or None for a rule without one.
        target: the target's strategy; without one a verdict, a jump to USER, or nothing.
        version: the IP versions it may be for.
        tables: the tables it may stand in.
        chains: the chains it may stand in.
        protocol: the protocol that it needs.
    """
    ip = draw(_VERSIONS if version is None else version)
    chain = draw(st.sampled_from(chains))
    return Rule(
        version=ip,
        table=draw(st.sampled_from(tables)),
        chain=chain,
        in_interface=None if chain in _NO_IN else draw(_INTERFACES),
        out_interface=None if chain in _NO_OUT else draw(_INTERFACES),
        source=draw(_ADDRESSES[ip]),
        destination=draw(_ADDRESSES[ip]),
        protocol=protocol,
        matches=() if match is None else (draw(match),),
        target=draw(_TARGETS if target is None else target),
    )


def _sometimes(values: st.SearchStrategy[T]) -> st.SearchStrategy[Negatable[T] | None]:
    """The values in one rule of three, with and without ``!``."""
    return st.sampled_from((False, False, True)).flatmap(
        lambda wanted: negatable(values) if wanted else st.none()
    )


# Made once: making a strategy takes longer than drawing from it.
_VERSIONS = versions()
_INTERFACES = _sometimes(interfaces())
_ADDRESSES = {version: _sometimes(masked_addresses(version)) for version in IPVersion}
_TARGETS: st.SearchStrategy[Target | None] = st.sampled_from(
    [None, Verdict(verdict="ACCEPT"), Verdict(verdict="RETURN"), Jump(chain="USER")]
)
