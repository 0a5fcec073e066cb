"""The kernel's own notifications of every commit (nfnetlink group NFNLGRP_NFTABLES).

The notifications of a commit are in the socket before the commit returns to whoever made it: one
message for each thing added or removed, in the order of the commit's operations and with the
handles that the kernel gave, and one at the end with the new generation and who committed.
"""

from __future__ import annotations

import ctypes
import enum
import errno
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from nfcore.exceptions import BackendUnavailable, EventsLost
from nfcore.executor._netns import call_in_netns
from nfcore.executor._nfnetlink import attributes, payload_of
from translate import IPVersion

__all__ = ["CommitEvents", "EventKind", "RulesetEvent", "RulesetMonitor"]

_NETLINK_NETFILTER: Final = 12
_SOL_NETLINK: Final = 270
_NETLINK_ADD_MEMBERSHIP: Final = 1
_NETLINK_DROP_MEMBERSHIP: Final = 2
_NFNLGRP_NFTABLES: Final = 7
_SO_RCVBUFFORCE: Final = 33
_SO_ATTACH_FILTER: Final = 26
_INSTRUCTION: Final = struct.Struct("=HBBI")  # struct sock_filter of linux/filter.h
_PROGRAM: Final = struct.Struct("@HP")  # struct sock_fprog
_LOAD_WORD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06  # linux/bpf_common.h
_BUFFER_BYTES: Final = 64 << 20
"""Room for the notifications of some 100,000 rules that are committed at once."""
_READ_BYTES: Final = 1 << 20
_HEADER: Final = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_BODY: Final = 20  # bytes of header and nfgenmsg before the attributes
_NEWGEN: Final = 15
_RULE_HANDLE: Final = 3  # NFTA_RULE_HANDLE
_FAMILIES: Final[dict[int, IPVersion]] = {
    socket.AF_INET: IPVersion.V4,
    socket.AF_INET6: IPVersion.V6,
}


class EventKind(enum.Enum):
    """What a notification tells of, by nf_tables' message type."""

    NEW_TABLE = 0
    DELETED_TABLE = 2
    NEW_CHAIN = 3
    DELETED_CHAIN = 5
    NEW_RULE = 6
    DELETED_RULE = 8
    NEW_SET = 9
    DELETED_SET = 11
    NEW_ELEMENT = 12
    DELETED_ELEMENT = 14


_KINDS: Final = {kind.value: kind for kind in EventKind}
_NEW_RULE: Final = EventKind.NEW_RULE.value
_OF_CHAINS: Final = frozenset({EventKind.NEW_CHAIN, EventKind.DELETED_CHAIN})
_OF_RULES: Final = frozenset({EventKind.NEW_RULE, EventKind.DELETED_RULE})
_OF_SETS: Final = frozenset(
    {
        EventKind.NEW_SET,
        EventKind.DELETED_SET,
        EventKind.NEW_ELEMENT,
        EventKind.DELETED_ELEMENT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesetEvent:
    """One thing that a commit added or removed.

    Attributes:
        kind: what happened.
        version: the IP version of its table.
        table: the kernel's name of its table.
        name: the chain or set that it is, or is in; '' for a table.
        handle: a rule's handle; 0 for anything else.
    """

    kind: EventKind
    version: IPVersion
    table: str
    name: str = ""
    handle: int = 0


class CommitEvents(NamedTuple):
    """The notifications of one commit.

    Attributes:
        generation: the ruleset's generation after it.
        pid: the process that made it, in the first PID namespace's count.
        program: that process's name.
        port: the netlink port of its socket, which tells two sockets of one process apart.
        messages: the notifications themselves, each from its header on.
    """

    generation: int
    pid: int
    program: str
    port: int
    messages: Sequence[bytes]

    def rule_handles(self) -> list[int]:
        """The handles of the rules that were added, in the order of the commit's operations."""
        return [
            int.from_bytes(payload_of(_RULE_HANDLE, message, _BODY), "big")
            for message in self.messages
            if message[4] == _NEW_RULE
        ]

    def events(self) -> Iterator[RulesetEvent]:
        """What was added and removed in ip and ip6 tables.

        Raises:
            EventsLost: a notification could not be read.
        """
        for message in self.messages:
            version = _FAMILIES.get(message[16])
            kind = _KINDS.get(message[4])
            if version is None or kind is None:
                continue
            try:
                yield _event(kind, version, dict(attributes(message[_BODY:])))
            except (KeyError, struct.error) as error:
                raise EventsLost(f"a notification of {kind.name} could not be read") from error


class RulesetMonitor:
    """A socket that hears of every commit to the ruleset of one network namespace.

    Args:
        netns: the namespace's name; None is the calling thread's.
        table_prefix: what the kernel's tables have before iptables' names for them.

    Raises:
        BackendUnavailable: the kernel has no netfilter, or refuses it to this process.
        InvalidInput: a namespace name that cannot be one.
        NotFound: there is no such namespace.
    """

    def __init__(self, *, netns: str | None = None, table_prefix: str = "") -> None:
        self.table_prefix: Final = table_prefix
        self._socket = call_in_netns(netns, _open)
        self._open: list[bytes] = []
        self._buffer = bytearray(_READ_BYTES)

    def fileno(self) -> int:
        """The socket, for select(2): readable when there is something to `read`."""
        return self._socket.fileno()

    def ignore(self, port: int) -> None:
        """From now on, hear nothing of commits of this netlink port.

        The kernel throws their messages away where they would be queued (socket(7),
        SO_ATTACH_FILTER).
        """
        instructions = b"".join(_INSTRUCTION.pack(*one) for one in _without(port))
        program = ctypes.create_string_buffer(instructions, len(instructions))
        length = len(instructions) // _INSTRUCTION.size
        self._socket.setsockopt(
            socket.SOL_SOCKET,
            _SO_ATTACH_FILTER,
            _PROGRAM.pack(length, ctypes.addressof(program)),
        )

    def leave(self) -> None:
        """Hear of nothing until `join`.

        Where nobody listens, in any network namespace, the kernel writes no notifications: for a
        commit of many elements they take it as long as the elements do.

        Raises:
            BackendUnavailable: the socket is closed, or the process has lost its rights.
        """
        self._be_member(_NETLINK_DROP_MEMBERSHIP)

    def join(self) -> None:
        """Hear of commits again.

        What was heard before `leave` and not `read` is forgotten, for the last of it may lack its
        end. Of a commit that is going on the end may be heard alone: the kernel's generation, if
        asked now, counts it already.

        Raises:
            BackendUnavailable: the socket is closed, or the process has lost its rights.
        """
        self._forget()
        self._be_member(_NETLINK_ADD_MEMBERSHIP)

    def _be_member(self, option: int) -> None:
        try:
            self._socket.setsockopt(_SOL_NETLINK, option, _NFNLGRP_NFTABLES)
        except OSError as error:
            raise _unavailable(error) from error

    def _forget(self) -> None:
        self._open.clear()
        while True:
            try:
                self._socket.recv_into(self._buffer)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise _unavailable(error) from error

    def read(self) -> Iterator[CommitEvents]:
        """The commits that were made since the last call, without waiting.

        Raises:
            EventsLost: the socket's buffer ran over, or a message could not be read.
        """
        while True:
            try:
                size = self._socket.recv_into(self._buffer)
            except BlockingIOError:
                return
            except OSError as error:
                self._open.clear()
                if error.errno == errno.ENOBUFS:
                    raise EventsLost("the socket's buffer ran over") from error
                raise EventsLost(f"the socket failed: {error.strerror}") from error
            yield from self._commits(bytes(memoryview(self._buffer)[:size]))

    def _commits(self, data: bytes) -> Iterator[CommitEvents]:
        at, end = 0, len(data)
        while at + _BODY <= end:
            length, kind, _, _, port = _HEADER.unpack_from(data, at)
            if length < _BODY or at + length > end:
                self._open.clear()
                raise EventsLost("a message is cut short")
            message = data[at : at + length]
            at += (length + 3) & ~3
            if kind & 0xFF == _NEWGEN:
                messages, self._open = self._open, []
                yield _commit(message, port, messages)
            else:
                self._open.append(message)

    def close(self) -> None:
        """Close the socket; harmless when closed already."""
        self._socket.close()


def _without(port: int) -> Sequence[tuple[int, int, int, int]]:
    """A filter that drops messages of a port.

    Each instruction has its code, how many to jump over if it is true and if not, and an operand.
    """
    sender = int.from_bytes(struct.pack("=I", port), "big")  # as the filter's machine loads words
    return (
        (_LOAD_WORD, 0, 0, 12),
        (_JUMP_IF_EQUAL, 0, 1, sender),
        (_RETURN, 0, 0, 0),
        (_RETURN, 0, 0, 0xFFFFFFFF),
    )


def _open() -> socket.socket:
    try:
        made = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER
        )
        try:
            made.bind((0, 0))
            made.setsockopt(_SOL_NETLINK, _NETLINK_ADD_MEMBERSHIP, _NFNLGRP_NFTABLES)
            _enlarge(made)
            made.setblocking(False)
        except BaseException:
            made.close()
            raise
    except OSError as error:
        raise _unavailable(error) from error
    return made


def _unavailable(error: OSError) -> BackendUnavailable:
    return BackendUnavailable(f"the ruleset's changes cannot be listened to: {error.strerror}")


def _enlarge(made: socket.socket) -> None:
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
    except PermissionError:  # in a user namespace: as much as any process may have
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)


def _commit(message: bytes, port: int, messages: Sequence[bytes]) -> CommitEvents:
    read = dict(attributes(message[_BODY:]))
    try:
        return CommitEvents(
            generation=int.from_bytes(read[1], "big"),
            pid=int.from_bytes(read.get(2, b"\0"), "big"),
            program=_text(read.get(3, b"")),
            port=port,
            messages=messages,
        )
    except KeyError as error:
        raise EventsLost("a commit's end names no generation") from error


def _event(kind: EventKind, version: IPVersion, read: dict[int, bytes]) -> RulesetEvent:
    table = _text(read[1])
    if kind in _OF_CHAINS:
        return RulesetEvent(kind=kind, version=version, table=table, name=_text(read[3]))
    if kind in _OF_RULES:
        handle = int.from_bytes(read[3], "big")
        name = _text(read[2])
        return RulesetEvent(kind=kind, version=version, table=table, name=name, handle=handle)
    if kind in _OF_SETS:
        return RulesetEvent(kind=kind, version=version, table=table, name=_text(read[2]))
    return RulesetEvent(kind=kind, version=version, table=table)


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode(errors="surrogateescape")
