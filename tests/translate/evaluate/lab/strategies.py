"""Rulesets and probes that have much to do with each other, so that rules match."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from tests.translate.evaluate.lab.lab import Probe
from tests.translate.evaluate.lab.plan import LINKS, PORTS, ROUTER, addresses_of
from tests.translate.evaluate.lab.words import targets_of, tests_of
from translate import TABLE_CHAINS, IPVersion, Rule, parse
from translate.evaluate import Policy, Ruleset

__all__ = ["probes", "rulesets"]

_OWNERS = (*(link.name for link in LINKS), ROUTER)
_TABLES = ("filter", "nat", "mangle", "raw")
_MOST_RULES = 4


@st.composite
def probes(draw: st.DrawFn, version: IPVersion) -> Probe:
    """A datagram from a host to another or the router, or from the router to any of them."""
    sender = draw(st.sampled_from(_OWNERS))
    # A host reaches its own addresses by itself; only NAT leads it back to its own link.
    receiver = draw(st.sampled_from([o for o in _OWNERS if ROUTER in (o, sender) or o != sender]))
    return Probe(
        sender=sender,
        source=draw(st.sampled_from(addresses_of(sender, version))),
        sport=draw(st.sampled_from(PORTS)),
        destination=draw(st.sampled_from(addresses_of(receiver, version))),
        dport=draw(st.sampled_from(PORTS)),
    )


@st.composite
def rulesets(draw: st.DrawFn, version: IPVersion, keep: Callable[[Rule], bool]) -> Ruleset:
    """Some tables, with jumps and gotos to a few chains, each of which leads to later ones only.

    Args:
        draw: hypothesis'.
        version: the IP version.
        keep: whether a rule may be in it.
    """
    rules: list[Rule] = []
    policies: dict[tuple[str, str], Policy] = {}
    chains: list[tuple[str, str]] = []
    for table in draw(st.lists(st.sampled_from(_TABLES), min_size=1, unique=True)):
        for places in _sides(table):
            own = [f"{places[0][:3]}{number}" for number in range(draw(st.integers(0, 3)))]
            chains += [(table, name) for name in own]
            for name in (*places, *own):
                later = own[own.index(name) + 1 :] if name in own else own
                made = draw(st.lists(_rules(version, table, name, later), max_size=_MOST_RULES))
                rules += filter(keep, made)
        if table != "nat":
            for chain in TABLE_CHAINS[table]:
                policies[table, chain] = draw(st.sampled_from(("ACCEPT", "ACCEPT", "DROP")))
    return Ruleset.of(version, rules, chains=chains, policies=policies)


def _sides(table: str) -> tuple[tuple[str, ...], ...]:
    """The built-in chains that may share user-defined ones: nat's two sides have each their own."""
    if table == "nat":
        return ("PREROUTING", "OUTPUT"), ("INPUT", "POSTROUTING")
    return (TABLE_CHAINS[table],)


def _rules(
    version: IPVersion, table: str, chain: str, later: Sequence[str]
) -> st.SearchStrategy[Rule]:
    """Rules with up to two tests, each of another kind."""
    groups = tests_of(version, chain)
    tests = st.lists(st.integers(0, len(groups) - 1), max_size=2, unique=True)
    places = st.integers(0, 1 << 16)
    targets = targets_of(version, table, chain, later)

    def rule(chosen: list[int], first: int, second: int, target: int) -> Rule:
        words = targets[target % len(targets)]
        for kind, place in zip(chosen, (first, second), strict=False):
            test = groups[kind][place % len(groups[kind])]
            # The target may need a protocol of its own.
            words = words if "-p" in words and "-p" in test else (*test, *words)
        return parse(words, version=version, table=table, chain=chain)

    return st.builds(rule, tests, places, places, places)
