"""What every executor on libnftables shares: all but the library call itself."""

from __future__ import annotations

import errno
import os
import threading
import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Final

from nfcore.exceptions import BackendUnavailable, CommitRefused, ListingFailed, Overtaken
from nfcore.executor._base import Executor
from nfcore.executor._declared import DeclaredSets, SetPlace
from nfcore.executor._decode import tables_among
from nfcore.executor._encode import check_table_prefix, encode_json
from nfcore.executor._foreign import ForeignTable
from nfcore.executor._library import Library, Reply, batch, command
from nfcore.executor._listing import Listing
from nfcore.executor._monitor import RulesetMonitor
from nfcore.executor._netlink import NftablesSocket
from nfcore.executor._netns import call_in_netns
from nfcore.executor._new_tables import refusal_in_new_tables
from nfcore.executor._refusal import in_whole, locate_refusal, too_large
from nfcore.executor.elements import ElementRoad
from nfcore.operations import (
    ChainRef,
    ChainState,
    Operation,
    SetRef,
    SetState,
    Snapshot,
    TableRef,
    TableState,
    each_element,
)
from translate import IPVersion

__all__ = ["NativeExecutor"]

_LISTINGS: Final = 20
"""How often a listing that a commit of somebody else's overtook is begun again."""

_MALFORMED: Final = b'{"nftables":0}'
"""What libnftables answers with an error, and by forgetting what it knew of the ruleset.

In a dry run (1.0.6) it notes what the commands would do to the ruleset, and would go on with that
ruleset until the kernel's changes.
"""


class NativeExecutor(Executor):
    """Commits through libnftables; elements alone, straight to the kernel (see `ElementRoad`).

    Safe to use from several threads, whose calls then wait for one another. The network namespace
    is that of the constructor's caller, or ``netns``, whatever thread calls later.

    A transaction takes libnftables about 10 KiB of memory a rule while it lasts.

    Args:
        netns: the name of the network namespace to work in (ip-netns(8)); None is the caller's.
        table_prefix: what the kernel's tables have before iptables' names for them. Other tables
            are neither read nor changed.

    Raises:
        InvalidInput: a namespace name or prefix that cannot be one.
        NotFound: there is no such namespace.
        BackendUnavailable: no libnftables, no nf_tables, or not the rights to use it.
    """

    def __init__(self, *, netns: str | None = None, table_prefix: str = "") -> None:
        self._prefix = check_table_prefix(table_prefix)
        self._netns = netns
        self._lock = threading.Lock()
        self._closed = False
        self._encode_seconds = 0.0
        self._made_generation: int | None = None
        self._kernel, self._library = call_in_netns(netns, self._open)
        self._listing = Listing(self._library, self._kernel, self._prefix)
        self._elements = ElementRoad(self._kernel, self._prefix)

    @classmethod
    def _open(cls) -> tuple[NftablesSocket, Library]:
        # The socket first: where the kernel has no netfilter, libnftables would end the process.
        kernel = NftablesSocket()
        try:
            return kernel, cls._library_in_this_thread()
        except BaseException:
            kernel.close()
            raise

    @classmethod
    @abstractmethod
    def _library_in_this_thread(cls) -> Library:
        """Make a libnftables context.

        Raises:
            BackendUnavailable: the library is not to be had.
        """

    @property
    def element_port(self) -> int:
        """The netlink address that the notifications of commits of nothing but elements name."""
        return self._kernel.port

    def commit(self, operations: Sequence[Operation], *, generation: int | None = None) -> None:
        """Carry out all operations in one atomic transaction.

        libnftables does not say which command of a batch the kernel refused; it is searched for
        afterwards (see `locate_refusal`). Nor does it have the kernel compare generations: others
        may still commit between its look at the generation and the commit, where there is more
        to do than elements.

        Raises:
            CommitRefused: the kernel refused one; nothing was changed.
            InvalidInput: an operation that cannot be right; nothing was sent.
            InvalidRule: a chain name that iptables cannot hold; nothing was sent.
            Overtaken: the ruleset is of another generation; nothing was changed.
            Untranslatable: a rule has no form in nft; nothing was sent.
        """
        self._made_generation = None
        with self._lock:
            self._check_open()
            if self._elements.commit(operations, generation):
                self._made_generation = self._elements.generation
                self._encode_seconds = self._elements.encode_seconds
                return
        commands = self._encoded(operations)
        with self._lock:
            self._check_open()
            if not any(commands):
                return
            if generation is not None and self._kernel.generation() != generation:
                raise Overtaken(f"the ruleset is not of generation {generation} any more")
            reply = self._library.run(batch(commands))
            if not reply.done:
                self._refuse(commands, operations, reply.answer)

    @property
    def made_generation(self) -> int | None:
        """The generation of the last commit, where the kernel let no other come before it.

        None where it could not be held to that: there was more to do than elements.
        """
        return self._made_generation

    @property
    def encode_seconds(self) -> float:
        """How long the last commit took to be written, in JSON or as netlink messages."""
        return self._encode_seconds

    def check(self, operations: Sequence[Operation]) -> None:
        """Have the kernel check all operations, changing nothing. Raises what `commit` raises.

        Tables that the transaction makes are checked by nfcore too: see `refusal_in_new_tables`.
        """
        commands = self._encoded(operations)
        with self._lock:
            self._check_open()
            if any(commands):
                self._refuse(commands, operations, None)

    def snapshot(self) -> Snapshot:
        """The present ip and ip6 tables.

        Each table is listed by itself: libnftables then reads that table only, where ``list
        ruleset`` reads those of every family and owner. A listing is begun again when a commit
        came between its parts; a table's, when the kernel left out elements (see `Listing`).

        Raises:
            ListingFailed: the ruleset could not be read, or changed all the while.
        """
        for _ in range(_LISTINGS):
            generation = self.generation()
            tables = self._list_tables(generation)
            if tables is not None:
                return Snapshot(tables=tables, generation=generation)
        raise ListingFailed(f"the ruleset changed during each of {_LISTINGS} listings")

    def chain_state(self, chain: ChainRef) -> ChainState | None:
        """One chain as the kernel holds it, or None where it is not there.

        Raises:
            ListingFailed: it could not be read.
        """
        with self._lock:
            self._check_open()
            state = self._listing.chain(chain.table, chain.name)
        return None if state is None else state.chains.get(chain.name)

    def set_state(self, ref: SetRef) -> SetState | None:
        """One named set as the kernel holds it; None where it is not there or of a foreign type.

        Raises:
            ListingFailed: it could not be read.
        """
        with self._lock:
            self._check_open()
            state = self._listing.set(ref.table, ref.name)
        return None if state is None else state.sets.get(ref.name)

    def foreign_tables(self, version: IPVersion) -> tuple[ForeignTable, ...]:
        """Every table but iptables' own that packets of an IP version pass.

        Raises:
            ListingFailed: one could not be read.
        """
        with self._lock:
            self._check_open()
            own = {self._prefix + table.name for table in self._present_tables()}
            others = [name for name in self._kernel.tables(version) if name not in own]
            tables = [self._listing.foreign(version.family, name, version) for name in others]
            tables += [
                self._listing.foreign("inet", name, version) for name in self._kernel.inet_tables()
            ]
            tables += [
                ForeignTable(family=family, name=name)
                for family, names in self._kernel.lower_tables().items()
                for name in names
            ]
        return tuple(tables)

    def generation(self) -> int:
        """How often the kernel's ruleset was changed, by anyone, modulo 2**32.

        Raises:
            ListingFailed: the kernel does not say.
        """
        self._check_open()
        return self._kernel.generation()

    def monitor(self) -> RulesetMonitor:
        """Something that hears of every commit in the executor's namespace from now on."""
        return RulesetMonitor(netns=self._netns, table_prefix=self._prefix)

    def close(self) -> None:
        """Free the libnftables context and the socket; harmless when called twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._library.close()
                self._kernel.close()

    def _check_open(self) -> None:
        if self._closed:
            raise BackendUnavailable(f"the {self.name} executor is closed")

    def _encoded(self, operations: Sequence[Operation]) -> list[str]:
        began = time.perf_counter()
        declared = DeclaredSets(self._has_set)
        commands = [encode_json(operation, self._prefix, declared) for operation in operations]
        self._encode_seconds = time.perf_counter() - began
        return commands

    def _has_set(self, place: SetPlace) -> bool:
        with self._lock:
            self._check_open()
            return self._library.run(batch([command({"list": {"set": place._asdict()}})])).done

    def _refuse(
        self, commands: Sequence[str], operations: Sequence[Operation], answer: str | None
    ) -> None:
        """Raise what is wrong; ``answer`` is what the kernel said, if it was asked to commit."""
        present = self._present_tables()
        places, parts = zip(*each_element(operations), strict=True)
        written = [
            commands[place] if part is operations[place] else encode_json(part, self._prefix)
            for place, part in zip(places, parts, strict=True)
        ]

        def refusal_of(count: int) -> str | None:
            reply = self._dry_run(written[:count])
            if not reply.done:
                return reply.answer
            return refusal_in_new_tables(parts[:count], present)

        answer = answer or refusal_of(len(parts))
        if answer is None:
            return
        if os.strerror(errno.EMSGSIZE) in answer:
            raise CommitRefused(f"{answer}: {too_large('net.core.wmem_default')}")
        raise in_whole(locate_refusal(answer, parts, refusal_of), places)

    def _dry_run(self, commands: Sequence[str]) -> Reply:
        reply = self._library.run(batch(commands), dry_run=True)
        if reply.done:
            self._library.run(_MALFORMED)
        return reply

    def _list_tables(self, generation: int) -> Mapping[TableRef, TableState] | None:
        """Every table's state, or None where the ruleset changed meanwhile."""
        with self._lock:
            self._check_open()
            return self._listing.tables(
                self._present_tables(), unchanged=lambda: self._kernel.generation() == generation
            )

    def _present_tables(self) -> list[TableRef]:
        return [
            table
            for version in IPVersion
            for table in tables_among(self._kernel.tables(version), version, prefix=self._prefix)
        ]
