"""One chain as the kernel holds it, indexed.

Nothing here costs more as rules grow in number, except building the index, once, when the first
question about the chain's rules is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

from nfcore.operations import BaseChain
from translate import Counters, Goto, Jump, Opaque, Rule

__all__ = ["Chain", "HeldRule", "PlacedRule", "jump_targets"]

_JUMPS: Final = (Jump, Goto)


class PlacedRule(Protocol):
    """A rule in its place in a chain, committed or not yet."""

    @property
    def body(self) -> Rule:
        """The rule."""

    @property
    def tag(self) -> str | None:
        """What nfcore noted with it."""

    @property
    def counters(self) -> Counters | None:
        """What it has counted; None before its commit."""


class HeldRule:
    """A rule that the kernel holds, between its neighbours."""

    __slots__ = ("above", "below", "body", "counters", "handle", "tag")

    def __init__(
        self, body: Rule, *, handle: int, tag: str | None = None, counters: Counters | None = None
    ) -> None:
        self.body = body
        self.handle = handle
        self.tag = tag
        self.counters = counters
        self.above: HeldRule | None = None
        self.below: HeldRule | None = None

    def __repr__(self) -> str:
        return f"HeldRule({self.body!r}, handle={self.handle}, tag={self.tag!r})"


def jump_targets(rule: Rule) -> tuple[str, ...]:
    """The chains that a rule jumps or goes to, those in foreign verdict maps among them."""
    target = rule.target
    own: tuple[str, ...] = (target.chain,) if isinstance(target, _JUMPS) else ()
    if not rule.matches:
        return own
    for match in rule.matches:
        if isinstance(match, Opaque):
            own += tuple(_verdict_targets(match.statement))
    return own


def _verdict_targets(value: Any) -> Iterator[str]:
    """Every ``{"jump": {"target": NAME}}`` and ``{"goto": …}`` anywhere in a JSON value."""
    if isinstance(value, list):
        for item in value:
            yield from _verdict_targets(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in {"jump", "goto"} and isinstance(item, dict) and "target" in item:
                yield item["target"]
            else:
                yield from _verdict_targets(item)


class Chain:
    """One chain: its rules in order, found by handle or by what they say.

    Args:
        base: what makes it a base chain, or None.
    """

    __slots__ = ("_by_handle", "_by_rule", "_first", "_last", "base", "jumps")

    def __init__(self, base: BaseChain | None = None) -> None:
        self.base = base
        self.jumps: dict[str, int] = {}
        self._by_handle: dict[int, HeldRule] = {}
        self._by_rule: dict[Rule, list[HeldRule]] | None = None
        self._first: HeldRule | None = None
        self._last: HeldRule | None = None

    def __len__(self) -> int:
        return len(self._by_handle)

    def __iter__(self) -> Iterator[HeldRule]:
        rule = self._first
        while rule is not None:
            following = rule.below
            yield rule
            rule = following

    def __reversed__(self) -> Iterator[HeldRule]:
        rule = self._last
        while rule is not None:
            preceding = rule.above
            yield rule
            rule = preceding

    def get(self, handle: int) -> HeldRule | None:
        """The rule with this handle, or None."""
        return self._by_handle.get(handle)

    def find(self, rule: Rule) -> Sequence[HeldRule]:
        """Every rule that says the same, in no particular order."""
        index = self._by_rule
        if index is None:
            index = self._by_rule = {}
            for held in self:
                index.setdefault(held.body, []).append(held)
        return index.get(rule, ())

    def insert(self, rule: HeldRule, *, before: HeldRule | None) -> None:
        """Put a rule above another one of this chain, or at the end where ``before`` is None."""
        above = self._last if before is None else before.above
        rule.above, rule.below = above, before
        if above is None:
            self._first = rule
        else:
            above.below = rule
        if before is None:
            self._last = rule
        else:
            before.above = rule
        self._by_handle[rule.handle] = rule
        if self._by_rule is not None:
            self._by_rule.setdefault(rule.body, []).append(rule)
        for target in jump_targets(rule.body):
            self.jumps[target] = self.jumps.get(target, 0) + 1

    def prepend(self, rule: HeldRule) -> None:
        """Put a rule at the head."""
        self.insert(rule, before=self._first)

    def append(self, rule: HeldRule) -> None:
        """Put a rule at the end."""
        self.insert(rule, before=None)

    def remove(self, rule: HeldRule) -> None:
        """Take a rule of this chain out."""
        before, behind = rule.above, rule.below
        if before is None:
            self._first = behind
        else:
            before.below = behind
        if behind is None:
            self._last = before
        else:
            behind.above = before
        rule.above = rule.below = None
        del self._by_handle[rule.handle]
        if self._by_rule is not None:
            same = self._by_rule[rule.body]
            same.remove(rule)
            if not same:
                del self._by_rule[rule.body]
        for target in jump_targets(rule.body):
            self.jumps[target] -= 1
            if not self.jumps[target]:
                del self.jumps[target]

    def clear(self) -> None:
        """Take every rule out."""
        self.jumps.clear()
        self._by_handle.clear()
        self._by_rule = None
        self._first = self._last = None
