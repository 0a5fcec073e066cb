"""Reading the kernel's tables through libnftables, until what was read is whole."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, NamedTuple

from nfcore.exceptions import ListingFailed
from nfcore.executor._compat import with_compat_rules
from nfcore.executor._decode import decode_table
from nfcore.executor._decode_sets import TornListingError
from nfcore.executor._foreign import ForeignTable, decode_foreign
from nfcore.executor._library import Library, Reply, batch, command
from nfcore.executor._netlink import NftablesSocket
from nfcore.operations import TableRef, TableState
from translate import IPVersion

__all__ = ["Listing"]

_ATTEMPTS: Final = 20
"""How often something is listed whose elements the kernel moved at the time."""
_PAUSE: Final = 0.001
"""Seconds for the kernel to finish in before the second; as many more before each further one."""


class _Whole(NamedTuple):
    """What was listed, and how often until it was whole."""

    state: TableState
    attempts: int


class Listing:
    """What the kernel holds, by asking libnftables for a table or for one thing of it.

    For one thread at a time.

    Args:
        library: what lists.
        kernel: what reads the rules that libnftables lists without what they say.
        prefix: what the kernel's tables have before iptables' names for them.
    """

    def __init__(self, library: Library, kernel: NftablesSocket, prefix: str) -> None:
        self._library = library
        self._kernel = kernel
        self._prefix = prefix

    def tables(
        self, tables: Iterable[TableRef], *, unchanged: Callable[[], bool]
    ) -> Mapping[TableRef, TableState] | None:
        """Tables with all that is in them, each as of one moment.

        All are listed before any is decoded, which takes longer: what others commit then matters
        only where the kernel had to be asked again.

        Args:
            tables: which.
            unchanged: whether the ruleset is as it was before.

        Returns:
            None where the ruleset changed while it was read.

        Raises:
            ListingFailed: one could not be read.
        """
        names = {table: self._prefix + table.name for table in tables}
        replies = {
            table: self._library.run(_listing("table", table.version.family, name=name))
            for table, name in names.items()
        }
        if not unchanged():
            return None
        found = {}
        asked_again = False
        for table, reply in replies.items():
            listed = self._whole("table", table, names[table], str(table), first=reply)
            if listed is None:
                return None
            state, attempts = listed
            found[table] = self._completed(state, table)
            asked_again = asked_again or attempts > 1 or found[table] is not state
        return None if asked_again and not unchanged() else found

    def chain(self, table: TableRef, name: str) -> TableState | None:
        """A table with one of its chains, or None where that is not there.

        Raises:
            ListingFailed: it could not be read.
        """
        listed = self._whole("chain", table, name, f"{table} {name}")
        return None if listed is None else self._completed(listed.state, table)

    def set(self, table: TableRef, name: str) -> TableState | None:
        """A table with one of its sets or maps, or None where that is not there.

        Raises:
            ListingFailed: it could not be read.
        """
        what = f"{table} {name}"
        listed = self._whole("set", table, name, what) or self._whole("map", table, name, what)
        return None if listed is None else listed.state

    def foreign(self, family: str, name: str, version: IPVersion) -> ForeignTable:
        """A table that is not one of iptables' own.

        Args:
            family: nft's name of its family.
            name: its name.
            version: the IP version of the packets in question.

        Raises:
            ListingFailed: it could not be read.
        """
        what = f"{family} {name}"
        reply = self._library.run(_listing("table", family, name=name))
        if not reply.done:
            raise _failed(what, reply)
        try:
            return decode_foreign(reply.output, family, name, version)
        except ValueError as error:
            raise _no_json(what, error) from error

    def _whole(
        self,
        kind: Literal["table", "chain", "set", "map"],
        table: TableRef,
        name: str,
        what: str,
        *,
        first: Reply | None = None,
    ) -> _Whole | None:
        """List until nothing is missing; None where it is not there. ``first`` was listed already.

        After a commit of many elements the kernel makes the set's hash table larger or smaller, in
        the background. A listing at that time has elements twice and lacks others, which
        `TornListingError` tells, whatever the kernel's version.
        """
        place = {} if kind == "table" else {"table": self._prefix + table.name}
        listing = _listing(kind, table.version.family, **place, name=name)
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(attempt * _PAUSE)
            reply = self._library.run(listing) if attempt or first is None else first
            if not reply.done:
                if reply.answer.startswith(os.strerror(errno.ENOENT)):
                    return None
                raise _failed(what, reply)
            try:
                return _Whole(decode_table(reply.output, table), attempt + 1)
            except TornListingError as error:
                torn = str(error)
            except ValueError as error:
                raise _no_json(what, error) from error
        raise ListingFailed(
            f"{what} was not listed whole in {_ATTEMPTS} attempts: {torn}, because the kernel was "
            "moving them; try again when the ruleset changes less"
        )

    def _completed(self, state: TableState, table: TableRef) -> TableState:
        return with_compat_rules(state, table, self._kernel, prefix=self._prefix)


def _listing(kind: str, family: str, **place: str) -> bytes:
    return batch([command({"list": {kind: {"family": family, **place}}})])


def _failed(what: str, reply: Reply) -> ListingFailed:
    return ListingFailed(f"{what} could not be listed: {reply.answer}")


def _no_json(what: str, error: ValueError) -> ListingFailed:
    return ListingFailed(f"{what} was listed, but not as JSON: {error}")
