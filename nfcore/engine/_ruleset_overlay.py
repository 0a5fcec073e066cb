"""The whole ruleset as a transaction leaves it: an overlay for each chain that it looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, cast

import translate
from nfcore.engine._callsite import CallSite
from nfcore.engine._chain import HeldRule, PlacedRule, jump_targets
from nfcore.engine._derive import Plan, plan_chain, plan_sets
from nfcore.engine._iptrule import IptRule
from nfcore.engine._named_set import NamedSet
from nfcore.engine._overlay import ChainOverlay, Journal, PendingRule
from nfcore.engine._ruleset import Ruleset, iptables_form
from nfcore.engine._set_overlay import SetOverlay
from nfcore.engine._step import Step
from nfcore.exceptions import Conflict, InvalidInput, NotFound
from nfcore.operations import (
    TABLES,
    AddTable,
    ChainRef,
    ElementKey,
    NativeRule,
    Policy,
    SetElement,
    SetRef,
    SetType,
    TableRef,
    base_chain_of,
    table_of,
)
from translate import IPVersion, Rule
from translate.rule import check_chain_name

__all__ = ["RulesetOverlay"]

_CHAINS: Final = 1024
"""So many references are kept: transaction after transaction looks at the same few chains."""


class RulesetOverlay:
    """What one transaction makes of the kernel's ruleset.

    Every change comes with the line of code that asked for it, so that the transaction can make it
    again over a newer ruleset. What each method does is told in `Transaction`.

    Args:
        ruleset: what the kernel holds; only read.
        parsed: the rules parsed so far, kept by the transaction.
    """

    def __init__(self, ruleset: Ruleset, parsed: dict[IptRule, Rule]) -> None:
        self.journal = Journal()
        self.found = ruleset.found
        """What was found out about rules, chains and which sets there are."""
        self._ruleset = ruleset
        self._parsed = parsed
        self._overlays: dict[tuple[IPVersion, str, str], ChainOverlay] = {}
        self._sets: dict[SetRef, SetOverlay] = {}

    def forget_found(self) -> None:
        """The transaction changes more than elements: what was found before may be otherwise."""
        self.found = {}

    # Rules.

    def exists(self, rule: IptRule) -> bool:
        """Whether the rule is anywhere in its chain."""
        overlay = self._overlay(rule.version, rule.table, rule.chain)
        return overlay.find(self._parse(rule)) is not None

    def add(self, rule: IptRule, tag: str | None, at_head: bool, site: CallSite) -> None:
        """Put the rule at its chain's head or end, unless it is anywhere in the chain."""
        overlay = self._overlay(rule.version, rule.table, rule.chain)
        body = self._parse(rule)
        if overlay.find(body) is not None:
            return
        targets = jump_targets(body)
        if targets or not overlay.exists:
            self._check_target(overlay, rule, targets)
        overlay.add(PendingRule(body, tag=tag, at_head=at_head, site=site))

    def _check_target(self, overlay: ChainOverlay, rule: IptRule, targets: Sequence[str]) -> None:
        if not overlay.exists:
            raise NotFound(f"no chain {overlay.ref.name} in {overlay.ref.table} for {rule}")
        for target in targets:
            if not self.has_chain(rule.version, rule.table, target):
                raise NotFound(f"no chain {target} in {overlay.ref.table}, to which {rule} jumps")

    def delete(self, rule: IptRule, site: CallSite) -> None:
        """Take the first such rule out of its chain, if there is one."""
        overlay = self._overlay(rule.version, rule.table, rule.chain)
        found = overlay.find(self._parse(rule))
        if found is not None:
            overlay.delete(found, site)

    def rules(self, version: IPVersion, table: str, chain: str) -> Iterator[PlacedRule]:
        """A chain's rules in order."""
        overlay = self._overlay(version, table, chain)
        return iter(overlay) if overlay.exists else iter(())

    # Rules of nft's own, which are told apart by their tags.

    def tagged(self, chain: ChainRef, tag: str) -> PlacedRule | None:
        """The first rule with this tag, or None."""
        rules = self.rules(chain.table.version, chain.table.name, chain.name)
        return next((rule for rule in rules if rule.tag == tag), None)

    def add_native(
        self, chain: ChainRef, rule: NativeRule, tag: str, at_head: bool, site: CallSite
    ) -> None:
        """Put a rule of nft's own at the chain's head or end, unless its tag is in the chain."""
        overlay = self._existing(chain.table.version, chain.table.name, chain.name)
        if self.tagged(chain, tag) is not None:
            return
        body = iptables_form(chain, rule)
        for target in jump_targets(body):
            self._existing(chain.table.version, chain.table.name, target)
        overlay.add(PendingRule(body, tag=tag, at_head=at_head, site=site, native=rule))

    def delete_tagged(self, chain: ChainRef, tag: str, site: CallSite) -> None:
        """Take the first rule with this tag out of its chain, if there is one."""
        found = self.tagged(chain, tag)
        if found is not None:
            overlay = self._overlay(chain.table.version, chain.table.name, chain.name)
            overlay.delete(cast("PendingRule | HeldRule", found), site)

    # Named sets.

    def named_set(self, ref: SetRef) -> SetOverlay:
        """The set as the transaction leaves it; only to be looked at."""
        overlay = self._sets.get(ref)
        if overlay is None:
            overlay = self._sets[ref] = SetOverlay(ref, self._ruleset.named_set(ref), self.journal)
        return overlay

    def newest(self, refs: Iterable[SetRef]) -> str:
        """The greatest comment that an element of any of some sets has or had."""
        newest = ""
        for ref in refs:
            held: SetOverlay | NamedSet | None = self._sets.get(ref)
            if held is None:
                held = self._ruleset.named_set(ref)
            if held is not None:
                newest = max(newest, held.newest)
        return newest

    def named_sets(self, table: TableRef) -> Iterator[SetRef]:
        """The table's sets."""
        names = dict.fromkeys(self._ruleset.sets(table))
        names |= dict.fromkeys(ref.name for ref in self._sets if ref.table == table)
        refs = (SetRef(table=table, name=name) for name in names)
        return (ref for ref in refs if self.named_set(ref).exists)

    def new_set(self, ref: SetRef, kind: SetType, site: CallSite) -> None:
        """Create a set, unless it is there."""
        self.named_set(ref).create(kind, site)

    def remove_set(self, ref: SetRef, site: CallSite) -> None:
        """Remove a set with its elements, if it is there."""
        self.named_set(ref).remove(site)

    def add_elements(
        self, elements: Mapping[SetRef, Mapping[ElementKey, SetElement]], site: CallSite
    ) -> None:
        """Put elements in; those that are there stay as they are."""
        for ref, added in elements.items():
            if added:
                self.named_set(ref).add(added, site)

    def delete_elements(
        self, keys: Mapping[SetRef, Collection[ElementKey]], site: CallSite
    ) -> None:
        """Take elements out where they are there."""
        for ref, gone in keys.items():
            if gone:
                self.named_set(ref).delete(gone, site)

    # Chains.

    def has_chain(self, version: IPVersion, table: str, chain: str) -> bool:
        """Whether the chain is there."""
        return self._overlay(version, table, chain).exists

    def new_chain(self, version: IPVersion, table: str, chain: str, site: CallSite) -> None:
        """Create a chain, unless it is there."""
        overlay = self._overlay(version, table, check_chain_name(chain))
        if not overlay.exists:
            overlay.set_exists(True, site)

    def flush_chain(self, version: IPVersion, table: str, chain: str, site: CallSite) -> None:
        """Take every rule out of a chain."""
        self._existing(version, table, chain).clear(site)

    def remove_chain(self, version: IPVersion, table: str, chain: str, site: CallSite) -> None:
        """Remove an empty chain."""
        overlay = self._existing(version, table, chain)
        if overlay.base is not None:
            raise Conflict(f"{overlay.ref} is a built-in chain, which cannot be removed")
        if len(overlay):
            raise Conflict(f"{overlay.ref} is not empty: flush it before it is removed")
        overlay.set_exists(False, site)

    def is_referenced(self, version: IPVersion, table: str, chain: str) -> bool:
        """Whether a rule of the table jumps to the chain."""
        return self._referrer(_chain_ref(version, table, chain)) is not None

    def _referrer(self, target: ChainRef) -> ChainRef | None:
        """A chain with a rule that jumps to the target, or None."""
        touched = set()
        for overlay in self._overlays.values():
            ref = overlay.ref
            if ref.table == target.table:
                touched.add(ref.name)
                if overlay.jumps_to(target.name):
                    return ref
        for name, chain in self._ruleset.chains(target.table).items():
            if target.name in chain.jumps and name not in touched:
                return ChainRef(table=target.table, name=name)
        return None

    # Policies.

    def policy(self, version: IPVersion, table: str, chain: str) -> Policy:
        """A built-in chain's policy."""
        overlay = self._existing(version, table, chain)
        if overlay.policy is None:
            raise Conflict(f"{overlay.ref} is no built-in chain: only those have a policy")
        return overlay.policy

    def set_policy(
        self, version: IPVersion, table: str, chain: str, policy: Policy, site: CallSite
    ) -> None:
        """Set a built-in chain's policy."""
        if self.policy(version, table, chain) != policy:
            self._overlay(version, table, chain).set_policy(policy, site)

    # The difference.

    def steps(self) -> list[Step]:
        """The operations that take the kernel from what it holds to this."""
        plan = Plan()
        touched = [overlay for overlay in self._overlays.values() if overlay.is_touched]
        for overlay in touched:
            plan_chain(overlay, plan)
        plan_sets([overlay for overlay in self._sets.values() if overlay.is_touched], plan)
        if not touched and not plan.creations:
            return plan.deletions + plan.additions + plan.removals
        self._check_removals()
        return [
            *self._new_tables(plan.creations),
            *plan.creations,
            *plan.deletions,
            *plan.policies,
            *plan.additions,
            *plan.removals,
        ]

    def _new_tables(self, creations: Sequence[Step]) -> list[Step]:
        tables: dict[TableRef, Step] = {}
        for step in creations:
            table = table_of(step.operation)
            if not self._ruleset.has_table(table) and table not in tables:
                tables[table] = Step(operation=AddTable(table=table), site=step.site)
        return list(tables.values())

    def _check_removals(self) -> None:
        for overlay in self._overlays.values():
            referrer = None if overlay.exists else self._referrer(overlay.ref)
            if referrer is not None:
                raise Conflict(
                    f"{overlay.ref} cannot be removed (asked for at {overlay.site}): "
                    f"a rule of {referrer.name} jumps to it"
                )

    def _overlay(self, version: IPVersion, table: str, chain: str) -> ChainOverlay:
        name = (version, table, chain)
        overlay = self._overlays.get(name)
        if overlay is None:
            ref = _chain_ref(version, table, chain)
            original = self._ruleset.chain(ref)
            base = base_chain_of(ref) if original is None else original.base
            overlay = self._overlays[name] = ChainOverlay(ref, original, base, self.journal)
        return overlay

    def _existing(self, version: IPVersion, table: str, chain: str) -> ChainOverlay:
        overlay = self._overlay(version, table, chain)
        if not overlay.exists:
            raise NotFound(f"no chain {overlay.ref}")
        return overlay

    def _parse(self, rule: IptRule) -> Rule:
        parsed = self._parsed.get(rule)
        if parsed is None:
            parsed = self._parsed[rule] = translate.parse(
                rule.args, version=rule.version, table=rule.table, chain=rule.chain
            )
        return parsed


@lru_cache(maxsize=_CHAINS)
def _chain_ref(version: IPVersion, table: str, chain: str) -> ChainRef:
    if table not in TABLES:
        raise InvalidInput(f"no table {table!r}: iptables has {', '.join(TABLES)}")
    return ChainRef(table=TableRef(version=version, name=table), name=chain)
