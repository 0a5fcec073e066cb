"""The packet's way past everything that is not iptables' own tables of the kind in use. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from nfcore.explain._held import Held, foreign_chains, iptables_rules, lone_chain
from nfcore.operations import BaseChain, TableRef
from translate import Rule
from translate.evaluate import (
    Doubt,
    Environment,
    Hook,
    Outcome,
    Packet,
    Ruleset,
    Status,
    Step,
    Translation,
    Walk,
    alternatives,
)

__all__ = ["Elsewhere", "other_nat_rules", "walk_elsewhere"]

_SOURCE_NAT, _DESTINATION_NAT = 100, -100  # the priorities of nat's chains
_NAT: Final = {
    "prerouting": _DESTINATION_NAT,
    "output": _DESTINATION_NAT,
    "input": _SOURCE_NAT,
    "postrouting": _SOURCE_NAT,
}
_HOOKS: Final = {hook.value.lower(): hook for hook in Hook}
_CHAINS: Final = frozenset(hook.value for hook in Hook)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What other rules do to the packet.

    Attributes:
        where: the table and chain, or the kind of tables.
        base: the chain's hook and priority; None for a kind of tables.
        outcomes: all that may become of the packet there: one where every rule can be evaluated.
        decided_by: the rule or policy that the first outcome is owed to.
        translation: what it makes of the packet's addresses, before or instead of iptables' own
            tables; a chain that is asked only after those have translated is left out.
        uncertain: the rules that cannot be evaluated.
    """

    where: str
    base: BaseChain | None = None
    outcomes: tuple[Outcome, ...]
    decided_by: Step | None = None
    translation: Translation | None = None
    uncertain: tuple[Doubt, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether the packet certainly ends there."""
        return Outcome.ACCEPT not in self.outcomes

    @property
    def may_stop(self) -> bool:
        """Whether it may end there."""
        return self.outcomes != (Outcome.ACCEPT,)


def walk_elsewhere(way: Walk, held: Held, environment: Environment) -> Iterator[Elsewhere]:
    """What each foreign base chain on the packet's way, and the other kind of tables, do to it.

    Args:
        way: the packet's way past iptables' own tables.
        held: every rule.
        environment: the host.
    """
    version = way.original.version
    for table, name, _, base in foreign_chains(held, version):
        hook = _HOOKS.get(base.hook)
        if hook in way.hooks and hook is not None and not _is_too_late(way, hook, base):
            rules = lone_chain(table, name, base, version)
            packet = _as_met(way, hook, base.priority)
            walks = alternatives(packet, rules, environment)
            yield _told(f"{table} {name}", walks, base=base, name=name)
    other = held.other
    if other is not None:
        rules = iptables_rules(other, version, without=("nat",))
        walks = alternatives(_as_met(way, Hook.FORWARD, 0), rules, environment)
        yield _told(held.other_kind, walks)


def _is_too_late(way: Walk, hook: Hook, base: BaseChain) -> bool:
    """Whether iptables' own table has translated already: then no other is asked."""
    if base.type != "nat" or base.priority < _NAT[base.hook] or way.translation is None:
        return False
    new = way.translation
    changed = (
        (new.destination, new.dport) if hook.translates_destination else (new.source, new.sport)
    )
    return changed != (None, None)


def other_nat_rules(held: Held, ruleset: Ruleset) -> int:
    """How many rules table nat has in the other kind of tables, where this one has some too."""
    mine = ruleset.tables.get("nat", {})
    if held.other is None or not any(chain.rules for chain in mine.values()):
        return 0
    table = TableRef(version=ruleset.version, name="nat")
    return sum(len(chain) for chain in held.other.chains(table).values())


def _told(
    where: str, walks: tuple[Walk, ...], *, base: BaseChain | None = None, name: str | None = None
) -> Elsewhere:
    first = walks[0]
    doubts = {
        doubt.place: replace(doubt, rule=_named(doubt.rule, name))
        for walk in walks
        for doubt in walk.uncertain
    }
    # A statement of unknown effect may end the packet's way as well as not.
    unknown = {Outcome.DROP} if any(d.about == "effect" for d in doubts.values()) else set()
    others = {walk.outcome for walk in walks} | unknown
    step = first.decided_by
    if step is not None and step.rule is not None:
        step = replace(step, rule=_named(step.rule, name))
    return Elsewhere(
        where=where,
        base=base,
        outcomes=(first.outcome, *sorted(others - {first.outcome})),
        decided_by=step,
        translation=first.translation if base is not None and base.type == "nat" else None,
        uncertain=tuple(doubts.values()),
    )


def _named(rule: Rule, chain: str | None) -> Rule:
    """A rule under the name that its base chain has; it was walked under the hook's."""
    return replace(rule, chain=chain) if chain is not None and rule.chain in _CHAINS else rule


def _as_met(way: Walk, hook: Hook, priority: int) -> Packet:
    """The packet as it is at a hook: with what was translated before."""
    original, final = way.original, way.packet
    packet = replace(original, out_interface=final.out_interface)
    first = hook in {Hook.PREROUTING, Hook.OUTPUT}
    if not first or priority > _DESTINATION_NAT:
        packet = packet.with_destination(final.destination, final.dport)
        if (final.destination, final.dport) != (original.destination, original.dport):
            packet = replace(packet, status=packet.status | {Status.DNAT})
    if hook is Hook.POSTROUTING and priority > _SOURCE_NAT:
        packet = packet.with_source(final.source, final.sport)
    return packet
