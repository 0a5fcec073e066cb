"""Sends whole IPv6 packets, given in hexadecimal, from inside a namespace."""

from __future__ import annotations

import socket
import sys


def main() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        for packet in sys.argv[1:]:
            raw.sendto(bytes.fromhex(packet), ("::1", 0))


if __name__ == "__main__":
    main()
