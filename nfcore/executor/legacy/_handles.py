"""Handles for rules of tables that have none: they stay with a rule from one reading to the next.

A rule has no identity in the legacy tables but its place and what it says. So what was read before
is laid beside what is read now: what both begin and end with is the same rules; what says the same
between is taken for the same rule, the upper one first.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from nfcore.executor.legacy._picture import LegacyChain, LegacyRule, LegacyTable, Picture

__all__ = ["keep_handles"]


def keep_handles(before: Picture, now: Picture, new_handle: Callable[[], int]) -> Picture:
    """The present picture, with the handles of the one before.

    Args:
        before: the last picture, with handles.
        now: the present one, whose handles mean nothing.
        new_handle: gives a handle that no rule ever had.
    """
    return {ref: _table(before.get(ref, {}), table, new_handle) for ref, table in now.items()}


def _table(before: LegacyTable, now: LegacyTable, new_handle: Callable[[], int]) -> LegacyTable:
    return {
        name: LegacyChain(
            policy=chain.policy,
            rules=_rules(before[name].rules if name in before else (), chain.rules, new_handle),
        )
        for name, chain in now.items()
    }


def _rules(
    before: Sequence[LegacyRule], now: Sequence[LegacyRule], new_handle: Callable[[], int]
) -> list[LegacyRule]:
    top = _shared(before, now)
    bottom = _shared(before[top:][::-1], now[top:][::-1])
    between = before[top : len(before) - bottom]
    free: dict[object, deque[int]] = defaultdict(deque)
    for rule in between:
        free[rule.body].append(rule.handle)
    handles = [
        *(rule.handle for rule in before[:top]),
        *(
            free[rule.body].popleft() if free[rule.body] else new_handle()
            for rule in now[top : len(now) - bottom]
        ),
        *(rule.handle for rule in before[len(before) - bottom :]),
    ]
    return [
        rule if rule.handle == handle else replace(rule, handle=handle)
        for rule, handle in zip(now, handles, strict=True)
    ]


def _shared(one: Sequence[LegacyRule], other: Sequence[LegacyRule]) -> int:
    """How many rules both begin with."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left is not right and not left.same(right):
            break
        count += 1
    return count
