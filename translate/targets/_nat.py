"""What DNAT, SNAT and their kin share: a range of addresses, a range of ports, flags."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

from translate.addresses import mask_of_length, parse_address
from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import port_from_json, port_json, value_range
from translate.numbers import parse_uint
from translate.opaque import Opaque
from translate.protocols import DCCP, ICMP, SCTP, TCP, UDP
from translate.rule import Rule
from translate.services import service_port
from translate.types import IPAddress, IPVersion, PortRange, Statement, address_text

__all__ = [
    "NO_FLAGS",
    "PERSISTENT",
    "RANDOM",
    "RANDOM_FULLY",
    "NatFlags",
    "NatRange",
    "address_ends",
    "format_flags",
    "format_ports",
    "nat_from_nft",
    "nat_to_nft",
    "parse_flags",
    "parse_nat_ports",
    "parse_nat_range",
]

RANDOM: Final = Option(name="random", words=0)
RANDOM_FULLY: Final = Option(name="random-fully", words=0)
PERSISTENT: Final = Option(name="persistent", words=0)
_PORT_PROTOCOLS: Final = frozenset({TCP, UDP, SCTP, DCCP, ICMP})


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
        base_port: the port that ``ports`` begins for; others follow at the same distance (DNAT).
    """

    first: IPAddress | None = None
    last: IPAddress | None = None
    ports: PortRange | None = None
    base_port: int | None = None

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
        if self.base_port is not None:
            if self.ports is None:
                raise InvalidRule("a NAT base port needs a range of ports")
            if not 1 <= self.base_port <= 0xFFFF:
                raise InvalidRule(f"NAT base port must be 1 to 65535, not {self.base_port}")

    def text(self) -> str:
        """The range as iptables-save prints it."""
        ports = "" if self.ports is None else format_ports(self.ports, self.base_port)
        if self.first is None or self.last is None:
            return f":{ports}"
        addresses = address_text(self.first)
        if self.first != self.last:
            addresses += f"-{address_text(self.last)}"
        if not ports:
            return addresses
        return f"[{addresses}]:{ports}" if self.first.version == 6 else f"{addresses}:{ports}"


def format_ports(ports: PortRange, base_port: int | None = None) -> str:
    """``PORT``, ``FIRST-LAST`` or ``FIRST-LAST/BASE``, the last with both ends always."""
    if base_port is not None:
        return f"{ports.first}-{ports.last}/{base_port}"
    return str(ports).replace(":", "-")


def parse_nat_range(given: Given, context: ParseContext, *, shifted: bool) -> NatRange:
    """``[ADDR[-ADDR]][:PORT[-PORT[/BASE]]]``, IPv6 addresses in brackets where ports follow.

    Args:
        given: the option.
        context: the rule around it.
        shifted: whether a base port may be given.

    Raises:
        ParseError: part of it cannot be read, or ports are given for a protocol without them.
    """
    addresses, ports_text = _split(given, context.version)
    ports, base_port = None, None
    if ports_text is not None:
        ports, base_port = parse_nat_ports(ports_text, given, context, shifted=shifted)
    try:
        if not addresses and ports is not None:
            return NatRange(ports=ports, base_port=base_port)
        first_text, dash, last_text = addresses.partition("-")
        first = _read_address(first_text, context.version)
        last = _read_address(last_text, context.version) if dash else first
        return NatRange(first=first, last=last, ports=ports, base_port=base_port)
    except InvalidRule as error:
        raise given.error(str(error)) from error


def _read_address(text: str, version: IPVersion) -> IPAddress:
    """An address as inet_pton(3) reads it: octal and hexadecimal numbers are none to it."""
    address = parse_address(text, version)
    if version is IPVersion.V4 and str(address) != text:
        raise InvalidRule(f"{text!r} is not an IPv4 address: four decimal numbers were expected")
    return address


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


def parse_nat_ports(
    text: str, given: Given, context: ParseContext, *, shifted: bool = False
) -> tuple[PortRange, int | None]:
    """``PORT``, ``FIRST-LAST`` or ``FIRST-LAST/BASE``; PORT and BASE may be services' names.

    Raises:
        ParseError: a port is none, the range runs backwards, or the rule's protocol has no ports or
            is not known yet.
    """
    protocol = context.protocol
    if protocol is None or protocol.value not in _PORT_PROTOCOLS:
        raise given.error("a port needs -p tcp, udp, sctp or dccp")
    if context.is_before_protocol(given):
        raise given.error("a port needs -p before it")
    service = service_port(text)
    if service is not None:
        return PortRange.single(service), None
    range_text, slash, base_text = text.partition("/")
    first_text, dash, last_text = range_text.partition("-")
    first = parse_uint(first_text, maximum=0xFFFF)
    last = parse_uint(last_text, maximum=0xFFFF) if dash else first
    if first is None or last is None:
        raise given.error(f"invalid port {text!r}: a number from 0 to 65535, or two with '-'")
    if first > last:
        raise given.error(f"invalid port range {text!r}: {first} is above {last}")
    if not slash:
        return PortRange(first, last), None
    if not shifted:
        raise given.error("a base port (PORT-PORT/BASE) belongs to -j DNAT")
    base = service_port(base_text) or parse_uint(base_text, maximum=0xFFFF, minimum=1)
    if base is None or not dash:
        raise given.error(f"invalid base port in {text!r}: FIRST-LAST/BASE with a port from 1")
    return PortRange(first, last), base


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


def nat_to_nft(key: str, where: NatRange | None, flags: NatFlags, rule: Rule) -> list[Statement]:
    """The statement ``dnat``, ``snat``, ``masquerade`` or ``redirect``.

    Raises:
        Untranslatable: the range has a base port, runs backwards, or has ports where the rule asks
            for no particular protocol.
    """
    body: dict[str, Any] = {}
    if where is not None and where.first is not None and where.last is not None:
        first, last = address_text(where.first), address_text(where.last)
        if int(where.first) > int(where.last):
            raise Untranslatable(f"address range {first}-{last}", "nft takes none backwards")
        body["addr"] = first if first == last else value_range(first, last)
    if where is not None and where.ports is not None:
        if where.base_port is not None:
            raise Untranslatable(
                f"port range {format_ports(where.ports, where.base_port)}",
                "nft has no ports shifted from a base port",
            )
        foreign = any(isinstance(value, Opaque) for value in rule.matches)  # may say the protocol
        if not foreign and (rule.protocol is None or rule.protocol.negated):
            raise Untranslatable("NAT to a port with ! -p", "nft wants to know the protocol")
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
    if not isinstance(body, dict) or not set(body) <= {"addr", "port", "flags"}:
        return None
    flags = _flags_from_json(body.get("flags", []))
    if flags is None:
        return None
    where = None
    if "addr" in body or "port" in body:
        try:
            where = _range_from_json(body, cursor.version)
        except InvalidRule:
            return None
    return where, flags


def _flags_from_json(value: Any) -> NatFlags | None:
    names = value if isinstance(value, list) else [value]
    if any(name not in ("random", "fully-random", "persistent") for name in names):
        return None
    return NatFlags(
        random="random" in names,
        fully_random="fully-random" in names,
        persistent="persistent" in names,
    )


def _range_from_json(body: dict[str, Any], version: IPVersion) -> NatRange:
    first, last = address_ends(body["addr"], version) if "addr" in body else (None, None)
    ports = port_from_json(body["port"]) if "port" in body else None
    if "port" in body and ports is None:
        raise InvalidRule("the port is not a plain one")
    return NatRange(first=first, last=last, ports=ports)


def address_ends(value: Any, version: IPVersion) -> tuple[IPAddress, IPAddress]:
    """The first and last address of an address, a range or a prefix in nft's JSON.

    Raises:
        InvalidRule: it is none of these.
    """
    if isinstance(value, dict) and isinstance(value.get("prefix"), dict):
        return _prefix_ends(value["prefix"], version)
    ends = value.get("range") if isinstance(value, dict) else [value, value]
    if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(e, str) for e in ends):
        raise InvalidRule("the address is not a plain one")
    return parse_address(ends[0], version), parse_address(ends[1], version)


def _prefix_ends(body: dict[str, Any], version: IPVersion) -> tuple[IPAddress, IPAddress]:
    address, length = body.get("addr"), body.get("len")
    if not isinstance(address, str) or not isinstance(length, int):
        raise InvalidRule("the prefix is not a plain one")
    if not 0 <= length <= version.bits:
        raise InvalidRule(f"prefix length must be 0 to {version.bits}")
    first = parse_address(address, version)
    rest = int(mask_of_length(length, version)) ^ ((1 << version.bits) - 1)
    last = int(first) | rest
    return first, IPv4Address(last) if version is IPVersion.V4 else IPv6Address(last)
