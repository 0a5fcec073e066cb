"""Making a namespace forget its flows."""

from __future__ import annotations

import socket
import struct

from tests.translate.evaluate.lab.namespaces import inside

__all__ = ["Flows"]

_NETLINK_NETFILTER = 12
_CT_DELETE = (1 << 8) | 2
_REQUEST_ACK = 0x1 | 0x4
_ERROR = 2


class Flows:
    """A namespace's connection tracking table.

    pyroute2's NFCTSocket opens its socket in another thread, and so in another namespace.

    Args:
        namespace: whose table.
    """

    def __init__(self, namespace: str) -> None:
        with inside(namespace):
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
        self._socket.settimeout(5)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def forget(self) -> None:
        """Delete every flow; they are gone when this returns."""
        header = struct.pack("=IHHII", 20, _CT_DELETE, _REQUEST_ACK, 1, 0)
        self._socket.send(header + b"\0\0\0\0")
        answer = self._socket.recv(4096)
        kind, error = (
            struct.unpack_from("=H", answer, 4)[0],
            struct.unpack_from("=i", answer, 16)[0],
        )
        if kind != _ERROR or error != 0:
            raise AssertionError(f"flows are not deleted: error {error}")
