"""A socket to one of netfilter's subsystems, and the framing of its messages.

The messages are those of ``linux/netlink.h`` and ``linux/netfilter/nfnetlink.h``.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final

from translate import IPVersion

__all__ = ["NfnetlinkSocket", "attribute", "attributes", "family_of"]

_NETLINK_NETFILTER: Final = 12
_NESTED: Final = 0x8000
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_NLM_F_REQUEST, _NLM_F_ACK = 0x1, 0x4
_BATCH_BEGIN, _BATCH_END = 16, 17
_HEADER: Final = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_NFGENMSG: Final = struct.Struct("=BBH")  # family, version, resource
_ATTRIBUTE: Final = struct.Struct("=HH")  # length, type
_ANSWER_BYTES: Final = 1 << 16
_TIMEOUT: Final = 10.0  # seconds; the kernel answers inside the send


class NfnetlinkSocket:
    """A netlink socket to netfilter in the network namespace of the thread that opens it.

    Args:
        subsystem: which part of netfilter (``NFNL_SUBSYS_…``).

    Raises:
        OSError: the kernel has no netfilter.
    """

    def __init__(self, subsystem: int) -> None:
        self._subsystem = subsystem
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER
        )
        self._socket.settimeout(_TIMEOUT)
        self._sequence = count(1)
        self._lock = threading.Lock()

    def ask(self, kind: int, flags: int, family: int, body: bytes = b"") -> list[dict[int, bytes]]:
        """Send one request and wait for all of its answer.

        Args:
            kind: the message's type within the subsystem.
            flags: netlink's flags; that it is a request need not be said.
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
            return list(self._answers(sequence))

    def batch(self, family: int, flags: int, messages: Sequence[tuple[int, bytes]]) -> None:
        """Send one transaction and wait for each message's acknowledgement.

        Args:
            family: ``AF_INET`` or ``AF_INET6``.
            flags: netlink's flags of each message.
            messages: the type and the attributes of each.

        Raises:
            OSError: the kernel refused one; nothing of the transaction stays.
        """
        with self._lock:
            first = next(self._sequence)
            parts = [_message(_BATCH_BEGIN, 0, 0, first, resource=self._subsystem)]
            sequences = []
            for kind, body in messages:
                sequences.append(next(self._sequence))
                parts.append(
                    _message(self._kind(kind), flags | _NLM_F_ACK, family, sequences[-1], body)
                )
            last = next(self._sequence)
            parts.append(_message(_BATCH_END, 0, 0, last, resource=self._subsystem))
            self._socket.send(b"".join(parts))
            for sequence in sequences:
                list(self._answers(sequence))

    def close(self) -> None:
        """Close the socket; harmless when closed already."""
        self._socket.close()

    def _kind(self, kind: int) -> int:
        return self._subsystem << 8 | kind

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


def _message(
    kind: int, flags: int, family: int, sequence: int, body: bytes = b"", *, resource: int = 0
) -> bytes:
    length = _HEADER.size + _NFGENMSG.size + len(body)
    return (
        _HEADER.pack(length, kind, _NLM_F_REQUEST | flags, sequence, 0)
        + _NFGENMSG.pack(family, 0, socket.htons(resource))
        + body
    )


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def _raise_for(body: bytes) -> None:
    """Raise what an error message or the end of a dump says, unless that is 0 (done)."""
    (code,) = struct.unpack_from("=i", body)
    if code:
        raise OSError(-code, os.strerror(-code))
