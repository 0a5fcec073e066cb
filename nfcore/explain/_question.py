"""What is asked: a packet, told by its ends or field by field. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Final

from nfcore.exceptions import InvalidInput, ParseError
from nfcore.inputs import parse_address
from translate import IPAddress, IPVersion, parse
from translate.evaluate import State
from translate.matches.icmp import Icmp
from translate.matches.icmp6 import Icmp6
from translate.protocols import protocol_number

__all__ = [
    "End",
    "Place",
    "Question",
    "complete_end",
    "parse_end",
    "parse_icmp_type",
    "parse_mark",
    "parse_protocol",
    "parse_state",
]


class Place(enum.Enum):
    """Ends of a packet's way that have a word of their own."""

    HOST = "host"
    """The host itself, by the address that the other end knows it by."""
    OUTSIDE = "outside"
    """Somewhere that is reached by the default route."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a packet's way.

    Args:
        place: the host or outside, or None.
        network: a network's name or bridge, or None.
        address: an address, or None.
        port: a port, or None.
        protocol: a protocol's number, or None.
    """

    place: Place | None = None
    network: str | None = None
    address: IPAddress | None = None
    port: int | None = None
    protocol: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A packet, as far as the user has said.

    What is None follows from the rest, from the networks and from the host's routes.

    Args:
        sender: where it comes from.
        receiver: where it goes.
        in_interface: where it comes in.
        out_interface: where it leaves.
        version: its IP version.
        protocol: its protocol's number.
        icmp_type: its ICMP type, as ``--icmp-type`` of iptables has it.
        state: what connection tracking makes of it.
        mark: its firewall mark.
    """

    sender: End
    receiver: End
    in_interface: str | None = None
    out_interface: str | None = None
    version: IPVersion | None = None
    protocol: int | None = None
    icmp_type: str | None = None
    state: State = State.NEW
    mark: int = 0


_NOTATION: Final = "[NETWORK:]ADDRESS[:PORT][/PROTO], NETWORK, host[:PORT] or outside[:PORT]"


def parse_end(text: str, *, option: str) -> End:
    """Read ``--from`` or ``--to``: ``[NETWORK:]ADDRESS[:PORT][/PROTO]``, ``host``, ``outside``.

    A network alone (its name or its bridge) is some container on it. An IPv6 address stands in
    brackets, unless it stands alone.

    Args:
        text: what was given.
        option: the option, for messages.

    Raises:
        InvalidInput: it is none of these.
    """
    alone = _address_or_none(text)
    if alone is not None:
        return End(address=alone)
    rest, slash, protocol = text.partition("/")
    words = _words(rest, option)
    name, address, port = words.pop(0), None, None
    if (inner := _address_or_none(name)) is not None:
        name, address = "", inner
    elif words and (inner := _address_or_none(words[0])) is not None:
        address = inner
        words.pop(0)
    if words:
        port = _port(words.pop(0), option)
    if words or not (name or address):
        raise _no_end(text, option)
    place = next((place for place in Place if place.value == name), None)
    if place is not None and address is not None:
        raise InvalidInput(f"{text!r}: {name} has no address of yours: leave one out", key=option)
    return End(
        place=place,
        network=None if place is not None else name or None,
        address=address,
        port=port,
        protocol=_protocol(protocol, option) if slash else None,
    )


def complete_end(end: End, *, address: str | None, port: int | None, option: str) -> End:
    """An end with an address and a port that were given besides.

    Raises:
        InvalidInput: it has one already, or the address is none.
    """
    for given, held in ((address, end.address), (port, end.port)):
        if given is not None and held is not None:
            raise InvalidInput(f"{held} and {given}: give one of the two", key=option)
    if address is not None and end.place is not None:
        raise InvalidInput(f"{end.place.value} and {address}: give one of the two", key=option)
    try:
        given_address = None if address is None else parse_address(address)
    except InvalidInput as error:
        raise InvalidInput(error.message, key=option) from error
    return replace(end, address=end.address or given_address, port=end.port or port)


def _words(text: str, option: str) -> list[str]:
    """What stands between colons, those in brackets aside."""
    before, bracket, behind = text.partition("[")
    if not bracket:
        return text.split(":")
    inner, closing, after = behind.partition("]")
    if (
        not closing
        or _address_or_none(inner) is None
        or (before and not before.endswith(":"))
        or (after and not after.startswith(":"))
    ):
        raise _no_end(text, option)
    return [*before.split(":")[:-1], inner, *after.split(":")[1:]]


def _no_end(text: str, option: str) -> InvalidInput:
    return InvalidInput(f"{text!r} is no end of a packet's way: write {_NOTATION}", key=option)


def _address_or_none(text: str) -> IPAddress | None:
    try:
        return parse_address(text)
    except InvalidInput:
        return None


def _port(text: str, option: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise InvalidInput(f"{text!r} is no port: write one of 1 to 65535", key=option)
    return int(text)


def _protocol(text: str, option: str) -> int:
    try:
        return parse_protocol(text)
    except InvalidInput as error:
        raise InvalidInput(error.message, key=option) from error


def parse_protocol(text: str) -> int:
    """A protocol by its name, in any case.

    Raises:
        InvalidInput: there is none of that name.
    """
    number = None if text.isdigit() else protocol_number(text)
    if not number:
        raise InvalidInput(f"unknown protocol {text!r}: write tcp, udp, sctp or icmp")
    return number


def parse_state(text: str) -> State:
    """A state of connection tracking, by the name that ``--ctstate`` has.

    Raises:
        InvalidInput: there is none of that name.
    """
    try:
        return State(text.upper())
    except ValueError:
        known = ", ".join(State)
        raise InvalidInput(f"unknown state {text!r}: one of {known}", key="--state") from None


def parse_icmp_type(text: str, version: IPVersion) -> tuple[int, int | None]:
    """An ICMP type with its code, or None for any: as ``--icmp-type`` of iptables takes it.

    Raises:
        InvalidInput: iptables would refuse it, or it names more than one type.
    """
    words = ["-p", "icmp", "--icmp-type", text]
    if version is IPVersion.V6:
        words = ["-p", "icmpv6", "--icmpv6-type", text]
    try:
        (match,) = parse(words, version=version, chain="FORWARD").matches
    except ParseError as error:
        raise InvalidInput(str(error), key="--icmp-type") from error
    if not isinstance(match, Icmp | Icmp6) or match.type is None:
        raise InvalidInput(f"{text!r} names no single type", key="--icmp-type")
    return match.type, match.code


def parse_mark(text: str) -> int:
    """A firewall mark, decimal or hexadecimal.

    Raises:
        InvalidInput: it is no number of 32 bits.
    """
    try:
        mark = int(text, 0)
    except ValueError:
        mark = -1
    if not 0 <= mark <= 0xFFFFFFFF:
        raise InvalidInput(f"{text!r} is no mark: write a number up to 0xffffffff", key="--mark")
    return mark
