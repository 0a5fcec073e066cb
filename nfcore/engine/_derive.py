"""From a chain's overlay to the operations that make the kernel's chain equal to it.

A transaction says what should be, step by step; what is sent is the difference between what is and
what should be. So a jump that is taken out and put on top again, as Docker does at every network,
costs nothing where it was on top, and a chain that is removed and filled again as it was is left
alone, counters and all.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Literal

from nfcore.engine._callsite import CallSite
from nfcore.engine._chain import HeldRule, PlacedRule
from nfcore.engine._overlay import ChainOverlay, PendingRule
from nfcore.operations import (
    AddChain,
    AddRule,
    BaseChain,
    DeleteChain,
    DeleteRule,
    FlushChain,
    Operation,
    Policy,
    SetPolicy,
)

__all__ = ["ChainPlan", "Step", "plan_chain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation, who asked for it, and how iptables would number its place.

    ``number`` is the rule number that ``iptables -I`` would be given; None where the operation is
    no insertion below other rules.
    """

    operation: Operation
    site: CallSite | None = None
    number: int | None = None


@dataclass(slots=True)
class ChainPlan:
    """One chain's operations by the phase of the transaction in which they are due."""

    creations: list[Step] = field(default_factory=list)
    deletions: list[Step] = field(default_factory=list)
    policies: list[Step] = field(default_factory=list)
    additions: list[Step] = field(default_factory=list)
    removals: list[Step] = field(default_factory=list)


def plan_chain(overlay: ChainOverlay) -> ChainPlan:
    """The operations that one chain needs."""
    plan = ChainPlan()
    if not overlay.exists:
        _plan_removal(overlay, plan)
        return plan
    if overlay.cleared:
        _plan_refill(overlay, plan)
    else:
        _plan_edits(overlay, plan)
    if overlay.policy is not None and overlay.base is not None:
        _plan_policy(overlay, overlay.policy, overlay.base, plan)
    needs_chain = overlay.base is None or plan.additions or plan.policies
    if overlay.is_new and needs_chain:
        site = overlay.site or next((step.site for step in plan.additions), None)
        creation = AddChain(chain=overlay.ref, base=overlay.base)
        plan.creations.append(Step(operation=creation, site=site))
    return plan


def _plan_removal(overlay: ChainOverlay, plan: ChainPlan) -> None:
    if overlay.is_new:
        return
    _flush(overlay, plan)
    plan.removals.append(Step(operation=DeleteChain(chain=overlay.ref), site=overlay.site))


def _flush(overlay: ChainOverlay, plan: ChainPlan) -> None:
    if len(overlay.original):
        plan.deletions.append(Step(operation=FlushChain(chain=overlay.ref), site=overlay.site))


def _plan_policy(overlay: ChainOverlay, policy: Policy, base: BaseChain, plan: ChainPlan) -> None:
    if policy != base.policy:
        operation = SetPolicy(chain=overlay.ref, policy=policy)
        plan.policies.append(Step(operation=operation, site=overlay.site))


def _plan_refill(overlay: ChainOverlay, plan: ChainPlan) -> None:
    wanted = [*reversed(overlay.head), *overlay.tail]
    if len(overlay.original) == len(wanted) == _shared(overlay.original, wanted):
        return
    _flush(overlay, plan)
    plan.additions.extend(_add(overlay, rule, place="tail") for rule in wanted)


def _plan_edits(overlay: ChainOverlay, plan: ChainPlan) -> None:
    original, deleted = overlay.original, overlay.deleted
    leading = _while_deleted(original, deleted)
    head, tail = list(reversed(overlay.head)), list(overlay.tail)
    kept = len(original) - len(deleted)
    if kept:
        trailing = _while_deleted(reversed(original), deleted)[::-1]
        below = next(rule for rule in original if rule.handle not in deleted)
        gaps = [
            _Gap(old=leading, new=head, below=below),
            _Gap(old=trailing, new=tail, rules_above=len(head) + kept),
        ]
    else:
        gaps = [_Gap(old=leading, new=head + tail)]
    stays = {handle for gap in gaps for handle in _splice(overlay, plan, gap)}
    for handle, (rule, site) in deleted.items():
        if handle not in stays:
            deletion = DeleteRule(chain=overlay.ref, handle=handle, body=rule.body)
            plan.deletions.append(Step(operation=deletion, site=site))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """A run of deleted rules and the rules that take its place.

    ``below`` is the kept rule under it, and ``rules_above`` how many rules are over it.
    """

    old: Sequence[HeldRule]
    new: Sequence[PendingRule]
    below: HeldRule | None = None
    rules_above: int = 0


def _splice(overlay: ChainOverlay, plan: ChainPlan, gap: _Gap) -> set[int]:
    """Keep what both runs begin and end with, add what is new between; the kept handles."""
    top = _shared(gap.old, gap.new)
    bottom = _shared(gap.old[top:][::-1], gap.new[top:][::-1])
    kept_below = gap.old[len(gap.old) - bottom :]
    fresh = gap.new[top : len(gap.new) - bottom]
    below = kept_below[0] if kept_below else gap.below
    rules_above = gap.rules_above + top
    if below is None:
        plan.additions.extend(_add(overlay, rule, place="tail") for rule in fresh)
    elif not rules_above:
        plan.additions.extend(_add(overlay, rule, place="head") for rule in reversed(fresh))
    else:
        plan.additions.extend(
            _add(overlay, rule, place="head", before=below.handle, number=number)
            for number, rule in enumerate(fresh, rules_above + 1)
        )
    return {rule.handle for rule in (*gap.old[:top], *kept_below)}


def _add(
    overlay: ChainOverlay,
    rule: PendingRule,
    *,
    place: Literal["head", "tail"],
    before: int | None = None,
    number: int | None = None,
) -> Step:
    operation = AddRule(chain=overlay.ref, body=rule.body, place=place, before=before, tag=rule.tag)
    return Step(operation=operation, site=rule.site, number=number)


def _shared(old: Iterable[PlacedRule], new: Iterable[PlacedRule]) -> int:
    """How many rules both begin with."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one.tag != other.tag or one.body != other.body:
            break
        count += 1
    return count


def _while_deleted(rules: Iterable[HeldRule], deleted: Container[int]) -> list[HeldRule]:
    return list(takewhile(lambda rule: rule.handle in deleted, rules))
