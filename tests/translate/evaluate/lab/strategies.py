"""Rulesets and probes that have much to do with each other, so that rules match.

Drawing costs more than sending, so a whole rule, or probe, is made of one drawn number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import combinations, product
from typing import Final, TypeVar

from hypothesis import strategies as st

from tests.translate.evaluate.lab.lab import Probe
from tests.translate.evaluate.lab.plan import (
    BROADCAST,
    LINKS,
    PORTS,
    ROUTER,
    addresses_of,
)
from tests.translate.evaluate.lab.words import targets_of, tests_of
from translate import TABLE_CHAINS, IPVersion, Rule, parse
from translate.evaluate import Policy, Ruleset

__all__ = ["all_probes", "probes", "rulesets"]

T = TypeVar("T")
_OWNERS: Final = (*(link.name for link in LINKS), ROUTER)
_TABLES: Final = tuple(
    chosen
    for count in (1, 2, 3, 4)
    for chosen in combinations(("filter", "nat", "mangle", "raw"), count)
)
_NUMBER: Final = st.integers(0, (1 << 48) - 1)
_NUMBERS: Final = st.lists(_NUMBER, max_size=4)
_POLICIES: Final[tuple[Policy, ...]] = ("ACCEPT", "ACCEPT", "ACCEPT", "ACCEPT", "DROP")


class _Choices:
    """Many choices from one number; zero makes the first of each."""

    def __init__(self, number: int) -> None:
        self._number = number

    def of(self, options: Sequence[T]) -> T:
        self._number, index = divmod(self._number, len(options))
        return options[index]


@cache
def probes(version: IPVersion) -> st.SearchStrategy[list[Probe]]:
    """Datagrams from hosts to others or the router, and from the router to any of them."""
    return st.lists(st.sampled_from([*all_probes(version)]), min_size=8, max_size=24)


def all_probes(version: IPVersion) -> Iterator[Probe]:
    """Every such datagram."""
    for sender, receiver in product(_OWNERS, _OWNERS):
        # A host reaches its own addresses by itself; only NAT leads it back to its own link.
        if sender == receiver != ROUTER:
            continue
        destinations = addresses_of(receiver, version)
        if receiver == ROUTER and sender in {"net0", "up0"} and version is IPVersion.V4:
            destinations = (*destinations, BROADCAST)
        ends = product(addresses_of(sender, version), PORTS, destinations, PORTS)
        yield from (Probe(sender, *end) for end in ends)


@st.composite
def rulesets(draw: st.DrawFn, version: IPVersion, keep: Callable[[Rule], bool]) -> Ruleset:
    """Some tables, with jumps and gotos to a few chains, each of which leads to later ones only.

    Args:
        draw: hypothesis'.
        version: the IP version.
        keep: whether a rule may be in it.
    """
    shape = _Choices(draw(_NUMBER))
    rules: list[Rule] = []
    policies: dict[tuple[str, str], Policy] = {}
    chains: list[tuple[str, str]] = []
    for table in shape.of(_TABLES):
        for places in _sides(table):
            own = [f"{places[0][:3]}{number}" for number in range(shape.of((0, 1, 2, 3)))]
            chains += [(table, name) for name in own]
            for name in (*places, *own):
                later = own[own.index(name) + 1 :] if name in own else own
                made = (_rule(number, version, table, name, later) for number in draw(_NUMBERS))
                rules += filter(keep, made)
        if table != "nat":
            for chain in TABLE_CHAINS[table]:
                policies[table, chain] = shape.of(_POLICIES)
    return Ruleset.of(version, rules, chains=chains, policies=policies)


def _sides(table: str) -> tuple[tuple[str, ...], ...]:
    """The built-in chains that may share user-defined ones: nat's two sides have each their own."""
    if table == "nat":
        return ("PREROUTING", "OUTPUT"), ("INPUT", "POSTROUTING")
    return (TABLE_CHAINS[table],)


def _rule(number: int, version: IPVersion, table: str, chain: str, later: Sequence[str]) -> Rule:
    """A rule with up to two tests, each of another kind."""
    choices = _Choices(number)
    words = choices.of(targets_of(version, table, chain, tuple(later)))
    groups = [*tests_of(version, chain)]
    for _ in range(choices.of((0, 1, 1, 2))):
        group = choices.of(groups)
        groups.remove(group)
        test = choices.of(group)
        # The target may need a protocol of its own.
        words = words if "-p" in words and "-p" in test else (*test, *words)
    return parse(words, version=version, table=table, chain=chain)
