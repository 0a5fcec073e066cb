"""A socket to one of netfilter's subsystems, and the framing of its messages.

The messages are those of ``linux/netlink.h`` and ``linux/netfilter/nfnetlink.h``.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
import threading
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final, NamedTuple

from translate import IPVersion

__all__ = [
    "Message",
    "NfnetlinkSocket",
    "Refusal",
    "attribute",
    "attributes",
    "family_of",
    "payload_of",
]

_NETLINK_NETFILTER: Final = 12
_SOL_NETLINK, _NETLINK_CAP_ACK, _NETLINK_EXT_ACK = 270, 10, 11
_SO_SNDBUFFORCE: Final = 32
_NESTED: Final = 0x8000
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_NLM_F_REQUEST, _NLM_F_ACK, _NLM_F_DUMP, _NLM_F_ACK_TLVS = 0x1, 0x4, 0x300, 0x200
_ERROR_BYTES: Final = 4 + 16  # an error's number, and the header of the message that it is about
_ERROR_OFFSET: Final = 2  # NLMSGERR_ATTR_OFFS
_BATCH_BEGIN, _BATCH_END = 16, 17
_BATCH_GENERATION: Final = 1  # NFNL_BATCH_GENID
_HEADER: Final = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_NFGENMSG: Final = struct.Struct("=BBH")  # family, version, resource
_HEADERS: Final = struct.Struct("=IHHIIBBH")  # both
_ATTRIBUTE: Final = struct.Struct("=HH")  # length, type
_ANSWER_BYTES: Final = 1 << 16
_TIMEOUT: Final = struct.pack("@ll", 10, 0)  # seconds; the kernel answers inside the send


class Message(NamedTuple):
    """One message of a transaction.

    Attributes:
        kind: its type within the subsystem.
        flags: netlink's flags; that it is a request need not be said.
        family: ``AF_INET`` or ``AF_INET6``.
        parts: the attributes.
        size: how many bytes these are together, a multiple of four.
    """

    kind: int
    flags: int
    family: int
    parts: Sequence[bytes]
    size: int


class Refusal(NamedTuple):
    """Why the kernel did not take a transaction.

    Attributes:
        number: the error's number.
        message: the place of the message at fault; None where it is the transaction as a whole.
        offset: where the attribute at fault begins, in bytes from the message's own beginning; 0
            where the kernel does not tell.
    """

    number: int
    message: int | None
    offset: int


class NfnetlinkSocket:
    """A netlink socket to netfilter in the network namespace of the thread that opens it.

    Args:
        subsystem: which part of netfilter (``NFNL_SUBSYS_…``).

    Attributes:
        port: the socket's netlink address, which notifications of its transactions name.

    Raises:
        OSError: the kernel has no netfilter.
    """

    def __init__(self, subsystem: int) -> None:
        self._subsystem = subsystem
        self._socket = _open()
        self.port: Final[int] = self._socket.getsockname()[0]
        self._sequence = count(1)
        self._lock = threading.Lock()

    def ask(self, kind: int, flags: int, family: int, body: bytes = b"") -> list[dict[int, bytes]]:
        """Send one request and wait for all of its answer.

        Args:
            kind: the message's type within the subsystem.
            flags: netlink's flags; that it is a request need not be said. Without any that asks for
                a last word, the answer is one message.
            family: ``AF_INET``, ``AF_INET6`` or ``AF_UNSPEC``.
            body: the attributes.

        Returns:
            The attributes of each message of the answer.

        Raises:
            OSError: what the kernel answered, or that it did not.
        """
        with self._lock:
            sequence = next(self._sequence)
            self._socket.send(_message(self._kind(kind), flags, family, sequence, body))
            return self._answers(sequence, one=not flags & (_NLM_F_ACK | _NLM_F_DUMP))

    def batch(self, family: int, flags: int, messages: Sequence[tuple[int, bytes]]) -> None:
        """Send one transaction and wait for each message's acknowledgement.

        Args:
            family: ``AF_INET`` or ``AF_INET6``.
            flags: netlink's flags of each message.
            messages: the type and the attributes of each.

        Raises:
            OSError: the kernel refused one; nothing of the transaction stays.
        """
        made = [Message(kind, flags, family, (body,), len(body)) for kind, body in messages]
        for refusal in self.transact(made):
            raise OSError(refusal.number, os.strerror(refusal.number))

    def transact(
        self, messages: Sequence[Message], *, generation: int | None = None
    ) -> list[Refusal]:
        """Send one transaction and wait for what the kernel says to it.

        Args:
            messages: what to do.
            generation: the ruleset's generation that it is meant for. With another one, the kernel
                refuses the whole with ERESTART; None is any.

        Returns:
            Every refusal, in the order of the messages, or nothing when it was carried out.

        Raises:
            OSError: the transaction could not be sent (EMSGSIZE: it is larger than the socket's
                buffer, and that could not be enlarged), or its acknowledgement is lost.
        """
        with self._lock:
            sequences = {next(self._sequence): index for index in range(len(messages))}
            begin, end = next(self._sequence), next(self._sequence)
            bound = b""
            if generation is not None:
                bound = attribute(_BATCH_GENERATION, struct.pack(">I", generation))
            parts = [_message(_BATCH_BEGIN, 0, 0, begin, bound, resource=self._subsystem)]
            last = len(messages) - 1
            subsystem = self._subsystem << 8
            for sequence, index in sequences.items():
                kind, flags, family, body, size = messages[index]
                flags |= _NLM_F_REQUEST | (_NLM_F_ACK if index == last else 0)
                length = _HEADERS.size + size
                parts.append(
                    _HEADERS.pack(length, subsystem | kind, flags, sequence, 0, family, 0, 0)
                )
                parts += body
            parts.append(_message(_BATCH_END, 0, 0, end, resource=self._subsystem))
            self._send(b"".join(parts))
            return self._refusals({**sequences, begin: None}, last)

    def _send(self, data: bytes) -> None:
        try:
            self._socket.send(data)
        except OSError as error:
            if error.errno != errno.EMSGSIZE:
                raise
            self._make_room(len(data))
            self._socket.send(data)

    def _make_room(self, size: int) -> None:
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, size)
        except PermissionError:  # in a user namespace: as much as any process may have
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)

    def _refusals(self, places: dict[int, int | None], last: int) -> list[Refusal]:
        """What the kernel says to a transaction; it has said all of it when the sending ends.

        Its last message is acknowledged; of the others, those that are refused are.
        """
        refusals, heard = [], False
        while not heard:
            try:
                data = self._socket.recv(_ANSWER_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                continue  # there were more refusals than there is room for; the first are there
            for kind, flags, sequence, body in _messages(data):
                if kind != _NLMSG_ERROR or sequence not in places:
                    continue
                refusal = _refusal(flags, body, places[sequence])
                heard = heard or refusal.message == last
                if refusal.number:
                    refusals.append(refusal)
        if not heard and not refusals:
            raise OSError(errno.ENOMSG, "the transaction was not acknowledged")
        return refusals

    def close(self) -> None:
        """Close the socket; harmless when closed already."""
        self._socket.close()

    def _kind(self, kind: int) -> int:
        return self._subsystem << 8 | kind

    def _answers(self, expected: int, *, one: bool) -> list[dict[int, bytes]]:
        answers: list[dict[int, bytes]] = []
        while True:
            for kind, _, sequence, body in _messages(self._socket.recv(_ANSWER_BYTES)):
                if sequence != expected:
                    continue
                if kind in {_NLMSG_ERROR, _NLMSG_DONE}:
                    _raise_for(body)
                    return answers
                answers.append(dict(attributes(body[_NFGENMSG.size :])))
                if one:
                    return answers


def _open() -> socket.socket:
    made = socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER
    )
    try:
        # The kernel's own time-out: Python's would ask before each answer whether there is one.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIMEOUT)
        for option in (_NETLINK_CAP_ACK, _NETLINK_EXT_ACK):
            made.setsockopt(_SOL_NETLINK, option, 1)
        made.bind((0, 0))
    except BaseException:
        made.close()
        raise
    return made


def family_of(version: IPVersion) -> int:
    """The kernel's number for an IP version."""
    return socket.AF_INET if version is IPVersion.V4 else socket.AF_INET6


def attribute(kind: int, payload: bytes) -> bytes:
    """One netlink attribute, filled up to four bytes."""
    length = _ATTRIBUTE.size + len(payload)
    return _ATTRIBUTE.pack(length, kind) + payload + bytes(_aligned(length) - length)


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The netlink attributes in some bytes: each one's type, and its payload.

    Raises:
        struct.error: the bytes are no attributes.
    """
    offset = 0
    while offset < len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size:
            raise struct.error(f"an attribute of {length} bytes")
        yield kind & ~_NESTED, data[offset + _ATTRIBUTE.size : offset + length]
        offset += _aligned(length)


def payload_of(kind: int, data: bytes, offset: int = 0) -> bytes:
    """The payload of the first netlink attribute of one type; none behind it is looked at.

    Args:
        kind: the type.
        data: the attributes.
        offset: where they begin.

    Raises:
        KeyError: there is none.
        struct.error: the bytes are no attributes.
    """
    while offset < len(data):
        length, found = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size:
            raise struct.error(f"an attribute of {length} bytes")
        if found & ~_NESTED == kind:
            return data[offset + _ATTRIBUTE.size : offset + length]
        offset += _aligned(length)
    raise KeyError(kind)


def _message(
    kind: int, flags: int, family: int, sequence: int, body: bytes = b"", *, resource: int = 0
) -> bytes:
    length = _HEADERS.size + len(body)
    flags |= _NLM_F_REQUEST
    resource = socket.htons(resource)
    return _HEADERS.pack(length, kind, flags, sequence, 0, family, 0, resource) + body


def _messages(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """The messages in what was received: each one's type, flags, sequence number and body."""
    at = 0
    while at < len(data):
        length, kind, flags, sequence, _ = _HEADER.unpack_from(data, at)
        yield kind, flags, sequence, data[at + _HEADER.size : at + length]
        at += _aligned(length)


def _refusal(flags: int, body: bytes, message: int | None) -> Refusal:
    (code,) = struct.unpack_from("=i", body)
    if not code:
        return Refusal(0, message, 0)
    told = dict(attributes(body[_ERROR_BYTES:])) if flags & _NLM_F_ACK_TLVS else {}
    offset = int.from_bytes(told.get(_ERROR_OFFSET, b""), sys.byteorder)
    return Refusal(-code, message, offset)


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def _raise_for(body: bytes) -> None:
    """Raise what an error message or the end of a dump says, unless that is 0 (done)."""
    (code,) = struct.unpack_from("=i", body)
    if code:
        raise OSError(-code, os.strerror(-code))
