"""The notation of ``docker run -p``: ``[HOSTIP:]HOSTPORT:PORT[/PROTO]``, ranges included.

Compose's short form of ``ports`` is the same. Docker also takes a container port alone, or a range
of host ports for one container port, and then picks a free host port; nfcore keeps no ports, so it
asks for the one to be published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final, get_args

from nfcore.bridge import Protocol
from nfcore.exceptions import InvalidInput
from nfcore.inputs._values import parse_address
from translate import IPAddress

__all__ = ["Publish", "parse_port_range", "parse_protocol", "parse_publish"]

_PORT_RANGE: Final = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_PROTOCOLS: Final[dict[str, Protocol]] = {name: name for name in get_args(Protocol)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """Container ports and the host ports before them, without the container.

    Args:
        host_ports: the host's ports.
        ports: the container's ports, as many.
        protocol: tcp, udp or sctp.
        host_address: the host address as given; unspecified (``0.0.0.0``, ``::``) is every address
            of that version, None every address of both.
    """

    host_ports: range
    ports: range
    protocol: Protocol = "tcp"
    host_address: IPAddress | None = None

    def __post_init__(self) -> None:
        if len(self.host_ports) == len(self.ports):
            return
        host, container = _written(self.host_ports), _written(self.ports)
        if len(self.ports) == 1:
            raise InvalidInput(
                f"host ports {host} for container port {container}: Docker would pick a free one; "
                f"nfcore picks none, write one host port (such as {self.host_ports.start})"
            )
        raise InvalidInput(
            f"host ports {host} are {len(self.host_ports)}, container ports {container} are "
            f"{len(self.ports)}: both ranges must be of one length"
        )


def parse_publish(text: str) -> Publish:
    """Read ``[HOSTIP:]HOSTPORT:PORT[/PROTO]``; an IPv6 address stands in brackets.

    Raises:
        InvalidInput: for anything else, and where Docker would pick the host port.
    """
    binding, slash, protocol = text.partition("/")
    before, colon, container = binding.rpartition(":")
    address, _, host = before.rpartition(":")
    if not colon:
        before, container = "", binding
    ports = parse_port_range(container)
    if not host:
        raise InvalidInput(
            f"{text!r} has no host port: Docker would pick a free one, nfcore picks none; "
            f"write HOSTPORT:{container}"
        )
    return Publish(
        host_ports=parse_port_range(host),
        ports=ports,
        protocol=parse_protocol(protocol) if slash else "tcp",
        host_address=_bracketed_address(address) if address else None,
    )


def parse_port_range(text: str) -> range:
    """A port from 1 to 65535, or ``FIRST-LAST``.

    Raises:
        InvalidInput: for anything else.
    """
    match = _PORT_RANGE.fullmatch(text)
    if match is None:
        raise InvalidInput(f"{text!r} is no port: write one like 8080, or a range like 8080-8089")
    first = int(match[1])
    last = int(match[2] or first)
    for port in (first, last):
        if not 1 <= port <= 65535:
            raise InvalidInput(f"port {port} is not in 1 to 65535")
    if first > last:
        raise InvalidInput(f"the port range {text} runs backwards: write {last}-{first}")
    return range(first, last + 1)


def parse_protocol(text: str) -> Protocol:
    """tcp, udp or sctp, in any case as in Docker.

    Raises:
        InvalidInput: for any other word.
    """
    try:
        return _PROTOCOLS[text.lower()]
    except KeyError:
        raise InvalidInput(f"unknown protocol {text!r}: write {', '.join(_PROTOCOLS)}") from None


def _bracketed_address(text: str) -> IPAddress:
    if text.startswith("[") and text.endswith("]"):
        return parse_address(text[1:-1])
    address = parse_address(text)
    if isinstance(address, IPv6Address):
        raise InvalidInput(f"an IPv6 host address stands in brackets: write [{text}]")
    return address


def _written(ports: range) -> str:
    return str(ports.start) if len(ports) == 1 else f"{ports.start}-{ports.stop - 1}"
