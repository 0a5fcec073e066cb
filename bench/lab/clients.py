"""What hosts send, and what they measure."""

from __future__ import annotations

import resource
import selectors
import socket
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Final

from bench.lab.servers import DISCARD_PORT, ECHO_PORT

__all__ = ["connect_for", "flood", "paced_trips", "round_trips"]

_TIMEOUT: Final = 5.0  # seconds
_DRAIN: Final = 1.0  # seconds; an answer that takes longer is lost
_PAYLOAD: Final = b"x" * 64
_PACKETS_AT_ONCE: Final = 16


def round_trips(address: str, most: int, patience: float) -> list[float]:
    """Seconds of each round trip; the first, which makes entries and learns addresses, is left out.

    Each packet is of a flow of its own, so that it passes the rules as a new one.

    Args:
        address: where to.
        most: how many.
        patience: after how many seconds to be content with fewer.
    """
    _round_trip(address)
    end = time.perf_counter() + patience
    trips = [_round_trip(address)]
    while len(trips) < most and time.perf_counter() < end:
        trips.append(_round_trip(address))
    return trips


def _round_trip(address: str) -> float:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(_TIMEOUT)
        began = time.perf_counter()
        asking.sendto(_PAYLOAD, (address, ECHO_PORT))
        asking.recv(64)
        return round(time.perf_counter() - began, 7)


def flood(address: str, seconds: float) -> float:
    """Send datagrams of one flow as fast as it goes.

    Returns:
        How many seconds it really took.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.connect((address, DISCARD_PORT))
        began = now = time.perf_counter()
        while now < began + seconds:
            for _ in range(_PACKETS_AT_ONCE):
                sending.send(_PAYLOAD)
            now = time.perf_counter()
        return now - began


def connect_for(address: str, ports: Sequence[int], seconds: float) -> float:
    """Make connections one after the other, to these ports in turn.

    Returns:
        How many there were a second.
    """
    began = time.perf_counter()
    elapsed, done = 0.0, 0
    turns = cycle(ports)
    while elapsed < seconds:
        with socket.create_connection((address, next(turns)), _TIMEOUT) as made:
            made.recv(1)
        done += 1
        elapsed = time.perf_counter() - began
    return round(done / elapsed, 1)


def paced_trips(address: str, per_second: float, seconds: float) -> tuple[list[float], int]:
    """Send packets at a fixed rate, each of a flow of its own, whatever becomes of the others.

    Args:
        address: where to.
        per_second: how many a second.
        seconds: for how long.

    Returns:
        The seconds of each round trip, and how many packets were lost.
    """
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    trips: list[float] = []
    sent = 0
    with selectors.DefaultSelector() as waiting:
        began = time.perf_counter()
        while True:
            now = time.perf_counter() - began
            due = sent / per_second
            if due < seconds and due <= now:
                sent += 1
                asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                waiting.register(asking, selectors.EVENT_READ, time.perf_counter())
                asking.sendto(_PAYLOAD, (address, ECHO_PORT))
                continue
            until = due if due < seconds else seconds + _DRAIN
            if (due >= seconds and not waiting.get_map()) or now >= seconds + _DRAIN:
                return trips, len(waiting.get_map())
            trips += _answers(waiting, until - now)


def _answers(waiting: selectors.BaseSelector, timeout: float) -> list[float]:
    """The seconds that those packets took whose answers have come."""
    found = []
    for key, _ in waiting.select(timeout):
        found.append(round(time.perf_counter() - key.data, 7))
        waiting.unregister(key.fileobj)
        if isinstance(key.fileobj, socket.socket):
            key.fileobj.close()
    return found
