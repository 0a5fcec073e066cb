"""What a walk comes to, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from translate.evaluate.effect import Outcome
from translate.evaluate.hooks import Hook
from translate.evaluate.packet import Packet, Translation
from translate.rule import Rule
from translate.save import save_line

__all__ = ["Doubt", "Place", "Step", "Walk"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where a rule, or a policy, stands.

    Args:
        hook: the hook at which the packet met it.
        table: its table.
        chain: its chain.
        number: the rule's number, 1 is the chain's first; None is the chain's policy.
    """

    hook: Hook
    table: str
    chain: str
    number: int | None = None

    def __str__(self) -> str:
        what = "policy" if self.number is None else f"rule {self.number}"
        return f"{self.table} {self.chain} {what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A rule that matched, or a policy that was reached.

    Args:
        place: where it stands.
        rule: the rule; None for a policy.
        outcome: its verdict; None where it went on.
        packet: the packet as it was afterwards.
    """

    place: Place
    rule: Rule | None = None
    outcome: Outcome | None = None
    packet: Packet

    def __str__(self) -> str:
        said = self.outcome if self.rule is None else save_line(self.rule)
        return f"{self.place}: {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A rule that could not be decided, or whose effect the kernel chooses.

    Args:
        place: where it stands.
        rule: the rule.
        reason: what would have to be known.
        about: ``match``: it was taken not to match (or as the caller assumed), and the walk can be
            repeated with the other assumption. ``effect``: what it does is unknown, and the walk
            shows one way.
    """

    place: Place
    rule: Rule
    reason: str
    about: Literal["match", "effect"] = "match"

    def __str__(self) -> str:
        return f"{self.place}: {save_line(self.rule)}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A packet's way through the rules.

    Args:
        outcome: what becomes of the packet.
        original: the packet as it came.
        packet: the packet at the end, with its interfaces, marks and translated addresses.
        translation: what of its addresses and ports is another than when it came; None if nothing.
        steps: every rule that matched, and every policy that was reached, in order.
        decided_by: the step that the outcome is owed to: the one that stopped the packet, or the
            one that let it pass the filter table for the last time. None where no step did.
        hooks: the hooks that it came by, in order.
        uncertain: the rules that could not be decided. Where there is one, the outcome holds only
            under what was assumed.
    """

    outcome: Outcome
    original: Packet
    packet: Packet
    translation: Translation | None = None
    steps: tuple[Step, ...] = ()
    decided_by: Step | None = None
    hooks: tuple[Hook, ...] = ()
    uncertain: tuple[Doubt, ...] = ()
