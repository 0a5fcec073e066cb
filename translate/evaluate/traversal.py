"""One table's rules at one hook: from the built-in chain through jumps and back to its policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from translate.evaluate.decision import Decision, Undecidable
from translate.evaluate.effect import Outcome
from translate.evaluate.header import header_matches
from translate.evaluate.matches import evaluate_match
from translate.evaluate.record import Record
from translate.evaluate.result import Place, Step
from translate.evaluate.ruleset import Chain
from translate.evaluate.situation import Situation
from translate.evaluate.targets import apply_target, has_effect
from translate.rule import Goto, Jump, Rule, Verdict

__all__ = ["Traversal", "rule_matches"]

_Rules: TypeAlias = Iterator[tuple[int, Rule]]


def rule_matches(rule: Rule, situation: Situation) -> Decision:
    """Whether all of a rule's tests hold; one that fails settles it, whatever the others say."""
    if not header_matches(rule, situation):
        return False
    undecidable: Undecidable | None = None
    for match in rule.matches:
        decision = evaluate_match(match, situation)
        if decision is False:
            return False
        if isinstance(decision, Undecidable) and (
            undecidable is None or undecidable.about == "match"
        ):
            undecidable = decision
    return True if undecidable is None else undecidable


class Traversal:
    """A packet's way through a table, as the kernel's ipt_do_table goes.

    Args:
        chains: the table's chains.
        situation: the packet at the hook.
        record: where to note steps and doubts.
    """

    def __init__(self, chains: Mapping[str, Chain], situation: Situation, record: Record) -> None:
        self._chains = chains
        self._record = record
        self._callers: list[tuple[str, _Rules]] = []
        self.situation = situation

    def run(self) -> Outcome:
        """Walk to a verdict; ``situation`` then holds the packet as the rules left it."""
        base = self.situation.hook.value
        if base not in self._chains:
            return Outcome.ACCEPT
        chain, rules = self._enter(base)
        while True:
            for number, rule in rules:
                if not self._holds(chain, number, rule):
                    continue
                target = rule.target
                if isinstance(target, Jump | Goto):
                    self._note(chain, number, rule)
                    if isinstance(target, Jump):
                        self._callers.append((chain, rules))
                    chain, rules = self._enter(target.chain)
                    break
                if isinstance(target, Verdict) and target.verdict == "RETURN":
                    self._note(chain, number, rule)
                    rules = iter(())
                    break
                outcome = self._apply(chain, number, rule)
                if outcome is not None:
                    return outcome
            else:
                if not self._callers:
                    return self._policy(base)
                chain, rules = self._callers.pop()

    def _enter(self, chain: str) -> tuple[str, _Rules]:
        return chain, enumerate(self._chains[chain].rules, 1)

    def _holds(self, chain: str, number: int, rule: Rule) -> bool:
        decision = rule_matches(rule, self.situation)
        if not isinstance(decision, Undecidable):
            return decision
        if decision.about == "match" and not has_effect(rule.target):
            return False
        return self._record.assume(self._place(chain, number), rule, decision)

    def _apply(self, chain: str, number: int, rule: Rule) -> Outcome | None:
        effect = apply_target(rule.target, self.situation)
        if effect.packet is not None:
            self.situation = replace(self.situation, packet=effect.packet)
        if effect.doubt is not None:
            undecidable = Undecidable(effect.doubt, about="effect")
            self._record.doubt(self._place(chain, number), rule, undecidable)
        self._note(chain, number, rule, outcome=effect.outcome)
        return effect.outcome

    def _policy(self, base: str) -> Outcome:
        outcome = Outcome(self._chains[base].policy or Outcome.ACCEPT)
        self._note(base, None, None, outcome=outcome)
        return outcome

    def _note(self, chain: str, number: int | None, rule: Rule | None, **verdict: Any) -> None:
        place = self._place(chain, number)
        self._record.add(Step(place=place, rule=rule, packet=self.situation.packet, **verdict))

    def _place(self, chain: str, number: int | None) -> Place:
        situation = self.situation
        return Place(hook=situation.hook, table=situation.table, chain=chain, number=number)
