"""Ports as tcp, udp, sctp, dccp and multiport read and print them."""

from __future__ import annotations

import re
from typing import Final

from translate.extension import Given
from translate.numbers import parse_uint
from translate.services import service_port
from translate.types import PortRange

__all__ = ["parse_port", "parse_port_range"]

_MAX_PORT: Final = 0xFFFF
_DECIMAL: Final = re.compile(r"[ \t-\r]*\+?(?P<digits>[0-9]+)")


def parse_port(text: str, given: Given, protocol: str | None) -> int:
    """One port by number, or by its service's name.

    Args:
        text: the number or name.
        given: the option it belongs to.
        protocol: the protocol that the service must have. None is how udp and dccp ask, through
            getaddrinfo(3): the service may have any protocol, and numbers are always decimal.

    Raises:
        ParseError: it is no port. iptables itself wraps some numbers round at 65536.
    """
    if protocol is None:
        decimal = _DECIMAL.fullmatch(text)
        port = int(decimal["digits"]) if decimal is not None else service_port(text)
    else:
        port = parse_uint(text)
        if port is None:
            port = service_port(text, protocol)
    if port is None or port > _MAX_PORT:
        kind = "service" if protocol is None else f"{protocol} service"
        raise given.error(
            f"invalid port {text!r}: a number from 0 to 65535 or the name of a {kind}"
        )
    return port


def parse_port_range(given: Given, protocol: str | None) -> PortRange:
    """``PORT``, ``FIRST:LAST``, ``:LAST`` or ``FIRST:``, each as `parse_port` reads it.

    Raises:
        ParseError: a port is none, or the range runs backwards.
    """
    first_text, colon, last_text = given.value.partition(":")
    if not colon:
        return PortRange.single(parse_port(first_text, given, protocol))
    first = parse_port(first_text, given, protocol) if first_text else 0
    last = parse_port(last_text, given, protocol) if last_text else 0xFFFF
    if first > last:
        raise given.error(f"invalid port range {given.value!r}: {first} is above {last}")
    return PortRange(first, last)
