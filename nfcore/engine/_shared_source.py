"""A picture of nf_tables with the few rules that are in the legacy tables instead."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from nfcore.engine._chain import HeldRule
from nfcore.engine._ruleset import Ruleset
from nfcore.engine._source import RulesetSource
from nfcore.executor import HybridExecutor, is_legacy_handle
from nfcore.operations import ChainRef, ChainState, KernelRule, Operation, base_chain_of

__all__ = ["SharedSource"]


class SharedSource:
    """Adds to a picture of nf_tables what a hybrid executor holds in the legacy tables.

    Nobody tells of changes there, so they are read at every look; where the kernel has made no
    legacy tables, that is one look at /proc.

    Args:
        native: the picture of nf_tables.
        executor: holds the rest.
    """

    def __init__(self, native: RulesetSource, executor: HybridExecutor) -> None:
        self._native = native
        self._executor = executor
        self._shared: set[ChainRef] = set()
        self._phantoms: set[ChainRef] = set()
        """Chains shown for their rules in the legacy tables alone, nf_tables having none."""

    @property
    def generation(self) -> int | None:
        """That of the picture of nf_tables."""
        return self._native.generation

    def current(self) -> Ruleset:
        """Both, as they are now.

        Raises:
            ListingFailed: one of the two could not be read.
        """
        return self._with_held(self._native.current())

    def latest(self) -> Ruleset:
        """Both, nf_tables' as far as it was heard of.

        Raises:
            ListingFailed: one of the two could not be read.
        """
        return self._with_held(self._native.latest())

    def _with_held(self, ruleset: Ruleset) -> Ruleset:
        held = self._executor.held()
        if held or self._shared:
            ruleset.forget_found()
        for ref in self._shared:
            self._take_out(ruleset, ref)
        self._shared = set(held)
        for ref, rules in held.items():
            self._put_in(ruleset, ref, rules)
        return ruleset

    def moved(self) -> bool:
        """Whether anybody else committed to nf_tables since the last look."""
        return self._native.moved()

    def committing(self, operations: Sequence[Operation]) -> AbstractContextManager[None]:
        """The context that the picture of nf_tables has for a commit."""
        return self._native.committing(operations)

    def committed(self, operations: Sequence[Operation]) -> None:
        """Learn of a commit; the picture of nf_tables hears of its own part alone."""
        del operations
        native = self._executor.committed_natively
        if native:
            self._native.committed(native)

    def close(self) -> None:
        """Close the picture of nf_tables."""
        self._native.close()

    def _take_out(self, ruleset: Ruleset, ref: ChainRef) -> None:
        chain = ruleset.chain(ref)
        if chain is None:
            return
        for rule in [rule for rule in chain if is_legacy_handle(rule.handle)]:
            chain.remove(rule)
        if ref in self._phantoms and not len(chain):
            ruleset.drop_chain(ref)
            if not ruleset.chains(ref.table):
                ruleset.drop_table(ref.table)
        self._phantoms.discard(ref)

    def _put_in(self, ruleset: Ruleset, ref: ChainRef, rules: Sequence[KernelRule]) -> None:
        if ruleset.chain(ref) is None:
            self._phantoms.add(ref)
            ruleset.replace_chain(ref, ChainState(base=base_chain_of(ref)))
        chain = ruleset.chain(ref)
        assert chain is not None, "it was just made"  # noqa: S101
        for rule in rules:
            chain.append(HeldRule(rule.body, handle=rule.handle, counters=rule.counters))
