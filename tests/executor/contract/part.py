"""What the contract's parts share: what an executor may lack, and how that shows."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from nfcore.executor import Executor
from nfcore.operations import BASE_CHAINS, ChainState, TableRef, TableState

__all__ = ["LEGACY_LIMITS", "Limits", "Part"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an executor cannot hold of the contract.

    Args:
        tags: whether tags come back; else they are dropped.
        native_rules: whether nft's own statements can be sent; else they are refused unsent.
        generations: whether snapshots have a generation; else it is None.
        fixed_tables: whether a table has all of its built-in chains, first, and its other chains by
            name; and cannot be deleted, only emptied.
        comment_bytes: how many bytes a comment may have, or None for as many as iptables takes.
        deepest_jumps: whether the depth of jumps is limited to nf_tables' 16.
        checked_at_the_end: whether a loop may be open while a transaction lasts.
        answers: what refusals say that don't say it with the error number's own text.
    """

    tags: bool = True
    native_rules: bool = True
    generations: bool = True
    fixed_tables: bool = False
    comment_bytes: int | None = 253
    deepest_jumps: bool = True
    checked_at_the_end: bool = True
    answers: Mapping[str, str] = field(default_factory=dict)


LEGACY_LIMITS = Limits(
    tags=False,
    native_rules=False,
    generations=False,
    fixed_tables=True,
    comment_bytes=None,
    deepest_jumps=False,
    answers={
        "a loop": os.strerror(errno.ELOOP),
        "a masquerade reached from prerouting": "ended with exit code 1: iptables",
    },
)


class Part:
    """A part of the contract."""

    limits: ClassVar[Limits] = Limits()

    def tag(self, text: str) -> str | None:
        """A tag as it comes back."""
        return text if self.limits.tags else None

    def chains(self, *made: str) -> list[str]:
        """The names of table filter's chains, FORWARD and these having been made."""
        if self.limits.fixed_tables:
            return ["INPUT", "FORWARD", "OUTPUT", *sorted(made)]
        return ["FORWARD", *made]

    def used(self, executor: Executor) -> Mapping[TableRef, TableState]:
        """The tables that hold anything, where tables cannot be deleted."""
        tables = executor.snapshot().tables
        if not self.limits.fixed_tables:
            return tables
        return {ref: state for ref, state in tables.items() if not _is_new(ref, state)}

    def check_gone(self, executor: Executor, table: TableRef) -> None:
        """A table is deleted, or else as the kernel makes it."""
        assert table not in self.used(executor)


def _is_new(table: TableRef, state: TableState) -> bool:
    """Whether a table is as the kernel makes it."""
    return state.chains == {
        name: ChainState(base=base)
        for (owner, name), base in BASE_CHAINS.items()
        if owner == table.name
    }
