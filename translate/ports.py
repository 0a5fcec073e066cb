"""Ports as tcp, udp, udplite, sctp, dccp and multiport read and print them."""

from __future__ import annotations

from translate.extension import Given
from translate.numbers import parse_uint
from translate.types import PortRange

__all__ = ["parse_port", "parse_port_range"]


def parse_port(text: str, given: Given) -> int:
    """One port by number.

    Raises:
        ParseError: it is no port.
    """
    port = parse_uint(text, maximum=0xFFFF)
    if port is None:
        raise given.error(f"invalid port {text!r}: a number from 0 to 65535")
    return port


def parse_port_range(given: Given) -> PortRange:
    """``PORT``, ``FIRST:LAST``, ``:LAST`` or ``FIRST:``.

    Raises:
        ParseError: a port is none, or the range runs backwards.
    """
    first_text, colon, last_text = given.value.partition(":")
    if not colon:
        return PortRange.single(parse_port(first_text, given))
    first = parse_port(first_text, given) if first_text else 0
    last = parse_port(last_text, given) if last_text else 0xFFFF
    if first > last:
        raise given.error(f"invalid port range {given.value!r}: {first} is above {last}")
    return PortRange(first, last)
