"""What hosts answer with. Each function serves until its process ends."""

from __future__ import annotations

import socket
import threading
from typing import Final

import psutil

__all__ = ["DISCARD_PORT", "ECHO_PORT", "accept_all", "discard", "echo", "received"]

ECHO_PORT: Final = 5001
DISCARD_PORT: Final = 5002


def echo() -> None:
    """Send every datagram back."""
    served = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    served.bind(("", ECHO_PORT))

    def serve() -> None:
        while True:
            served.sendto(*served.recvfrom(64))

    threading.Thread(target=serve, daemon=True).start()


def discard() -> None:
    """Have a socket that takes datagrams and is never read."""
    served = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    served.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)  # the least there is
    served.bind(("", DISCARD_PORT))
    served.detach()  # it stays open, without anybody to close it


def received() -> int:
    """How many packets the host has received."""
    return int(psutil.net_io_counters(pernic=True)["eth0"].packets_recv)


def accept_all(port: int) -> None:
    """Accept every connection and close it."""
    served = socket.create_server(("", port), backlog=1024)

    def serve() -> None:
        while True:
            served.accept()[0].close()

    threading.Thread(target=serve, daemon=True).start()
