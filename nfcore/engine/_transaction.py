"""A transaction: what should be, said step by step, committed at once."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from nfcore.engine._callsite import CallSite, caller, drivers_caller
from nfcore.engine._chain import PlacedRule
from nfcore.engine._changes import Change, changes_of
from nfcore.engine._iptrule import IptRule
from nfcore.engine._named_set import SetView
from nfcore.engine._ruleset_overlay import RulesetOverlay
from nfcore.engine._source import RulesetSource
from nfcore.engine._step import Step
from nfcore.engine._telling import Telling
from nfcore.events import Observer
from nfcore.exceptions import CommitRefused, NetfilterError, Overtaken, TransactionClosed
from nfcore.executor import Executor
from nfcore.operations import (
    ChainRef,
    ElementKey,
    NativeRule,
    Operation,
    Policy,
    SetElement,
    SetRef,
    SetType,
    TableRef,
)
from translate import IPVersion, Rule
from translate.collector import collector_resting

__all__ = ["Change", "Transaction"]

_ATTEMPTS: Final = 20
"""How often a transaction is begun again because others committed before it."""

_Method = Callable[..., None]
_OF_ELEMENTS: Final = frozenset({RulesetOverlay.add_elements, RulesetOverlay.delete_elements})

T = TypeVar("T")


class Transaction:
    """Collects changes to rules, chains and policies of both IP versions; commits all or none.

    It sees its own changes: a rule that it appended exists, one that it deleted does not. Nothing
    reaches the kernel before `commit`, which sends the difference between what is and what should
    be; where there is none, nothing is sent. What others committed meanwhile is taken into account:
    the changes are then made again, over the ruleset as it is.

    Made by `Engine.transaction` and `Engine.begin`.
    """

    def __init__(
        self,
        executor: Executor,
        source: RulesetSource,
        *,
        on_close: Callable[[], None] | None = None,
        parsed: dict[IptRule, Rule] | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._telling = Telling(executor, observer)
        self._executor = executor
        self._source = source
        self._on_close = on_close
        self._parsed = {} if parsed is None else parsed
        self._calls: list[tuple[_Method, tuple[Any, ...]]] = []
        self._view = RulesetOverlay(source.latest(), self._parsed)
        self._telling.looked()
        self._steps: Sequence[Step] | None = None
        self._outdated = False
        """Whether the changes could not be made again over what others have committed."""
        self._closed: str | None = None
        self._site: CallSite | None = None

    @property
    def closed(self) -> bool:
        """Whether it was committed or abandoned."""
        return self._closed is not None

    # Rules.

    def exists(self, rule: IptRule) -> bool:
        """Whether the rule is anywhere in its chain.

        Raises:
            ParseError: iptables would refuse the rule.
            TransactionClosed: the transaction has ended.
        """
        return self._open_view().exists(rule)

    def append(self, rule: IptRule, *, tag: str | None = None) -> None:
        """Put the rule at the chain's end; do nothing if it is anywhere in the chain.

        Args:
            rule: the rule.
            tag: text to keep with the rule in the kernel. It plays no part in existence.

        Raises:
            NotFound: the chain, or the chain that the rule jumps to, is not there.
            ParseError: iptables would refuse the rule.
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.add, rule, tag, False)

    def insert(self, rule: IptRule, *, tag: str | None = None) -> None:
        """Put the rule at the chain's head; do nothing if it is anywhere in the chain.

        Arguments and errors are those of `append`.
        """
        self._change(RulesetOverlay.add, rule, tag, True)

    def delete(self, rule: IptRule) -> None:
        """Take the first such rule out of its chain; do nothing if there is none.

        Raises:
            ParseError: iptables would refuse the rule.
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.delete, rule)

    def rules(self, version: IPVersion, table: str, chain: str) -> Iterator[PlacedRule]:
        """A chain's rules in order, as the transaction leaves them; none if there is no such chain.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        return self._open_view().rules(version, table, chain)

    # Chains.

    def has_chain(self, version: IPVersion, table: str, chain: str) -> bool:
        """Whether the chain is there. Built-in chains always are: they are made when needed.

        Raises:
            InvalidInput: iptables has no such table.
            TransactionClosed: the transaction has ended.
        """
        return self._open_view().has_chain(version, table, chain)

    def new_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """Create a chain, and its table; do nothing if it is there.

        Raises:
            InvalidInput: iptables has no such table.
            InvalidRule: the name is none that the kernel can hold.
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.new_chain, version, table, chain)

    def flush_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """Take every rule out of a chain.

        Raises:
            InvalidInput: iptables has no such table.
            NotFound: there is no such chain.
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.flush_chain, version, table, chain)

    def remove_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """Remove an empty chain. Jumps to it must be gone when the transaction is committed.

        Raises:
            Conflict: the chain has rules, or is built in.
            InvalidInput: iptables has no such table.
            NotFound: there is no such chain.
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.remove_chain, version, table, chain)

    def is_referenced(self, version: IPVersion, table: str, chain: str) -> bool:
        """Whether a rule of the table jumps to the chain, as the transaction leaves it.

        Raises:
            InvalidInput: iptables has no such table.
            TransactionClosed: the transaction has ended.
        """
        return self._open_view().is_referenced(version, table, chain)

    # Rules of nft's own and named sets, for layouts.

    def tagged(self, chain: ChainRef, tag: str) -> PlacedRule | None:
        """The first rule of a chain with this tag, or None.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        return self._open_view().tagged(chain, tag)

    def add_native(
        self, chain: ChainRef, rule: NativeRule, *, tag: str, at_head: bool = False
    ) -> None:
        """Put a rule that iptables has no words for into a chain, unless its tag is there already.

        Args:
            chain: where.
            rule: the rule.
            tag: what it is known by.
            at_head: whether it goes to the chain's head instead of its end.

        Raises:
            NotFound: the chain, or one that the rule jumps to, is not there.
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.add_native, chain, rule, tag, at_head)

    def delete_tagged(self, chain: ChainRef, tag: str) -> None:
        """Take the first rule with this tag out of a chain; do nothing if there is none.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.delete_tagged, chain, tag)

    def named_set(self, ref: SetRef) -> SetView:
        """A named set as the transaction leaves it, to be looked at.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        return self._open_view().named_set(ref)

    def newest(self, refs: Iterable[SetRef]) -> str:
        """The greatest comment that an element of any of some sets has or had; '' for none.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        return self._open_view().newest(refs)

    def named_sets(self, table: TableRef) -> Iterator[SetRef]:
        """A table's named sets as the transaction leaves them.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        return self._open_view().named_sets(table)

    def found(self, key: Hashable, find: Callable[[], T]) -> T:
        """What ``find`` returns; asked once, until a rule, a chain, a policy or a set changes.

        It spares layouts looking through the same rules for each of a thousand networks.

        Args:
            key: what is looked for, and all that the answer depends on besides the ruleset.
            find: looks for it. Elements must make no difference to what it returns.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        found = self._open_view().found
        try:
            return found[key]  # type: ignore[return-value]  # what `find` returned for this key
        except KeyError:
            result = found[key] = find()
            return result

    def new_set(self, ref: SetRef, kind: SetType) -> None:
        """Create a named set, and its table; do nothing if it is there.

        Raises:
            Conflict: there is one of another type.
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.new_set, ref, kind)

    def remove_set(self, ref: SetRef) -> None:
        """Remove a named set with its elements; do nothing if there is none.

        Rules that look it up must be gone when the transaction is committed.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.remove_set, ref)

    def add_elements(self, elements: Mapping[SetRef, Mapping[ElementKey, SetElement]]) -> None:
        """Put elements into named sets; those that are there stay as they are.

        Args:
            elements: by set, what is kept with each key. They must not be changed any more.

        Raises:
            Conflict: one is there with other data.
            NotFound: there is no such set.
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.add_elements, elements)

    def delete_elements(self, keys: Mapping[SetRef, Collection[ElementKey]]) -> None:
        """Take elements out of named sets, where they are there.

        Args:
            keys: the elements' keys, by set. They must not be changed any more.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.delete_elements, keys)

    # Policies.

    def policy(self, version: IPVersion, table: str, chain: str) -> Policy:
        """A built-in chain's policy, as the transaction leaves it.

        Raises:
            Conflict: the chain is not built in.
            InvalidInput: iptables has no such table.
            NotFound: there is no such chain.
            TransactionClosed: the transaction has ended.
        """
        return self._open_view().policy(version, table, chain)

    def set_policy(self, version: IPVersion, table: str, chain: str, policy: Policy) -> None:
        """Set a built-in chain's policy.

        Raises:
            Conflict: the chain is not built in.
            InvalidInput: iptables has no such table.
            NotFound: there is no such chain.
            TransactionClosed: the transaction has ended.
        """
        self._change(RulesetOverlay.set_policy, version, table, chain, policy)

    # The end.

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block did to the transaction when it ends in an exception, and let it pass.

        Raises:
            TransactionClosed: the transaction has ended.
        """
        journal = self._open_view().journal
        mark, calls, site = journal.mark(), len(self._calls), self._site
        self._site = site or drivers_caller()
        journal.depth += 1
        try:
            yield
        except BaseException:
            self._steps = None
            journal.roll_back(mark)
            del self._calls[calls:]
            self._view.forget_found()
            raise
        finally:
            self._site = site
            journal.depth -= 1
            if not journal.depth:
                journal.forget()

    def operations(self) -> tuple[Operation, ...]:
        """What `commit` would send now.

        Raises:
            Conflict: a removed chain is still jumped to.
            TransactionClosed: the transaction has ended.
        """
        self._check_open()
        return tuple(step.operation for step in self._planned())

    def changes(self) -> tuple[Change, ...]:
        """What `commit` would do now, as iptables commands that could be run in this order.

        The creation of tables and built-in chains is not shown: for iptables they are always there.

        Raises:
            Conflict: a removed chain is still jumped to.
            TransactionClosed: the transaction has ended.
        """
        self._check_open()
        return tuple(change for step in self._planned() for change in changes_of(step))

    def _planned(self) -> Sequence[Step]:
        """The difference, which is made once and asked for twice: to be shown and to be sent."""
        if self._steps is None:
            self._steps = self._view.steps()
        return self._steps

    def commit(self) -> None:
        """Send the changes; nothing of them stays if one is refused.

        Where nothing was sent, the transaction stays open, to be mended or abandoned.

        Raises:
            CommitRefused: the kernel refused an operation, which the error names along with the
                line of code that asked for it.
            Conflict: a removed chain is still jumped to; nothing was sent.
            NetfilterError: the changes cannot be made over what others have committed meanwhile;
                nothing was sent.
            Overtaken: others committed first, again and again; nothing was sent.
            TransactionClosed: the transaction has ended.
            Untranslatable: a rule has no form that the executor can send; nothing was sent.
        """
        self._check_open()
        try:
            with collector_resting():
                self._commit()
        except CommitRefused:
            self._close("refused")
            raise
        self._close("committed")

    def _commit(self) -> None:
        if self._outdated:
            self._begin_again()
        for attempt in range(1, _ATTEMPTS + 1):
            steps = self._planned()
            if not steps:
                if not self._source.moved():
                    self._telling.unchanged()
                    return
                self._begin_again()
                continue
            operations = [step.operation for step in steps]
            self._telling.planned()
            generation = self._source.generation if attempt < _ATTEMPTS else None
            try:
                with self._source.committing(operations):
                    self._executor.commit(operations, generation=generation)
            except Overtaken:
                self._begin_again()
                continue
            except CommitRefused as refusal:
                if attempt < _ATTEMPTS and self._source.moved():
                    self._begin_again()  # it may have been refused for what others did before it
                    continue
                sited = _with_call_site(refusal, steps)
                self._telling.refused(operations, sited)
                raise sited from refusal
            except NetfilterError as error:
                self._telling.refused(operations, error)
                raise
            self._telling.sent()
            self._source.committed(operations)
            self._telling.committed(operations, steps[0].site)
            return
        raise Overtaken(f"others committed first, {_ATTEMPTS} times one after the other")

    def _begin_again(self) -> None:
        """Make every change again over the ruleset as it is now."""
        self._steps, self._outdated = None, True
        view = RulesetOverlay(self._source.current(), self._parsed)
        for method, arguments in self._calls:
            method(view, *arguments)
            if method not in _OF_ELEMENTS:
                view.forget_found()
        self._view, self._outdated = view, False

    def abandon(self) -> None:
        """Forget every change. Harmless when the transaction has ended already."""
        if self._closed is None:
            self._close("abandoned")

    def _close(self, how: str) -> None:
        self._closed = how
        self._calls = []
        self._steps = None
        if self._on_close is not None:
            self._on_close()

    def _check_open(self) -> None:
        if self._closed is not None:
            raise TransactionClosed(f"the transaction was {self._closed}; begin a new one")

    def _open_view(self) -> RulesetOverlay:
        self._check_open()
        return self._view

    def _change(self, method: _Method, *arguments: Any) -> None:
        """Make a change, in the name of the line of code that asks for it, and remember it."""
        self._check_open()
        view = self._view
        self._steps = None
        arguments = (*arguments, self._site or caller())
        method(view, *arguments)
        if method not in _OF_ELEMENTS:
            view.forget_found()
        self._calls.append((method, arguments))


def _with_call_site(refusal: CommitRefused, steps: Sequence[Step]) -> CommitRefused:
    index = refusal.index
    site = None
    if index is not None and index < len(steps):
        site = steps[index].site_of(refusal.operation)
    return CommitRefused(
        refusal.answer,
        index=index,
        operation=refusal.operation,
        call_site=None if site is None else str(site),
    )
