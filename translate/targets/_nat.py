"""What DNAT, SNAT and their kin share: a range of addresses, a range of ports, flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from translate.addresses import parse_address
from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import port_from_json, port_json, value_range
from translate.numbers import parse_uint
from translate.protocols import DCCP, SCTP, TCP, UDP, UDPLITE
from translate.types import IPAddress, IPVersion, PortRange, Statement

__all__ = [
    "NAT_FLAG_OPTIONS",
    "NO_FLAGS",
    "PORT_PROTOCOLS",
    "NatFlags",
    "NatRange",
    "format_flags",
    "nat_from_nft",
    "nat_to_nft",
    "parse_flags",
    "parse_nat_ports",
    "parse_nat_range",
]

PORT_PROTOCOLS: Final = (TCP, UDP, UDPLITE, SCTP, DCCP)
NAT_FLAG_OPTIONS: Final = (
    Option(name="random", words=0),
    Option(name="random-fully", words=0),
    Option(name="persistent", words=0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NatFlags:
    """``--random``, ``--random-fully`` and ``--persistent``."""

    random: bool = False
    fully_random: bool = False
    persistent: bool = False


NO_FLAGS: Final = NatFlags()


@dataclass(frozen=True, slots=True, kw_only=True)
class NatRange:
    """Where to translate to.

    Args:
        first: the first address, or None to keep the address.
        last: the last address; equal to ``first`` for a single one.
        ports: the ports, or None to keep the port.
    """

    first: IPAddress | None = None
    last: IPAddress | None = None
    ports: PortRange | None = None

    def __post_init__(self) -> None:
        if (self.first is None) != (self.last is None):
            raise InvalidRule("a NAT range has both a first and a last address, or neither")
        if self.first is None and self.ports is None:
            raise InvalidRule("a NAT range needs an address or a port")
        if (
            self.first is not None
            and self.last is not None
            and self.first.version != self.last.version
        ):
            raise InvalidRule(f"{self.first} and {self.last} differ in IP version")

    def text(self) -> str:
        """The range as iptables-save prints it."""
        ports = "" if self.ports is None else str(self.ports).replace(":", "-")
        if self.first is None:
            return f":{ports}"
        addresses = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        if not ports:
            return addresses
        return f"[{addresses}]:{ports}" if self.first.version == 6 else f"{addresses}:{ports}"


def parse_nat_range(given: Given, context: ParseContext) -> NatRange:
    """``[ADDR[-ADDR]][:PORT[-PORT]]``, IPv6 addresses in brackets where ports follow.

    Raises:
        ParseError: part of it cannot be read, or ports are given for a protocol without them.
    """
    addresses, ports_text = _split(given, context.version)
    ports = None
    if ports_text is not None:
        if not context.has_protocol(*PORT_PROTOCOLS):
            raise given.error("a port needs -p tcp, udp, udplite, sctp or dccp")
        ports = parse_nat_ports(ports_text, given)
    try:
        if not addresses:
            return NatRange(ports=ports)
        first_text, dash, last_text = addresses.partition("-")
        first = parse_address(first_text, context.version)
        last = parse_address(last_text, context.version) if dash else first
        return NatRange(first=first, last=last, ports=ports)
    except InvalidRule as error:
        raise given.error(str(error)) from error


def _split(given: Given, version: IPVersion) -> tuple[str, str | None]:
    text = given.value
    if version is IPVersion.V4:
        addresses, colon, ports = text.partition(":")
        return addresses, ports if colon else None
    if text.startswith("["):
        addresses, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise given.error(f"{text!r} should read [ADDRESS]:PORT")
        return addresses, rest[1:] if rest else None
    if text.startswith(":") and not text.startswith("::"):
        return "", text[1:]
    return text, None


def parse_nat_ports(text: str, given: Given) -> PortRange:
    """``PORT`` or ``FIRST-LAST``.

    Raises:
        ParseError: a port is none, or the range runs backwards.
    """
    first_text, dash, last_text = text.partition("-")
    first = parse_uint(first_text, maximum=0xFFFF, minimum=1)
    last = parse_uint(last_text, maximum=0xFFFF, minimum=1) if dash else first
    if first is None or last is None:
        raise given.error(f"invalid port {text!r}: a number from 1 to 65535, or two with '-'")
    if first > last:
        raise given.error(f"invalid port range {text!r}: {first} is above {last}")
    return PortRange(first, last)


def parse_flags(given: GivenOptions) -> NatFlags:
    """The flags among the options given."""
    return NatFlags(
        random="random" in given,
        fully_random="random-fully" in given,
        persistent="persistent" in given,
    )


def format_flags(flags: NatFlags) -> list[str]:
    """The flags in iptables-save's order."""
    words = []
    if flags.random:
        words.append("--random")
    if flags.fully_random:
        words.append("--random-fully")
    if flags.persistent:
        words.append("--persistent")
    return words


def nat_to_nft(key: str, where: NatRange | None, flags: NatFlags) -> list[Statement]:
    """The statement ``dnat``, ``snat``, ``masquerade`` or ``redirect``."""
    body: dict[str, Any] = {}
    if where is not None and where.first is not None:
        first, last = str(where.first), str(where.last)
        body["addr"] = first if first == last else value_range(first, last)
    if where is not None and where.ports is not None:
        body["port"] = port_json(where.ports)
    names = [
        name
        for name, on in (
            ("random", flags.random),
            ("fully-random", flags.fully_random),
            ("persistent", flags.persistent),
        )
        if on
    ]
    if names:
        body["flags"] = names[0] if len(names) == 1 else names
    return [{key: body or None}]


def nat_from_nft(cursor: Cursor, key: str) -> tuple[NatRange | None, NatFlags] | None:
    """Read such a statement at the cursor, without stepping past it."""
    statement = cursor.peek() or {}
    if key not in statement:
        return None
    body = statement[key] or {}
    if not isinstance(body, dict) or not set(body) <= {"addr", "port", "flags", "family"}:
        return None
    names = body.get("flags", [])
    names = {names} if isinstance(names, str) else set(names)
    if not names <= {"random", "fully-random", "persistent"}:
        return None
    flags = NatFlags(
        random="random" in names,
        fully_random="fully-random" in names,
        persistent="persistent" in names,
    )
    try:
        where = _range_from_json(body, cursor.version)
    except InvalidRule:
        return None
    return (where, flags)


def _range_from_json(body: dict[str, Any], version: IPVersion) -> NatRange | None:
    if "addr" not in body and "port" not in body:
        return None
    first = last = None
    if "addr" in body:
        address = body["addr"]
        ends = address.get("range") if isinstance(address, dict) else [address, address]
        if not isinstance(ends, list) or not all(isinstance(end, str) for end in ends):
            raise InvalidRule("the address is not a plain one")
        first, last = (parse_address(end, version) for end in ends)
    ports = port_from_json(body["port"]) if "port" in body else None
    if "port" in body and ports is None:
        raise InvalidRule("the port is not a plain one")
    return NatRange(first=first, last=last, ports=ports)
