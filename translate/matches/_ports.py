"""What the matches on source and destination ports share."""

from __future__ import annotations

from typing import Final

from translate.extension import GivenOptions, Option
from translate.nft.cursor import Cursor
from translate.nft.statements import match, payload, port_from_json, port_json
from translate.ports import parse_port_range
from translate.types import Negatable, PortRange, Statement

__all__ = ["PORT_OPTIONS", "format_ports", "parse_ports", "ports_from_nft", "ports_to_nft"]

Ports = Negatable[PortRange]

PORT_OPTIONS: Final = (
    Option(name="source-port", key="sport", negatable=True),
    Option(name="sport", negatable=True),
    Option(name="destination-port", key="dport", negatable=True),
    Option(name="dport", negatable=True),
)
_ALL_PORTS: Final = PortRange(0, 0xFFFF)


def parse_ports(given: GivenOptions, key: str) -> Ports | None:
    """The ports given with ``--sport`` or ``--dport``; None for none, or for all of them."""
    option = given.get(key)
    if option is None:
        return None
    ports = parse_port_range(option)
    return None if ports == _ALL_PORTS and not option.negated else Negatable(ports, option.negated)


def format_ports(key: str, ports: Ports | None) -> list[str]:
    """``[!] --KEY PORTS``."""
    if ports is None:
        return []
    return [*ports.bang, f"--{key}", str(ports.value)]


def ports_to_nft(protocol: str, key: str, ports: Ports | None) -> list[Statement]:
    """``PROTOCOL KEY [!=] PORTS``."""
    if ports is None:
        return []
    return [match(payload(protocol, key), port_json(ports.value), negated=ports.negated)]


def ports_from_nft(cursor: Cursor, protocol: str, key: str) -> Ports | None:
    """Read such a statement at the cursor and step past it."""
    view = cursor.match_on(payload(protocol, key))
    if view is None or not view.is_equality:
        return None
    ports = port_from_json(view.right)
    if ports is None:
        return None
    cursor.take()
    return Negatable(ports, view.negated)
