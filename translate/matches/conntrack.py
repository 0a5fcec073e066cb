"""``-m conntrack``: what connection tracking knows of the packet's flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.matches._conntrack_nft import (
    STATES,
    STATUSES,
    TUPLE_FIELDS,
    conntrack_fields_from_nft,
    conntrack_fields_to_nft,
)
from translate.nft.cursor import Cursor
from translate.ports import parse_port_range
from translate.protocols import protocol_in_option
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, PortRange, Statement
from translate.values.hosts import Host, read_host
from translate.values.intervals import Interval, read_interval
from translate.values.names import check_names, read_names

__all__ = ["Conntrack", "ConntrackExtension"]

_DIRECTIONS: Final = ("ORIGINAL", "REPLY")
_NONE: Final = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conntrack(Match):
    """The tests of ``-m conntrack``.

    Args:
        state: ``--ctstate``, in the order in which iptables-save prints them.
        protocol: ``--ctproto`` by number.
        original_source: ``--ctorigsrc``; the three after it are ``--ctorigdst``, ``--ctreplsrc``
            and ``--ctrepldst``.
        original_source_ports: ``--ctorigsrcport``; the three after it likewise.
        status: ``--ctstatus``, in iptables-save's order; empty for ``NONE``.
        expiration: ``--ctexpire``, the seconds that the connection still has.
        direction: ``--ctdir``, ORIGINAL or REPLY.
    """

    name: ClassVar[str] = "conntrack"
    state: Negatable[tuple[str, ...]] | None = None
    protocol: Negatable[int] | None = None
    original_source: Negatable[Host] | None = None
    original_destination: Negatable[Host] | None = None
    reply_source: Negatable[Host] | None = None
    reply_destination: Negatable[Host] | None = None
    original_source_ports: Negatable[PortRange] | None = None
    original_destination_ports: Negatable[PortRange] | None = None
    reply_source_ports: Negatable[PortRange] | None = None
    reply_destination_ports: Negatable[PortRange] | None = None
    status: Negatable[tuple[str, ...]] | None = None
    expiration: Negatable[Interval] | None = None
    direction: str | None = None

    def __post_init__(self) -> None:
        if self.state is not None:
            check_names("conntrack state", self.state.value, STATES)
            if not self.state.value:
                raise InvalidRule("conntrack state: at least one is needed")
        if self.status is not None:
            check_names("conntrack status", self.status.value, STATUSES)
        if self.protocol is not None and not 0 <= self.protocol.value <= 255:
            raise InvalidRule(f"conntrack protocol must be 0 to 255, not {self.protocol.value}")
        if self.direction is not None and self.direction not in _DIRECTIONS:
            raise InvalidRule(f"conntrack direction must be ORIGINAL or REPLY: {self.direction!r}")


class ConntrackExtension(MatchExtension[Conntrack]):
    """Translates ``-m conntrack``."""

    name = "conntrack"
    value = Conntrack
    options = (
        Option(name="ctstate", negatable=True),
        Option(name="ctproto", negatable=True),
        *(Option(name=field.option, negatable=True) for field in TUPLE_FIELDS),
        Option(name="ctstatus", negatable=True),
        Option(name="ctexpire", negatable=True),
        Option(name="ctdir"),
    )
    caveats = (
        "packets without a connection (INVALID, UNTRACKED): iptables asks for the state alone and "
        "passes over the other options, and takes '! --ctstate SNAT' or DNAT as true; nft's other "
        "tests never hold for them",
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Conntrack:
        if not given:
            raise given.error("at least one option must be given")
        fields: dict[str, Any] = {}
        for option in given:
            field, value = _read(option, context.version)
            fields[field] = value
        return Conntrack(**fields)

    def format(self, value: Conntrack, context: ParseContext) -> Sequence[str]:
        del context
        texts: list[tuple[str, Negatable[Any] | None, Callable[[Any], str]]] = [
            ("ctstate", value.state, ",".join),
            ("ctproto", value.protocol, str),
            *((field.option, getattr(value, field.attribute), str) for field in TUPLE_FIELDS),
            ("ctstatus", value.status, lambda names: ",".join(names) or _NONE),
            ("ctexpire", value.expiration, lambda seconds: seconds.text(":")),
        ]
        words: list[str] = []
        for option, test, text in texts:
            if test is not None:
                words += [*test.bang, f"--{option}", text(test.value)]
        if value.direction is not None:
            words += ["--ctdir", value.direction]
        return words

    def to_nft(self, value: Conntrack, rule: Rule) -> list[Statement]:
        fields = {name: getattr(value, name) for name in value.__slots__}
        later = [match.name for match in rule.matches[_index(rule, value) :]]
        return conntrack_fields_to_nft(fields, rule, later)

    def from_nft(self, cursor: Cursor) -> Conntrack | None:
        fields = conntrack_fields_from_nft(cursor)
        return Conntrack(**fields) if fields else None


def _index(rule: Rule, value: Conntrack) -> int:
    return next((i for i, match in enumerate(rule.matches) if match is value), 0)


def _read(given: Given, version: IPVersion) -> tuple[str, Any]:
    """The field that an option sets, and its value."""
    value: Any
    match given.option.name:
        case "ctdir":
            if given.value.upper() not in _DIRECTIONS:
                raise given.error(f"unknown direction {given.value!r}: ORIGINAL or REPLY")
            return "direction", given.value.upper()
        case "ctstate":
            field, value = "state", read_names(given, tuple(STATES))
        case "ctstatus":
            names = read_names(given, (*STATUSES, _NONE))
            field, value = "status", tuple(name for name in names if name != _NONE)
        case "ctproto":
            field, value = "protocol", _protocol(given)
        case "ctexpire":
            field, value = "expiration", read_interval(given)
        case name:
            tuple_field = next(f for f in TUPLE_FIELDS if f.option == name)
            field = tuple_field.attribute
            value = (
                parse_port_range(given, None) if tuple_field.is_port else read_host(given, version)
            )
    return field, Negatable(value, given.negated)


def _protocol(given: Given) -> int:
    number = protocol_in_option(given.value)
    if number is None:
        raise given.error(f"unknown protocol {given.value!r}: a name or a number from 0 to 255")
    return number
