"""What goes to nf_tables past libnftables: generations, names of tables, rules as raw bytes.

libnftables has no way to ask for the generation, and fetches every rule of every family to list
the names of tables (1.0.6: 3.6 s with 90,000 rules present; here 0.1 ms). Rules of iptables-nft's
own kind it lists without what they say, so their bytes are read here (see ``_compat.py``).

The messages are those of ``linux/netfilter/nf_tables.h`` and ``linux/netlink.h``.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from nfcore.exceptions import BackendUnavailable, ListingFailed, NotPermitted
from nfcore.executor._nfnetlink import (
    Message,
    NfnetlinkSocket,
    Refusal,
    attribute,
    family_of,
)
from nfcore.operations import BaseChain
from translate import IPVersion, Negatable

__all__ = ["NftablesSocket", "RawRule"]

_NFNL_SUBSYS_NFTABLES: Final = 10
_NEWTABLE, _GETTABLE, _NEWCHAIN, _NEWRULE, _GETRULE, _GETSET, _GETGEN = 0, 1, 3, 6, 7, 10, 16
_NLM_F_CREATE, _NLM_F_APPEND = 0x400, 0x800
_RULE_TABLE, _RULE_CHAIN, _RULE_HANDLE, _RULE_EXPRESSIONS, _RULE_COMPAT = 1, 2, 3, 4, 5
_INET: Final = 1  # NFPROTO_INET
_LOWER: Final = {"netdev": 5, "bridge": 7}  # NFPROTO_NETDEV, NFPROTO_BRIDGE
_NESTED: Final = 0x8000
_COMPAT_INVERTED: Final = 0x2
_HOOKS: Final = {"prerouting": 0, "input": 1, "forward": 2, "output": 3, "postrouting": 4}
_TABLE_NAME = _GENERATION_ID = _SET_TABLE = 1  # the first attribute of either answer
_NLM_F_DUMP: Final = 0x300


class RawRule(NamedTuple):
    """A rule as the kernel sends it: its handle and its expressions."""

    handle: int
    expressions: bytes


class NftablesSocket:
    """A netlink socket to nf_tables in the network namespace of the thread that opens it.

    Raises:
        BackendUnavailable: the kernel has no nf_tables.
        NotPermitted: the kernel refuses it to this process.
    """

    def __init__(self) -> None:
        try:
            self._socket = NfnetlinkSocket(_NFNL_SUBSYS_NFTABLES)
        except OSError as error:
            raise BackendUnavailable(f"the kernel has no netfilter: {error.strerror}") from error
        try:
            self.generation()
        except ListingFailed as error:
            self.close()
            cause = error.__cause__
            denied = isinstance(cause, OSError) and cause.errno == errno.EPERM
            raise (NotPermitted if denied else BackendUnavailable)(str(error)) from error

    @property
    def port(self) -> int:
        """The socket's netlink address, which notifications of its transactions name."""
        return self._socket.port

    def generation(self) -> int:
        """How many times the ruleset was changed, as the kernel counts (32 bits, then round again).

        Raises:
            ListingFailed: the kernel does not say.
        """
        for read in self._ask(_GETGEN, 0, socket.AF_UNSPEC):
            return int.from_bytes(read[_GENERATION_ID], "big")
        raise ListingFailed("the kernel named no generation")

    def tables(self, version: IPVersion) -> list[str]:
        """The names of an IP version's tables, in the kernel's order.

        Raises:
            ListingFailed: the kernel does not say.
        """
        return self._table_names(family_of(version))

    def inet_tables(self) -> list[str]:
        """The names of the tables for both IP versions at once, which iptables has none of.

        Raises:
            ListingFailed: the kernel does not say.
        """
        return self._table_names(_INET)

    def lower_tables(self) -> dict[str, list[str]]:
        """The names of the tables below IP, by family (``bridge`` and ``netdev``).

        Raises:
            ListingFailed: the kernel does not say.
        """
        return {name: self._table_names(family) for name, family in _LOWER.items()}

    def _table_names(self, family: int) -> list[str]:
        return [
            read[_TABLE_NAME].rstrip(b"\0").decode(errors="surrogateescape")
            for read in self._ask(_GETTABLE, _NLM_F_DUMP, family)
        ]

    def sets(self, version: IPVersion, table: str) -> list[dict[int, bytes]]:
        """The attributes of each set and map of a table; none where there is no such table.

        Raises:
            ListingFailed: the kernel does not say.
        """
        place = _text(_SET_TABLE, table)
        try:
            return self._socket.ask(_GETSET, _NLM_F_DUMP, family_of(version), place)
        except OSError as error:
            if error.errno == errno.ENOENT:
                return []
            raise ListingFailed(_explain(error)) from error

    def transact(self, messages: Sequence[Message], *, generation: int) -> list[Refusal]:
        """Send one transaction that is meant for one generation: see `NfnetlinkSocket.transact`.

        Raises:
            OSError: it could not be sent, or its acknowledgement is lost.
        """
        return self._socket.transact(messages, generation=generation)

    def rules(self, version: IPVersion, table: str, chain: str) -> list[RawRule]:
        """A chain's rules in order, undecoded.

        Raises:
            ListingFailed: the kernel does not say.
        """
        place = _text(_RULE_TABLE, table) + _text(_RULE_CHAIN, chain)
        return [
            RawRule(
                handle=int.from_bytes(read[_RULE_HANDLE], "big"),
                expressions=read.get(_RULE_EXPRESSIONS, b""),
            )
            for read in self._ask(_GETRULE, _NLM_F_DUMP, family_of(version), place)
        ]

    def replay(
        self,
        version: IPVersion,
        table: str,
        chain: str,
        rules: Sequence[tuple[RawRule, Negatable[int] | None]],
    ) -> None:
        """Append rules to a chain from the bytes that `rules` gave.

        Args:
            version: the IP version.
            table: the table.
            chain: the chain.
            rules: each with its protocol, which iptables-nft notes beside the expressions for
                extensions that need one, and which the kernel does not send back.

        Raises:
            OSError: the kernel refused one; those of this call are not there then.
        """
        place = _text(_RULE_TABLE, table) + _text(_RULE_CHAIN, chain)
        self._batch(
            version,
            [
                (
                    _NEWRULE,
                    place
                    + attribute(_RULE_EXPRESSIONS | _NESTED, rule.expressions)
                    + _compat(protocol),
                )
                for rule, protocol in rules
            ],
        )

    def make_chains(
        self, version: IPVersion, table: str, chains: Mapping[str, BaseChain | None]
    ) -> None:
        """Create a table and chains in it.

        Raises:
            OSError: the kernel refused.
        """
        messages = [(_NEWTABLE, _text(_TABLE_NAME, table))]
        for name, base in chains.items():
            body = _text(1, table) + _text(3, name)  # NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME
            if base is not None:
                hook = attribute(1, struct.pack(">I", _HOOKS[base.hook]))
                hook += attribute(2, struct.pack(">i", base.priority))
                body += attribute(4 | _NESTED, hook) + _text(7, base.type)
            messages.append((_NEWCHAIN, body))
        self._batch(version, messages)

    def _batch(self, version: IPVersion, messages: Sequence[tuple[int, bytes]]) -> None:
        self._socket.batch(family_of(version), _NLM_F_CREATE | _NLM_F_APPEND, messages)

    def close(self) -> None:
        """Close the socket; harmless when closed already."""
        self._socket.close()

    def _ask(self, kind: int, flags: int, family: int, body: bytes = b"") -> list[dict[int, bytes]]:
        try:
            return self._socket.ask(kind, flags, family, body)
        except OSError as error:
            raise ListingFailed(_explain(error)) from error


def _compat(protocol: Negatable[int] | None) -> bytes:
    if protocol is None:
        return b""
    number = attribute(1, struct.pack(">I", protocol.value))
    flags = attribute(2, struct.pack(">I", _COMPAT_INVERTED if protocol.negated else 0))
    return attribute(_RULE_COMPAT | _NESTED, number + flags)


def _text(kind: int, text: str) -> bytes:
    return attribute(kind, text.encode(errors="surrogateescape") + b"\0")


def _explain(error: OSError) -> str:
    if error.errno == errno.EPERM:
        return "nf_tables needs root, or CAP_NET_ADMIN in this network namespace"
    if error.errno in {errno.EINVAL, errno.EOPNOTSUPP}:
        return "the kernel has no nf_tables"
    return f"nf_tables does not answer: {error.strerror or error}"
