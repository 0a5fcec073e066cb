"""The floor: elements of nfcore's sets as bytes made beforehand, given straight to the kernel."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Sequence
from contextlib import closing
from typing import Final

from bench.peers._known import PlannedPeer, monitored_handles
from bench.peers._nft import in_library, json_text
from bench.peers._peer import Work
from bench.peers._raw_elements import raw_batch
from bench.workload import KEPT, Stack
from nfcore.executor import RulesetMonitor
from nfcore.layout import SetsLayout
from nfcore.operations import AddElements, AddSet, DeleteElements, Operation, SetRef, SetType

__all__ = ["FloorPeer", "open_floor"]

_NETLINK_NETFILTER: Final = 12
_SO_SNDBUFFORCE: Final = 32
_SEND_BYTES: Final = 1 << 28
_ANSWER_BYTES: Final = 1 << 16
_NLMSG_ERROR: Final = 2
_TIMEOUT: Final = 60.0  # seconds


class FloorPeer(PlannedPeer):
    """Sends elements as raw netlink. Sets and rules are made by libnftables, before any clock runs.

    One network stays, so that no set comes or goes with the networks that are measured. Nobody
    listens to the kernel's notifications meanwhile, as nfcore has to.

    Args:
        stack: the IP versions.
    """

    def __init__(self, stack: Stack) -> None:
        self._types: dict[SetRef, SetType] = {}
        self._library = in_library(json=True)
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
        self._socket.settimeout(_TIMEOUT)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, _SEND_BYTES)
        with closing(RulesetMonitor()) as monitor:
            told = monitored_handles(monitor)
            super().__init__(stack, lambda wanted: told(wanted) if wanted else (), SetsLayout)
            self.fill([KEPT])

    def write(self, operations: Sequence[Operation]) -> Work:
        """The bytes; as JSON where sets or rules are made."""
        elements = [one for one in operations if isinstance(one, AddElements | DeleteElements)]
        if len(elements) == len(operations):
            batch = raw_batch(elements, self._types)
            return lambda: self._send(batch)
        self._types.update((one.set, one.type) for one in operations if isinstance(one, AddSet))
        text = json_text(operations)
        return lambda: self._library(text)

    def _send(self, batch: bytes) -> None:
        """Send a transaction and wait for its acknowledgement.

        Raises:
            OSError: what the kernel answered.
        """
        self._socket.send(batch)
        answer = self._socket.recv(_ANSWER_BYTES)
        _, kind = struct.unpack_from("=IH", answer)
        (code,) = struct.unpack_from("=i", answer, 16)
        if kind != _NLMSG_ERROR or code:
            raise OSError(-code, os.strerror(-code))

    def close(self) -> None:
        """Close the socket too."""
        super().close()
        self._socket.close()


def open_floor(stack: Stack) -> FloorPeer:
    """Raw netlink."""
    return FloorPeer(stack)
