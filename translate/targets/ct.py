"""``-j CT``: what connection tracking is to do with the packet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.statements import ct, number_from_json
from translate.numbers import parse_uint
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.names import check_names
from translate.values.texts import size_in_bytes

__all__ = ["Ct", "CtExtension"]

_EVENTS: Final = (
    "new",
    "related",
    "destroy",
    "reply",
    "assured",
    "protoinfo",
    "helper",
    "mark",
    "natseqinfo",
    "secmark",
)
_EXPECTATION_EVENTS: Final = ("new",)
_MAX_ZONE: Final = 0xFFFF
_NAME_BYTES: Final = MappingProxyType({"helper": 15, "timeout": 31})
_ZONE_KEYS: Final = MappingProxyType(
    {
        None: ct("zone"),
        "original": ct("zone", dir="original"),
        "reply": ct("zone", dir="reply"),
    }
)
_ZONES: Final = frozenset({"zone", "zone-orig", "zone-reply"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ct(Target):
    """What is asked of connection tracking.

    Args:
        notrack: ``--notrack``; the rest has no effect then.
        helper: ``--helper``, a helper's name of at most 15 bytes.
        timeout: ``--timeout``, a policy's name of at most 31 bytes.
        events: ``--ctevents`` in the kernel's order.
        expectation_events: ``--expevents``.
        zone: ``--zone``: a number, None for the packet's mark. 0 is the zone that all are in.
        zone_direction: ``original``, ``reply``, or None for both.
    """

    name: ClassVar[str] = "CT"
    notrack: bool = False
    helper: str | None = None
    timeout: str | None = None
    events: tuple[str, ...] = ()
    expectation_events: tuple[str, ...] = ()
    zone: int | None = 0
    zone_direction: str | None = None

    def __post_init__(self) -> None:
        for what, size in _NAME_BYTES.items():
            name: str | None = getattr(self, what)
            if name is not None and not 1 <= size_in_bytes(name) <= size:
                raise InvalidRule(f"CT {what} {name!r}: 1 to {size} bytes")
        check_names("CT events", self.events, _EVENTS)
        check_names("CT expectation events", self.expectation_events, _EXPECTATION_EVENTS)
        if self.zone is not None and not 0 <= self.zone <= _MAX_ZONE:
            raise InvalidRule(f"CT zone must be 0 to {_MAX_ZONE}, not {self.zone}")
        if self.zone_direction not in (None, "original", "reply"):
            raise InvalidRule(f"CT zone direction {self.zone_direction!r}: original or reply")
        if self.zone == 0 and self.zone_direction is not None:
            raise InvalidRule("CT zone 0 has no direction")


class CtExtension(TargetExtension[Ct]):
    """Translates ``-j CT``; iptables-translate knows ``--notrack`` only.

    ``-j CT`` without options attaches a template that changes nothing but keeps later CT rules from
    doing so; that is ``ct zone set 0``.
    """

    name = "CT"
    value = Ct
    tables = frozenset({"raw"})
    options = (
        Option(name="notrack", words=0),
        Option(name="helper"),
        Option(name="timeout"),
        Option(name="ctevents"),
        Option(name="expevents"),
        *(Option(name=name, excludes=_ZONES - {name}) for name in sorted(_ZONES)),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Ct:
        helper, timeout = given.get("helper"), given.get("timeout")
        for option in (helper, timeout):
            if option is not None and option.value and not _one_protocol(context):
                raise option.error("needs -p with the protocol that it is for")
        zone, direction = _parse_zone(given)
        return Ct(
            notrack="notrack" in given,
            helper=_parse_name(helper),
            timeout=_parse_name(timeout),
            events=_parse_events(given.get("ctevents"), _EVENTS),
            expectation_events=_parse_events(given.get("expevents"), _EXPECTATION_EVENTS),
            zone=zone,
            zone_direction=direction,
        )

    def format(self, value: Ct, context: ParseContext) -> Sequence[str]:
        del context
        words = ["--notrack"] if value.notrack else []
        if value.helper is not None:
            words += ["--helper", value.helper]
        if value.timeout is not None:
            words += ["--timeout", value.timeout]
        if value.events:
            words += ["--ctevents", ",".join(value.events)]
        if value.expectation_events:
            words += ["--expevents", ",".join(value.expectation_events)]
        if value.zone != 0:
            option = {None: "--zone", "original": "--zone-orig", "reply": "--zone-reply"}
            zone = "mark" if value.zone is None else str(value.zone)
            words += [option[value.zone_direction], zone]
        return words

    def to_nft(self, value: Ct, rule: Rule) -> list[Statement]:
        del rule
        if value == Ct(notrack=True):
            return [{"notrack": None}]
        for what, given in (
            ("--notrack with other options", value.notrack),
            ("--helper", value.helper),
            ("--timeout", value.timeout),
            ("--ctevents", value.events),
            ("--expevents", value.expectation_events),
        ):
            if given:
                raise Untranslatable(
                    f"-j CT {what}", "nft can ask this only of a connection that exists already"
                )
        if value.zone is None:
            raise Untranslatable("-j CT --zone mark", "nft 1.0.6 takes no mark for a zone")
        return [{"mangle": {"key": _ZONE_KEYS[value.zone_direction], "value": value.zone}}]

    def from_nft(self, cursor: Cursor) -> Ct | None:
        statement = cursor.peek() or {}
        if "notrack" in statement:
            cursor.take()
            return Ct(notrack=True)
        body = statement.get("mangle")
        if not isinstance(body, dict):
            return None
        zone = number_from_json(body.get("value"), maximum=_MAX_ZONE)
        if zone is None:
            return None
        for direction, key in _ZONE_KEYS.items():
            if body.get("key") == key and (zone or direction is None):
                cursor.take()
                return Ct(zone=zone, zone_direction=direction)
        return None


def _one_protocol(context: ParseContext) -> bool:
    return context.protocol is not None and not context.protocol.negated


def _parse_name(given: Given | None) -> str | None:
    return None if given is None or not given.value else given.value


def _parse_events(given: Given | None, known: Sequence[str]) -> tuple[str, ...]:
    if given is None:
        return ()
    names = given.value.split(",")
    for name in names:
        if name not in known:
            raise given.error(f"unknown event {name!r}: {', '.join(known)}")
    return tuple(name for name in known if name in names)


def _parse_zone(given: GivenOptions) -> tuple[int | None, str | None]:
    for key, direction in (("zone", None), ("zone-orig", "original"), ("zone-reply", "reply")):
        option = given.get(key)
        if option is None:
            continue
        if option.value.lower() == "mark":
            return None, direction
        zone = parse_uint(option.value, maximum=_MAX_ZONE)
        if zone is None:
            raise option.error(f"invalid zone {option.value!r}: a number up to 65535, or mark")
        return zone, direction if zone else None
    return 0, None
