"""All that the rules say, sorted by the bridge that they name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from nfcore.bridge._facts import Fact, Kind, Linked, NetworkFact, OpenPort, Published
from nfcore.bridge._names import ISOLATION_CHAIN_1
from nfcore.bridge._order import merge_orders
from nfcore.bridge._reading import DRIVER_CHAINS, read_fact
from nfcore.bridge._spec import Link, PublishedPort
from nfcore.bridge._state import RulesView
from nfcore.engine import PlacedRule
from translate import Counters, IPVersion, Rule

__all__ = ["Evidence", "Findings", "gather"]

_TAGGED: Final = frozenset({Kind.ICC_ACCEPT, Kind.ICC_DROP, Kind.OUTGOING, Kind.INTERNAL_IN})


@dataclass(slots=True)
class Evidence:
    """What rules say of one bridge.

    Attributes:
        facts: of each IP version, what the network's own rules say.
        tags: of each IP version, what nfcore noted with them.
        rules: the network's own rules.
        open_ports: the accepted container ports with the tags of their rules, the latest first.
        published: the published ports whose rules name the bridge.
        links: its links.
        traffic: what the network's own rules counted, by kind.
        port_traffic: what the rules of ports counted.
    """

    facts: dict[IPVersion, dict[Kind, NetworkFact]] = field(default_factory=dict)
    tags: dict[IPVersion, list[str]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    open_ports: dict[OpenPort, str | None] = field(default_factory=dict)
    published: dict[PublishedPort, None] = field(default_factory=dict)
    links: dict[Link, None] = field(default_factory=dict)
    traffic: list[tuple[Kind, Counters]] = field(default_factory=list)
    port_traffic: dict[OpenPort | PublishedPort, Counters] = field(default_factory=dict)

    def add(self, version: IPVersion, fact: Fact, placed: PlacedRule) -> None:
        """Take a rule in."""
        counters = placed.counters or Counters()
        if isinstance(fact, NetworkFact):
            self.traffic.append((fact.kind, counters))
            self.facts.setdefault(version, {}).setdefault(fact.kind, fact)
            self.rules.append(placed.body)
            if placed.tag is not None and fact.kind in _TAGGED:
                self.tags.setdefault(version, []).append(placed.tag)
        elif isinstance(fact, OpenPort):
            self.open_ports[fact] = placed.tag
            self.port_traffic[fact] = counters
        elif isinstance(fact, Published):
            self.published[fact.port] = None
            self.port_traffic[fact.port] = counters
        elif isinstance(fact, Linked):
            self.links[fact.link] = None

    def kinds(self) -> frozenset[Kind]:
        """The kinds of the network's own rules."""
        return frozenset(kind for facts in self.facts.values() for kind in facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What all the rules say.

    Attributes:
        bridges: the evidence by bridge, the oldest network first.
        nameless: published ports whose rules name no bridge, in order, and what those counted.
    """

    bridges: dict[str, Evidence]
    nameless: dict[PublishedPort, Counters]


def gather(view: RulesView) -> Findings:
    """Read every chain of the driver once."""
    evidence: dict[str, Evidence] = defaultdict(Evidence)
    nameless: dict[PublishedPort, Counters] = {}
    orders: list[list[str]] = []
    for version in IPVersion:
        for table, chain in DRIVER_CHAINS:
            seen: dict[str, None] = {}
            for placed in view.rules(version, table, chain):
                fact = read_fact(placed.body)
                bridge = getattr(fact, "bridge", None)
                if fact is None:
                    continue
                if bridge is not None:
                    evidence[bridge].add(version, fact, placed)
                    seen[bridge] = None
                elif isinstance(fact, Published):
                    nameless[fact.port] = placed.counters or Counters()
            if chain == ISOLATION_CHAIN_1:  # each network's rules are inserted at its head
                orders.append(list(seen)[::-1])
    bridges = merge_orders([*orders, list(evidence)])
    return Findings(bridges={bridge: evidence[bridge] for bridge in bridges}, nameless=nameless)
