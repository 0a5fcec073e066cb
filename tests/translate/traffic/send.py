"""Sends whole IP packets, given in hexadecimal, from inside a namespace."""

from __future__ import annotations

import socket
import sys

_IPV6 = 6


def main() -> None:
    for packet in map(bytes.fromhex, sys.argv[1:]):
        if packet[0] >> 4 == _IPV6:
            family, to = socket.AF_INET6, "::1"
        else:
            family, to = socket.AF_INET, socket.inet_ntoa(packet[16:20])
        with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            raw.sendto(packet, (to, 0))


if __name__ == "__main__":
    main()
