"""What goes to nf_tables past libnftables: generations, names of tables, rules as raw bytes.

libnftables has no way to ask for the generation, and fetches every rule of every family to list
the names of tables (1.0.6: 3.6 s with 90,000 rules present; here 0.1 ms). Rules of iptables-nft's
own kind it lists without what they say, so their bytes are read here (see ``_compat.py``).

The messages are those of ``linux/netfilter/nf_tables.h`` and ``linux/netlink.h``.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Final, NamedTuple

from nfcore.exceptions import BackendUnavailable, ListingFailed
from nfcore.operations import BaseChain
from translate import IPVersion, Negatable

__all__ = ["NftablesSocket", "RawRule", "attribute", "attributes"]

_NETLINK_NETFILTER: Final = 12
_NFNL_SUBSYS_NFTABLES: Final = 10
_NEWTABLE, _GETTABLE, _NEWCHAIN, _NEWRULE, _GETRULE, _NEWGEN, _GETGEN = 0, 1, 3, 6, 7, 15, 16
_BATCH_BEGIN, _BATCH_END = 16, 17
_NLM_F_CREATE, _NLM_F_APPEND = 0x400, 0x800
_RULE_TABLE, _RULE_CHAIN, _RULE_HANDLE, _RULE_EXPRESSIONS, _RULE_COMPAT = 1, 2, 3, 4, 5
_NESTED: Final = 0x8000
_COMPAT_INVERTED: Final = 0x2
_HOOKS: Final = {"prerouting": 0, "input": 1, "forward": 2, "output": 3, "postrouting": 4}
_TABLE_NAME = _GENERATION_ID = 1  # the first attribute of either answer
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_NLM_F_REQUEST, _NLM_F_ACK, _NLM_F_DUMP = 0x1, 0x4, 0x300
_HEADER: Final = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_NFGENMSG: Final = struct.Struct("=BBH")  # family, version, resource
_ATTRIBUTE: Final = struct.Struct("=HH")  # length, type
_ANSWER_BYTES: Final = 1 << 16
_TIMEOUT: Final = 10.0  # seconds; the kernel answers inside the send


class RawRule(NamedTuple):
    """A rule as the kernel sends it: its handle and its expressions."""

    handle: int
    expressions: bytes


class NftablesSocket:
    """A netlink socket to nf_tables in the network namespace of the thread that opens it.

    Raises:
        BackendUnavailable: the kernel has no nf_tables, or refuses it to this process.
    """

    def __init__(self) -> None:
        try:
            self._socket = socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER
            )
        except OSError as error:
            raise BackendUnavailable(f"the kernel has no netfilter: {error.strerror}") from error
        self._socket.settimeout(_TIMEOUT)
        self._sequence = count(1)
        self._lock = threading.Lock()
        try:
            self.generation()
        except ListingFailed as error:
            self.close()
            raise BackendUnavailable(str(error)) from error

    def generation(self) -> int:
        """How many times the ruleset was changed, as the kernel counts (32 bits, then round again).

        Raises:
            ListingFailed: the kernel does not say.
        """
        for read in self._ask(_GETGEN, _NLM_F_ACK, socket.AF_UNSPEC):
            return int.from_bytes(read[_GENERATION_ID], "big")
        raise ListingFailed("the kernel named no generation")

    def tables(self, version: IPVersion) -> list[str]:
        """The names of an IP version's tables, in the kernel's order.

        Raises:
            ListingFailed: the kernel does not say.
        """
        return [
            read[_TABLE_NAME].rstrip(b"\0").decode(errors="surrogateescape")
            for read in self._ask(_GETTABLE, _NLM_F_DUMP, _family(version))
        ]

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
            for read in self._ask(_GETRULE, _NLM_F_DUMP, _family(version), place)
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
        """Send one transaction and wait for each message's acknowledgement."""
        with self._lock:
            flags = _NLM_F_CREATE | _NLM_F_APPEND | _NLM_F_ACK
            first = next(self._sequence)
            parts = [_message(_BATCH_BEGIN, 0, 0, first, resource=_NFNL_SUBSYS_NFTABLES)]
            sequences = []
            for kind, body in messages:
                sequences.append(next(self._sequence))
                request = _NFNL_SUBSYS_NFTABLES << 8 | kind
                parts.append(_message(request, flags, _family(version), sequences[-1], body))
            last = next(self._sequence)
            parts.append(_message(_BATCH_END, 0, 0, last, resource=_NFNL_SUBSYS_NFTABLES))
            self._socket.send(b"".join(parts))
            for sequence in sequences:
                list(self._answers(sequence))

    def close(self) -> None:
        """Close the socket; harmless when closed already."""
        self._socket.close()

    def _ask(self, kind: int, flags: int, family: int, body: bytes = b"") -> list[dict[int, bytes]]:
        kind |= _NFNL_SUBSYS_NFTABLES << 8
        try:
            with self._lock:
                sequence = next(self._sequence)
                self._socket.send(_message(kind, flags, family, sequence, body))
                return list(self._answers(sequence))
        except OSError as error:
            raise ListingFailed(_explain(error)) from error

    def _answers(self, expected: int) -> Iterator[dict[int, bytes]]:
        while True:
            data = self._socket.recv(_ANSWER_BYTES)
            while data:
                length, kind, _, sequence, _ = _HEADER.unpack_from(data)
                body, data = data[_HEADER.size : length], data[_aligned(length) :]
                if sequence != expected:
                    continue
                if kind in {_NLMSG_ERROR, _NLMSG_DONE}:
                    _raise_for(body)
                    return
                yield dict(attributes(body[_NFGENMSG.size :]))


def _family(version: IPVersion) -> int:
    return socket.AF_INET if version is IPVersion.V4 else socket.AF_INET6


def _message(
    kind: int, flags: int, family: int, sequence: int, body: bytes = b"", *, resource: int = 0
) -> bytes:
    length = _HEADER.size + _NFGENMSG.size + len(body)
    return (
        _HEADER.pack(length, kind, _NLM_F_REQUEST | flags, sequence, 0)
        + _NFGENMSG.pack(family, 0, socket.htons(resource))
        + body
    )


def attribute(kind: int, payload: bytes) -> bytes:
    """One netlink attribute, filled up to four bytes."""
    length = _ATTRIBUTE.size + len(payload)
    return _ATTRIBUTE.pack(length, kind) + payload + bytes(_aligned(length) - length)


def _compat(protocol: Negatable[int] | None) -> bytes:
    if protocol is None:
        return b""
    number = attribute(1, struct.pack(">I", protocol.value))
    flags = attribute(2, struct.pack(">I", _COMPAT_INVERTED if protocol.negated else 0))
    return attribute(_RULE_COMPAT | _NESTED, number + flags)


def _text(kind: int, text: str) -> bytes:
    return attribute(kind, text.encode(errors="surrogateescape") + b"\0")


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The netlink attributes in some bytes: each one's type, and its payload.

    Raises:
        struct.error: the bytes are no attributes.
    """
    while data:
        length, kind = _ATTRIBUTE.unpack_from(data)
        if length < _ATTRIBUTE.size:
            raise struct.error(f"an attribute of {length} bytes")
        yield kind & ~_NESTED, data[_ATTRIBUTE.size : length]
        data = data[_aligned(length) :]


def _raise_for(body: bytes) -> None:
    """Raise what an error message or the end of a dump says, unless that is 0 (done)."""
    (code,) = struct.unpack_from("=i", body)
    if code:
        raise OSError(-code, os.strerror(-code))


def _explain(error: OSError) -> str:
    if error.errno == errno.EPERM:
        return "nf_tables needs root, or CAP_NET_ADMIN in this network namespace"
    if error.errno in {errno.EINVAL, errno.EOPNOTSUPP}:
        return "the kernel has no nf_tables"
    return f"nf_tables does not answer: {error.strerror or error}"
