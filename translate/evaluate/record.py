"""What a walk leaves behind as it goes."""

from __future__ import annotations

from collections.abc import Mapping

from translate.evaluate.decision import Undecidable
from translate.evaluate.result import Doubt, Place, Step
from translate.rule import Rule

__all__ = ["Record"]


class Record:
    """Steps and doubts in order.

    Args:
        assumed: whether rules that can't be decided match, by their places; others don't.
    """

    def __init__(self, assumed: Mapping[Place, bool]) -> None:
        self._assumed = assumed
        self._doubted: set[Place] = set()
        self.steps: list[Step] = []
        self.doubts: list[Doubt] = []

    def add(self, step: Step) -> None:
        """Note a step."""
        self.steps.append(step)

    def assume(self, place: Place, rule: Rule, undecidable: Undecidable) -> bool:
        """Note that a rule can't be decided, and say how to go on: whether it matches."""
        self.doubt(place, rule, undecidable)
        return undecidable.about == "match" and self._assumed.get(place, False)

    def doubt(self, place: Place, rule: Rule, undecidable: Undecidable) -> None:
        """Note a doubt, once for each rule and hook."""
        if place not in self._doubted:
            self._doubted.add(place)
            self.doubts.append(
                Doubt(place=place, rule=rule, reason=undecidable.reason, about=undecidable.about)
            )
