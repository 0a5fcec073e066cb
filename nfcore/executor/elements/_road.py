"""The one place that sends transactions of elements."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Mapping, Sequence
from typing import Final, TypeGuard

from nfcore.exceptions import CommitRefused, Overtaken
from nfcore.executor._netlink import NftablesSocket
from nfcore.executor._nfnetlink import Refusal
from nfcore.executor._refusal import too_large
from nfcore.executor.elements._encode import (
    ElementMessage,
    ElementOperation,
    SetWriter,
    encode_elements,
)
from nfcore.executor.elements._forms import ElementForm, read_forms
from nfcore.executor.elements._values import NotPlainError
from nfcore.operations import TABLES, AddElements, DeleteElements, Operation, SetRef, TableRef

__all__ = ["ElementRoad"]

_ATTEMPTS: Final = 20
"""How often sets are looked at again because others committed meanwhile."""
_ELEMENTS: Final = frozenset({AddElements, DeleteElements})
_GENERATIONS: Final = 1 << 32


class ElementRoad:
    """Commits transactions of nothing but elements, straight over netlink.

    What a set's elements look like is asked of the kernel once, and believed as long as nobody else
    commits: each transaction names the generation that it is meant for, and the kernel compares it
    under its own lock. So nothing need be asked before a commit.

    For one thread at a time.

    Args:
        kernel: the socket.
        prefix: what the kernel's tables have before iptables' names for them.
    """

    def __init__(self, kernel: NftablesSocket, prefix: str) -> None:
        self._kernel = kernel
        self._prefix = prefix
        self._generation: int | None = None
        self._tables: dict[TableRef, Mapping[str, ElementForm]] = {}
        self._writers: dict[SetRef, SetWriter] = {}
        """What is known of the sets, at that generation."""
        self.encode_seconds = 0.0
        """How long the last transaction took to be written."""

    @property
    def generation(self) -> int | None:
        """The ruleset's generation as far as it is known: after a commit, the one that it made."""
        return self._generation

    def commit(self, operations: Sequence[Operation], generation: int | None) -> bool:
        """Carry out a transaction, if it is one for this road.

        Args:
            operations: what to do.
            generation: the ruleset's generation over which it was planned; None is any.

        Returns:
            Whether it was carried out. If not, nothing was changed, and libnftables is to do it or
            to say what is wrong: there is more than elements in it, a set that is not there or of
            another kind, or a value that libnftables would not take; or the kernel refused it
            without saying which operation it was.

        Raises:
            CommitRefused: the kernel refused an operation, which is named.
            ListingFailed: the kernel does not tell of its sets.
            Overtaken: the ruleset is of another generation.
        """
        if not operations or not _are_elements(operations):
            return False
        for _ in range(_ATTEMPTS):
            meant = self._believe(generation)
            if not self._knows_sets_of(operations):
                return False
            began = time.perf_counter()
            try:
                messages = encode_elements(operations, self._writers)
            except NotPlainError:
                return False
            if not messages:
                return False
            self.encode_seconds = time.perf_counter() - began
            refusals = self._send(messages, meant)
            if not refusals:
                self._generation = (meant + 1) % _GENERATIONS or 1  # the kernel leaves 0 out
                return True
            if refusals[0].number != errno.ERESTART:
                return self._refuse(messages, refusals)
            self._generation = None
            if generation is not None:
                break
        raise Overtaken(_moved(meant))

    def _believe(self, generation: int | None) -> int:
        """The generation that a transaction is meant for; what is known of another is forgotten."""
        if generation is None:
            generation = self._generation
        if generation is None:
            generation = self._kernel.generation()
        if generation != self._generation:
            self._tables.clear()
            self._writers.clear()
            self._generation = generation
        return generation

    def _knows_sets_of(self, operations: Sequence[ElementOperation]) -> bool:
        """Whether all sets are there, and of a kind that elements are written for."""
        writers = self._writers
        for operation in operations:
            ref = operation.set
            if ref in writers:
                continue
            form = self._sets_of(ref.table).get(ref.name)
            if form is None:
                return False
            writers[ref] = SetWriter(ref, form, self._prefix)
        return True

    def _sets_of(self, table: TableRef) -> Mapping[str, ElementForm]:
        known = self._tables.get(table)
        if known is None:
            known = {}
            if table.name in TABLES:
                known = read_forms(self._kernel.sets(table.version, self._prefix + table.name))
            self._tables[table] = known
        return known

    def _send(self, messages: Sequence[ElementMessage], generation: int) -> list[Refusal]:
        made = [message.message() for message in messages]
        try:
            return self._kernel.transact(made, generation=generation)
        except OSError as error:
            self._generation = None
            if self._kernel.generation() != generation:  # it may have been carried out, or not
                raise Overtaken(_moved(generation)) from error
            answer = error.strerror or str(error)
            if error.errno == errno.EMSGSIZE:
                answer = f"{answer}: {too_large('net.core.wmem_max')}"
            raise CommitRefused(answer) from error

    def _refuse(self, messages: Sequence[ElementMessage], refusals: Sequence[Refusal]) -> bool:
        """Name the first element that was refused; False where the kernel does not tell."""
        number, place, offset = min(refusals, key=_place)
        part = None if place is None else messages[place].part_at(offset)
        if place is None or part is None:
            return False
        index = messages[place].operation_index
        raise CommitRefused(os.strerror(number), index=index, operation=part)


def _place(refusal: Refusal) -> tuple[int, int]:
    """Where in a transaction it is; one of the transaction as a whole comes first."""
    return -1 if refusal.message is None else refusal.message, refusal.offset


def _moved(generation: int) -> str:
    return f"the ruleset is not of generation {generation} any more"


def _are_elements(operations: Sequence[Operation]) -> TypeGuard[Sequence[ElementOperation]]:
    return _ELEMENTS.issuperset(map(type, operations))
