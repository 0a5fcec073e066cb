"""What one transaction does to one chain, laid over what the kernel holds.

Every change costs the same however many rules the chain has, and every change can be undone: it
leaves its inverse in the transaction's journal while a savepoint is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from nfcore.engine._callsite import CallSite
from nfcore.engine._chain import Chain, HeldRule, PlacedRule, jump_targets
from nfcore.operations import BaseChain, ChainRef, NativeRule, Policy
from translate import Rule

__all__ = ["ChainOverlay", "Journal", "PendingRule"]


class Journal:
    """The inverses of what was done since the outermost savepoint began."""

    __slots__ = ("_entries", "depth")

    def __init__(self) -> None:
        self.depth = 0
        self._entries: list[tuple[Callable[..., object], tuple[Any, ...]]] = []

    def note(self, undo: Callable[..., object], *arguments: Any) -> None:
        """Remember how the change just made is undone."""
        if self.depth:
            self._entries.append((undo, arguments))

    def mark(self) -> int:
        """The present place in the journal."""
        return len(self._entries)

    def roll_back(self, mark: int) -> None:
        """Undo everything that came after a mark, the latest first."""
        while len(self._entries) > mark:
            undo, arguments = self._entries.pop()
            undo(*arguments)

    def forget(self) -> None:
        """Let go of everything: no savepoint needs it any more."""
        self._entries.clear()


class PendingRule:
    """A rule that the transaction adds; not ``live`` when it was deleted again.

    ``native`` are the statements to send where iptables has no words for the rule.
    """

    __slots__ = ("at_head", "body", "counters", "live", "native", "site", "tag")

    def __init__(
        self,
        body: Rule,
        *,
        tag: str | None,
        at_head: bool,
        site: CallSite,
        native: NativeRule | None = None,
    ) -> None:
        self.body: Final = body
        self.native: Final = native
        self.tag: Final = tag
        self.at_head: Final = at_head
        self.site: Final = site
        self.counters: Final = None
        self.live = True


class _Pending:
    """The rules added at one end of a chain, in the order in which they were added."""

    __slots__ = ("by_rule", "live", "rules")

    def __init__(self) -> None:
        self.rules: list[PendingRule] = []
        self.by_rule: dict[Rule, list[PendingRule]] = {}
        self.live = 0

    def add(self, rule: PendingRule) -> None:
        self.rules.append(rule)
        self.by_rule.setdefault(rule.body, []).append(rule)
        self.live += 1

    def undo_add(self) -> None:
        rule = self.rules.pop()
        self.by_rule[rule.body].pop()
        self.live -= 1

    def take_out(self, rule: PendingRule, place: int) -> None:
        """Take one out that stands at ``place`` (0 or -1) among those that say the same."""
        self.by_rule[rule.body].pop(place)
        rule.live = False
        self.live -= 1

    def put_back(self, rule: PendingRule, place: int) -> None:
        same = self.by_rule[rule.body]
        same.insert(0 if place == 0 else len(same), rule)
        rule.live = True
        self.live += 1

    def __iter__(self) -> Iterator[PendingRule]:
        return (rule for rule in self.rules if rule.live)

    def __reversed__(self) -> Iterator[PendingRule]:
        return (rule for rule in reversed(self.rules) if rule.live)


class ChainOverlay:
    """One chain as the transaction leaves it.

    Args:
        ref: which chain.
        original: what the kernel holds; None where it holds no such chain.
        base: what makes it a base chain; None for a user-defined one.
        journal: where inverses go.
    """

    __slots__ = (
        "_journal",
        "_jumps",
        "base",
        "cleared",
        "deleted",
        "exists",
        "head",
        "is_new",
        "original",
        "policy",
        "ref",
        "site",
        "tail",
    )

    def __init__(
        self, ref: ChainRef, original: Chain | None, base: BaseChain | None, journal: Journal
    ) -> None:
        self.ref: Final = ref
        self.is_new: Final = original is None
        self.original: Final = Chain(base) if original is None else original
        self.base: Final = self.original.base
        self.exists = original is not None or base is not None
        self.cleared = False
        self.policy: Policy | None = None if self.base is None else self.base.policy
        self.head = _Pending()
        self.tail = _Pending()
        self.deleted: dict[int, tuple[HeldRule, CallSite]] = {}
        self.site: CallSite | None = None
        """Who last created, flushed, removed the chain or set its policy."""
        self._jumps: dict[str, int] = {}
        self._journal: Final = journal

    @property
    def is_touched(self) -> bool:
        """Whether the transaction may change anything of it."""
        rules = self.head.rules or self.tail.rules or self.deleted
        return bool(rules or self.site is not None or self.cleared)

    def find(self, rule: Rule) -> PendingRule | HeldRule | None:
        """The first rule from the top that says the same, or None."""
        if not self.exists:
            return None
        if self.head.live:
            newest = self.head.by_rule.get(rule)
            if newest:
                return newest[-1]
        same = () if self.cleared else self.original.find(rule)
        if same:
            held = self._first_held(same)
            if held is not None:
                return held
        if self.tail.live:
            oldest = self.tail.by_rule.get(rule)
            if oldest:
                return oldest[0]
        return None

    def _first_held(self, same: Sequence[HeldRule]) -> HeldRule | None:
        if self.deleted:
            same = [held for held in same if held.handle not in self.deleted]
        if len(same) < 2:
            return same[0] if same else None
        handles = {held.handle for held in same}
        return next(held for held in self.original if held.handle in handles)

    def add(self, rule: PendingRule) -> None:
        """Put a rule at the head or at the tail."""
        pending = self.head if rule.at_head else self.tail
        pending.add(rule)
        self._journal.note(pending.undo_add)
        self._count_jump(rule.body, 1)

    def delete(self, rule: PendingRule | HeldRule, site: CallSite) -> None:
        """Take out what `find` found."""
        if isinstance(rule, PendingRule):
            pending, place = (self.head, -1) if rule.at_head else (self.tail, 0)
            pending.take_out(rule, place)
            self._journal.note(pending.put_back, rule, place)
        else:
            self.deleted[rule.handle] = (rule, site)
            self._journal.note(self.deleted.pop, rule.handle)
        self._count_jump(rule.body, -1)

    def _count_jump(self, rule: Rule, change: int) -> None:
        for target in jump_targets(rule):
            self._add_jumps(target, change)
            self._journal.note(self._add_jumps, target, -change)

    def _add_jumps(self, target: str, change: int) -> None:
        self._jumps[target] = self._jumps.get(target, 0) + change

    def jumps_to(self, target: str) -> bool:
        """Whether a rule of this chain jumps there."""
        held = 0 if self.cleared else self.original.jumps.get(target, 0)
        return self.exists and held + self._jumps.get(target, 0) > 0

    def clear(self, site: CallSite) -> None:
        """Take every rule out."""
        self._remember_whole()
        self.head, self.tail, self.deleted, self._jumps = _Pending(), _Pending(), {}, {}
        self.cleared = True
        self.site = site

    def set_exists(self, exists: bool, site: CallSite) -> None:
        """Create or remove the chain."""
        self._remember_whole()
        self.exists = exists
        self.site = site

    def set_policy(self, policy: Policy, site: CallSite) -> None:
        """Set a base chain's policy."""
        self._remember_whole()
        self.policy = policy
        self.site = site

    def _remember_whole(self) -> None:
        names = ("exists", "cleared", "policy", "head", "tail", "deleted", "_jumps", "site")
        self._journal.note(self._restore, {name: getattr(self, name) for name in names})

    def _restore(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    def held(self) -> Iterator[HeldRule]:
        """The kernel's rules that stay, in order."""
        if self.cleared:
            return iter(())
        return (rule for rule in self.original if rule.handle not in self.deleted)

    def __len__(self) -> int:
        held = 0 if self.cleared else len(self.original)
        return held - len(self.deleted) + self.head.live + self.tail.live

    def __iter__(self) -> Iterator[PlacedRule]:
        """The rules as the transaction leaves them, in order."""
        yield from reversed(self.head)
        yield from self.held()
        yield from self.tail
