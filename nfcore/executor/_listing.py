"""Reading the kernel's tables through libnftables, until what was read is whole."""

from __future__ import annotations

import errno
import os
import time
from typing import Final, Literal

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

    def table(self, table: TableRef) -> TableState | None:
        """One table with all that is in it, or None where it is not there.

        Raises:
            ListingFailed: it could not be read.
        """
        state = self._whole("table", table, self._prefix + table.name, str(table))
        return None if state is None else self._completed(state, table)

    def chain(self, table: TableRef, name: str) -> TableState | None:
        """A table with one of its chains, or None where that is not there.

        Raises:
            ListingFailed: it could not be read.
        """
        state = self._whole("chain", table, name, f"{table} {name}")
        return None if state is None else self._completed(state, table)

    def set(self, table: TableRef, name: str) -> TableState | None:
        """A table with one of its sets or maps, or None where that is not there.

        Raises:
            ListingFailed: it could not be read.
        """
        what = f"{table} {name}"
        state = self._whole("set", table, name, what)
        return self._whole("map", table, name, what) if state is None else state

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
        self, kind: Literal["table", "chain", "set", "map"], table: TableRef, name: str, what: str
    ) -> TableState | None:
        """List until nothing is missing; None where it is not there.

        After a commit of many elements the kernel makes the set's hash table larger or smaller, in
        the background. A listing at that time has elements twice and lacks others, which
        `TornListingError` tells, whatever the kernel's version.
        """
        place = {} if kind == "table" else {"table": self._prefix + table.name}
        listing = _listing(kind, table.version.family, **place, name=name)
        for attempt in range(_ATTEMPTS):
            time.sleep(attempt * _PAUSE)
            reply = self._library.run(listing)
            if not reply.done:
                if reply.answer.startswith(os.strerror(errno.ENOENT)):
                    return None
                raise _failed(what, reply)
            try:
                return decode_table(reply.output, table)
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
