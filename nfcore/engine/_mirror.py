"""A live picture of the kernel's ruleset: one listing, and the kernel's notifications from then on.

The notifications of the engine's own commits come in the order of its operations, so that handle k
belongs to operation k and nothing need be decoded. Everybody else's come the same way: what they
delete is taken out by handle, and chains that they add to are listed anew, alone, when they are
next looked at. Whatever does not fit (notifications lost, or none for a generation that has moved,
a handle that nobody knows) ends the picture, and the next question begins with a listing.

Of the engine's commits of nothing but elements nothing is heard. The kernel held them to the
picture's generation, so it is known what they made of it. While one of many elements goes through,
nobody listens at all: to tell of elements takes the kernel as long as to put them in place. Its
generation then says whether that commit was the only one.
"""

from __future__ import annotations

import math
import select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Protocol

from nfcore.engine._ruleset import Ruleset
from nfcore.events import Observer, PictureLost, RulesetListed, emit
from nfcore.exceptions import BackendUnavailable, EventsLost, ListingFailed, NotFound
from nfcore.executor import CommitEvents, EventKind, RulesetEvent, RulesetMonitor
from nfcore.operations import (
    TABLES,
    AddElements,
    AddRule,
    AddSet,
    ChainRef,
    ChainState,
    DeleteElements,
    DeleteRule,
    DeleteSet,
    Operation,
    SetRef,
    SetState,
    Snapshot,
    TableRef,
    count_of,
)

__all__ = ["ForeignCommit", "Loss", "Mirror", "MirroredExecutor"]

_ROUNDS: Final = 50
"""How often somebody else's commits may overtake one look at the ruleset."""
_LATE: Final = 0.05
"""Seconds that a notification may come after the generation that it tells of can be seen."""
_GENERATIONS: Final = 1 << 32
_MANY: Final = 64
"""So many elements are committed unheard: to leave, to join and to ask take some 15 us."""
_CALM: Final = 10.0
"""Seconds without anybody else's commit after which one is committed unheard.

Whoever commits in such a moment costs a listing, so it is not risked beside somebody busy.
"""

_OF_SETS: Final = frozenset(
    {
        EventKind.NEW_SET,
        EventKind.DELETED_SET,
        EventKind.NEW_ELEMENT,
        EventKind.DELETED_ELEMENT,
    }
)
_LISTENING: Final = nullcontext()
_UNHEARD: Final = "others committed while nobody listened"
_ON_ELEMENTS: Final = frozenset({AddElements, DeleteElements})

_ANONYMOUS: Final = "__"
"""What the names of sets begin with that belong to a single rule."""

ForeignCommit = Callable[[CommitEvents], None]
"""Told of every commit that the engine did not make."""
Loss = Callable[[], None]
"""Told when others may have committed without being heard of."""


class MirroredExecutor(Protocol):
    """What a mirror asks of an executor."""

    @property
    def element_port(self) -> int:
        """The netlink port of commits of nothing but elements."""

    @property
    def made_generation(self) -> int | None:
        """The generation of the last commit if the kernel let nobody come before it, else None."""

    def snapshot(self) -> Snapshot:
        """The present tables, with their generation."""

    def generation(self) -> int:
        """The ruleset's present generation."""

    def chain_state(self, chain: ChainRef) -> ChainState | None:
        """One chain, or None where it is not there."""

    def set_state(self, ref: SetRef) -> SetState | None:
        """One named set, or None where it is not there."""


class Mirror:
    """A `RulesetSource` that costs the same however many rules there are.

    Args:
        executor: what lists.
        monitor: hears of every commit in the executor's network namespace; closed with the mirror.
        on_foreign: told of each commit that was not the engine's own, or None.
        on_lost: told whenever the picture is lost, or None.
        observer: told of listings, besides the log.
    """

    def __init__(
        self,
        executor: MirroredExecutor,
        monitor: RulesetMonitor,
        *,
        on_foreign: ForeignCommit | None = None,
        on_lost: Loss | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._executor = executor
        self._monitor = monitor
        self._tables = {monitor.table_prefix + name: name for name in TABLES}
        self._on_foreign = on_foreign
        self._on_lost = on_lost
        self._observer = observer
        self._ruleset: Ruleset | None = None
        self._generation = 0
        self._dirty: set[ChainRef] = set()
        self._dirty_sets: set[SetRef] = set()
        monitor.ignore(executor.element_port)
        self._own_port: int | None = None
        """The port of the executor's commits that are heard, once one was recognized."""
        self._unheard = False
        """Whether the commit that went through last was one that nobody listened to."""
        self._disturbed = -math.inf
        """When somebody else's commit was last noticed, by the monotonic clock."""
        self.listings = 0
        """How often the whole ruleset was listed."""

    @property
    def generation(self) -> int:
        """The picture's generation."""
        return self._generation

    def current(self) -> Ruleset:
        """The ruleset as the kernel holds it now.

        Raises:
            ListingFailed: it could not be read, or others changed it all the while.
        """
        for _ in range(_ROUNDS):
            ruleset = self._absorbed()
            if self._executor.generation() == self._generation and not self._is_dirty():
                return ruleset
            self._relist_dirty(ruleset)
            if self._executor.generation() != self._generation:
                self._wait_for_notification()
        raise ListingFailed(f"the ruleset changed during each of {_ROUNDS} looks at it")

    def latest(self) -> Ruleset:
        """The ruleset as the kernel has told of it so far, without asking whether that is all.

        Raises:
            ListingFailed: it could not be read, or others changed it all the while.
        """
        ruleset = self._absorbed()
        return self.current() if self._is_dirty() else ruleset

    def _is_dirty(self) -> bool:
        return bool(self._dirty or self._dirty_sets)

    def moved(self) -> bool:
        """Whether anybody else committed since `current` or `committed` was last called."""
        return self._executor.generation() != self._generation

    def committing(self, operations: Sequence[Operation]) -> AbstractContextManager[None]:
        """Have the kernel tell nothing of a commit of many elements: the picture knows them.

        Raises:
            BackendUnavailable: the monitor is closed; nothing was sent.
            ListingFailed: the kernel names no generation.
        """
        return self._not_listening() if self._goes_unheard(operations) else _LISTENING

    @contextmanager
    def _not_listening(self) -> Iterator[None]:
        self._monitor.leave()
        try:
            yield
        except BaseException:
            self._listen_again()
            raise
        self._unheard = self._joined()

    def _listen_again(self) -> None:
        """After a commit that failed, of which the error is to be told and no other."""
        try:
            if self._joined() and self.moved():
                self._lose(EventsLost(_UNHEARD))
        except ListingFailed as error:
            self._lose(error)

    def _joined(self) -> bool:
        """Whether the monitor listens again; else all there is from now on are listings."""
        try:
            self._monitor.join()
        except BackendUnavailable as error:
            self._lose(error)
            return False
        return True

    def _goes_unheard(self, operations: Sequence[Operation]) -> bool:
        return (
            _number_of_elements(operations) >= _MANY
            and self._ruleset is not None
            and time.monotonic() - self._disturbed > _CALM
            and not self.moved()
        )

    def committed(self, operations: Sequence[Operation]) -> None:
        """Carry the engine's own commit over to the picture."""
        unheard, self._unheard = self._unheard, False
        if self._ruleset is None:
            return
        try:
            if self._executor.made_generation == _after(self._generation):
                self._take_in(self._ruleset, operations, unheard=unheard)
            else:
                self._absorb(operations)
        except (EventsLost, ListingFailed, NotFound) as error:
            self._lose(error)

    def _take_in(self, ruleset: Ruleset, operations: Sequence[Operation], *, unheard: bool) -> None:
        """Carry over a commit of elements that took the picture's generation to the next.

        The monitor ignores it: there is nothing to learn from the kernel.
        """
        self._generation = _after(self._generation)
        ruleset.apply(operations, ())
        if unheard and self.moved():
            raise EventsLost(_UNHEARD)

    def close(self) -> None:
        """Close the monitor."""
        self._monitor.close()

    # -- listing --------------------------------------------------------------------------------

    def _absorbed(self) -> Ruleset:
        """The picture with all that has been heard of."""
        if self._ruleset is not None:
            try:
                self._absorb(None)
            except (EventsLost, NotFound) as error:
                self._lose(error)
        return self._list() if self._ruleset is None else self._ruleset

    def _lose(self, reason: Exception) -> None:
        emit(PictureLost(error=str(reason)), self._observer)
        self._ruleset = None
        self._disturbed = time.monotonic()
        if self._on_lost is not None:
            self._on_lost()

    def _list(self) -> Ruleset:
        began = time.perf_counter()
        snapshot = self._executor.snapshot()
        if snapshot.generation is None:
            raise ListingFailed("a mirror needs an executor that knows the generation")
        self.listings += 1
        self._dirty.clear()
        self._dirty_sets.clear()
        self._generation = snapshot.generation
        self._ruleset = ruleset = Ruleset.from_snapshot(snapshot)
        reason = "first look" if self.listings == 1 else "picture lost"
        seconds = time.perf_counter() - began
        emit(RulesetListed(reason=reason, seconds=seconds), self._observer)
        return ruleset

    def _relist_dirty(self, ruleset: Ruleset) -> None:
        dirty, self._dirty = self._dirty, set()
        for chain in dirty:
            ruleset.replace_chain(chain, self._executor.chain_state(chain))
        dirty_sets, self._dirty_sets = self._dirty_sets, set()
        for ref in dirty_sets:
            ruleset.replace_set(ref, self._executor.set_state(ref))

    def _wait_for_notification(self) -> None:
        readable, _, _ = select.select([self._monitor], [], [], _LATE)
        if not readable:
            self._lose(EventsLost("the generation has moved without a notification"))

    # -- notifications --------------------------------------------------------------------------

    def _absorb(self, own: Sequence[Operation] | None) -> None:
        """Carry over every commit heard of.

        Args:
            own: the operations of the engine's own commit, which is among them; None for none.

        Raises:
            EventsLost: they don't make a whole.
            NotFound: they don't fit the picture.
        """
        commits = [commit for commit in self._monitor.read() if self._is_news(commit.generation)]
        mine = None if own is None else self._own_among(commits, own)
        for commit in commits:
            if commit.generation != _after(self._generation):
                raise EventsLost(f"generation {commit.generation} follows {self._generation}")
            self._generation = commit.generation
            if commit is mine and own is not None and self._ruleset is not None:
                self._ruleset.apply(own, commit.rule_handles())
                self._own_port = commit.port
            else:
                self._carry_over(commit)
                self._disturbed = time.monotonic()
                if self._on_foreign is not None:
                    self._on_foreign(commit)

    def _is_news(self, generation: int) -> bool:
        return 0 < (generation - self._generation) % _GENERATIONS < _GENERATIONS // 2

    def _own_among(
        self, commits: Sequence[CommitEvents], operations: Sequence[Operation]
    ) -> CommitEvents:
        mine = [commit for commit in commits if commit.port == self._own_port]
        if self._own_port is None:
            mine = [commit for commit in commits if self._fits(commit, operations)]
        if len(mine) != 1:
            raise EventsLost(f"{len(mine)} notifications fit the engine's own commit")
        return mine[0]

    def _fits(self, commit: CommitEvents, operations: Sequence[Operation]) -> bool:
        events = [event for event in commit.events() if event.table in self._tables]
        added = [self._chain(event) for event in events if event.kind is EventKind.NEW_RULE]
        deleted = {event.handle for event in events if event.kind is EventKind.DELETED_RULE}
        sets = {(event.version, event.name) for event in events if event.kind in _OF_SETS}
        return (
            added == [op.chain for op in operations if isinstance(op, AddRule)]
            and deleted >= {op.handle for op in operations if isinstance(op, DeleteRule)}
            and sets
            <= {
                (op.set.table.version, op.set.name)
                for op in operations
                if isinstance(op, AddSet | DeleteSet | AddElements | DeleteElements)
            }
        )

    def _carry_over(self, commit: CommitEvents) -> None:
        """Somebody else's commit: take out what it deleted, note which chains to list again."""
        ruleset = self._ruleset
        if ruleset is None:
            return
        for event in commit.events():
            name = self._tables.get(event.table)
            if name is None:
                continue
            self._take_in_event(ruleset, event, TableRef(version=event.version, name=name))

    def _take_in_event(self, ruleset: Ruleset, event: RulesetEvent, table: TableRef) -> None:
        match event.kind:
            case EventKind.NEW_TABLE:
                ruleset.add_table(table)
            case EventKind.DELETED_TABLE:
                ruleset.drop_table(table)
                self._dirty = {chain for chain in self._dirty if chain.table != table}
                self._dirty_sets = {ref for ref in self._dirty_sets if ref.table != table}
            case EventKind.DELETED_CHAIN:
                ruleset.drop_chain(self._chain(event))
                self._dirty.discard(self._chain(event))
            case EventKind.DELETED_RULE:
                if not ruleset.drop_rule(self._chain(event), event.handle):
                    self._dirty.add(self._chain(event))
            case EventKind.NEW_CHAIN | EventKind.NEW_RULE:
                self._dirty.add(self._chain(event))
            case _ if not event.name.startswith(_ANONYMOUS):
                self._dirty_sets.add(SetRef(table=table, name=event.name))

    def _chain(self, event: RulesetEvent) -> ChainRef:
        table = TableRef(version=event.version, name=self._tables[event.table])
        return ChainRef(table=table, name=event.name)


def _after(generation: int) -> int:
    return (generation + 1) % _GENERATIONS or 1  # the kernel leaves 0 out


def _number_of_elements(operations: Sequence[Operation]) -> int:
    """How many elements a commit of nothing but elements has; 0 where there is more to it."""
    if not _ON_ELEMENTS.issuperset(map(type, operations)):
        return 0
    return sum(map(count_of, operations))
