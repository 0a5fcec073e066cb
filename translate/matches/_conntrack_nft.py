"""The nft side of ``-m conntrack``, in iptables-translate's order of statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from translate.exceptions import Untranslatable
from translate.nft.bits import bits_from_nft, bits_to_nft
from translate.nft.cursor import Cursor
from translate.nft.hosts import host_from_nft, host_to_nft
from translate.nft.statements import (
    MatchView,
    ct,
    match,
    meta,
    number_from_json,
    port_from_json,
    port_json,
    set_members,
    value_range,
)
from translate.protocols import nft_protocol, protocol_name
from translate.rule import Rule
from translate.types import Negatable, Statement
from translate.values.hosts import Host
from translate.values.intervals import Interval

__all__ = [
    "STATES",
    "STATUSES",
    "TUPLE_FIELDS",
    "TupleField",
    "conntrack_fields_from_nft",
    "conntrack_fields_to_nft",
    "read_states",
    "states_to_nft",
]

_TRACKING: Final = MappingProxyType(
    {
        "INVALID": "invalid",
        "NEW": "new",
        "RELATED": "related",
        "ESTABLISHED": "established",
        "UNTRACKED": "untracked",
    }
)
_NAT: Final = MappingProxyType({"SNAT": "snat", "DNAT": "dnat"})
STATES: Final = MappingProxyType({**_TRACKING, **_NAT})
_STATES: Final = frozenset(_TRACKING.values())
"""iptables' names for states, in the order in which iptables-save prints them; nft's for each."""
STATUSES: Final = MappingProxyType(
    {
        "EXPECTED": "expected",
        "SEEN_REPLY": "seen-reply",
        "ASSURED": "assured",
        "CONFIRMED": "confirmed",
    }
)
"""The same for status bits."""


class TupleField(NamedTuple):
    """One address or port of a connection: its option, its place in the value, nft's words."""

    option: str
    attribute: str
    direction: str
    key: str

    @property
    def is_port(self) -> bool:
        """Whether it is a port."""
        return self.option.endswith("port")

    @property
    def left(self) -> dict[str, Any]:
        """``ct DIRECTION KEY``."""
        return ct(self.key, dir=self.direction)


TUPLE_FIELDS: Final = (
    TupleField("ctorigsrc", "original_source", "original", "saddr"),
    TupleField("ctorigdst", "original_destination", "original", "daddr"),
    TupleField("ctreplsrc", "reply_source", "reply", "saddr"),
    TupleField("ctrepldst", "reply_destination", "reply", "daddr"),
    TupleField("ctorigsrcport", "original_source_ports", "original", "proto-src"),
    TupleField("ctorigdstport", "original_destination_ports", "original", "proto-dst"),
    TupleField("ctreplsrcport", "reply_source_ports", "reply", "proto-src"),
    TupleField("ctrepldstport", "reply_destination_ports", "reply", "proto-dst"),
)

_PORT_PROTOCOLS: Final = frozenset({1, 2, 6, 17, 33, 50, 51, 58, 108, 132, 136})
"""The protocols whose headers nft knows: it reads a connection's ports only after one of them."""
_ANY_EXPIRATION: Final = 0xFFFFFFFF
_LAST_SECOND: Final = 4294966
"""The kernel counts in 32 bits of milliseconds."""


def conntrack_fields_to_nft(
    fields: Mapping[str, Any], rule: Rule, later: Sequence[str]
) -> list[Statement]:
    """The statements for a value's fields.

    Args:
        fields: the attributes of a `Conntrack`.
        rule: its rule.
        later: the names of the rule's matches from it on.

    Raises:
        Untranslatable: nft cannot say one of them.
    """
    statements = _port_dependency(fields, rule, later)
    if fields["direction"] is not None:
        statements.append(match(ct("direction"), fields["direction"].lower()))
    protocol: Negatable[int] | None = fields["protocol"]
    if protocol is not None:
        statements.append(match(ct("protocol"), protocol.value, negated=protocol.negated))
    if fields["state"] is not None:
        statements += states_to_nft(fields["state"])
    status: Negatable[tuple[str, ...]] | None = fields["status"]
    if status is not None:
        statements.append(_status_to_nft(status))
    if fields["expiration"] is not None:
        statements.append(_expiration_to_nft(fields["expiration"]))
    for field in TUPLE_FIELDS:
        test = fields[field.attribute]
        if test is not None:
            to_nft = _ports_to_nft if field.is_port else host_to_nft
            statements.append(to_nft(field.left, test))
    return statements


def conntrack_fields_from_nft(cursor: Cursor) -> dict[str, Any]:
    """The fields that the statements at the cursor test, which it steps past."""
    fields: dict[str, Any] = {}
    if not _is_about_connections(cursor.match()):
        return fields
    readers: tuple[tuple[str, Callable[[Cursor], Any]], ...] = (
        ("direction", _direction),
        ("protocol", _protocol),
        ("state", _states),
        ("status", _status),
        ("expiration", _expiration),
    )
    for name, reader in readers:
        value = reader(cursor)
        if value is not None:
            fields[name] = value
    for field in TUPLE_FIELDS:
        value = _ports(cursor, field) if field.is_port else _host(cursor, field)
        if value is not None:
            fields[field.attribute] = value
    return fields


def _is_about_connections(view: MatchView | None) -> bool:
    left = None if view is None else view.left
    if isinstance(left, dict) and isinstance(left.get("&"), list):
        left = next(iter(left["&"]), None)
    return isinstance(left, dict) and "ct" in left


# -- direction and protocol -----------------------------------------------------------------------


def _direction(cursor: Cursor) -> str | None:
    view = cursor.match_on(ct("direction"))
    if view is None or view.op != "==" or view.right not in ("original", "reply"):
        return None
    cursor.take()
    return str(view.right).upper()


def _protocol(cursor: Cursor) -> Negatable[int] | None:
    lefts = (ct("protocol"), ct("protocol", dir="original"), ct("protocol", dir="reply"))
    view = cursor.match_on(*lefts)
    if view is None or not view.is_equality:
        return None
    number = nft_protocol(view.right)
    if number is None:
        return None
    cursor.take()
    return Negatable(number, view.negated)


def _port_dependency(
    fields: Mapping[str, Any], rule: Rule, later: Sequence[str]
) -> list[Statement]:
    """What nft must know of the protocol before it reads ports."""
    if not any(fields[field.attribute] for field in TUPLE_FIELDS if field.is_port):
        return []
    own: Negatable[int] | None = fields["protocol"]
    if own is not None and not own.negated and own.value in _PORT_PROTOCOLS:
        return []
    if rule.protocol is None or rule.protocol.negated or rule.protocol.value not in _PORT_PROTOCOLS:
        raise Untranslatable(
            "a port of -m conntrack",
            "nft reads a connection's ports only where -p or --ctproto names a protocol that it "
            "knows",
        )
    name = protocol_name(rule.protocol.value)
    # The protocol's own match stands for -p, but comes too late.
    too_late = name in later and not rule.has_side_effects_before(name)
    return [match(meta("l4proto"), rule.protocol.value)] if too_late else []


# -- states and status bits -----------------------------------------------------------------------


def states_to_nft(state: Negatable[tuple[str, ...]]) -> list[Statement]:
    """The statements for ``--ctstate``.

    Raises:
        Untranslatable: it asks for a state or a kind of NAT.
    """
    names, negated = state.value, state.negated
    states = [_TRACKING[name] for name in names if name in _TRACKING]
    nat = [_NAT[name] for name in names if name in _NAT]
    if states and nat and not negated:
        raise Untranslatable(
            f"--ctstate {','.join(names)}",
            "nft tests state and NAT status apart, and one rule cannot ask for either",
        )
    statements = []
    if states:
        statements.append(bits_to_nft(ct("state"), states, negated=negated))
    if nat:
        statements.append(bits_to_nft(ct("status"), nat, negated=negated))
    return statements


def read_states(cursor: Cursor) -> Negatable[tuple[str, ...]] | None:
    """The states that a ``ct state`` statement tests, which the cursor steps past."""
    view = cursor.match_on(ct("state"))
    bits = bits_from_nft(view, known=_STATES) or _whole_states(view)
    if bits is None:
        return None
    cursor.take()
    names = tuple(name for name, word in _TRACKING.items() if word in bits.value)
    return Negatable(names, bits.negated)


def _whole_states(view: MatchView | None) -> Negatable[tuple[str, ...]] | None:
    """What ``ct state { new, established }`` says: a packet has one state, which is in the set.

    nfcore never writes it, but people do.
    """
    if view is None or not view.is_equality:
        return None
    members = set_members(view.right) or [view.right]
    if not all(isinstance(name, str) and name in _STATES for name in members):
        return None
    return Negatable(tuple(members), view.negated)


def _states(cursor: Cursor) -> Negatable[tuple[str, ...]] | None:
    states = read_states(cursor)
    bits = bits_from_nft(cursor.match_on(ct("status")), known=frozenset(_NAT.values()))
    if bits is None or (states is not None and not (states.negated and bits.negated)):
        return states
    cursor.take()
    nat = tuple(name for name, word in _NAT.items() if word in bits.value)
    return Negatable((*(states.value if states else ()), *nat), bits.negated)


def _status_to_nft(status: Negatable[tuple[str, ...]]) -> Statement:
    names = [STATUSES[name] for name in status.value]
    if names:
        return bits_to_nft(ct("status"), names, negated=status.negated)
    return match(ct("status"), 0, op="!" if status.negated else "in")


def _status(cursor: Cursor) -> Negatable[tuple[str, ...]] | None:
    view = cursor.match_on(ct("status"))
    if view is None:
        return None
    if view.op in {"in", "!"} and view.right == 0 and not isinstance(view.right, bool):
        cursor.take()
        return Negatable((), view.op == "!")
    bits = bits_from_nft(view, known=frozenset(STATUSES.values()))
    if bits is None:
        return None
    cursor.take()
    names = tuple(name for name, word in STATUSES.items() if word in bits.value)
    return Negatable(names, bits.negated)


# -- expiration -----------------------------------------------------------------------------------


def _expiration_to_nft(test: Negatable[Interval]) -> Statement:
    """Whole seconds for iptables, milliseconds for nft: up to the end of the last second."""
    first, last = test.value.first, test.value.last
    if first > _LAST_SECOND or _LAST_SECOND < last < _ANY_EXPIRATION:
        raise Untranslatable(
            f"--ctexpire {test.value.text(':')}",
            f"nft counts up to {_LAST_SECOND} seconds",
        )
    if last == _ANY_EXPIRATION:
        return match(ct("expiration"), first, op="<" if test.negated else ">=")
    return match(ct("expiration"), value_range(first, f"{last}s999ms"), negated=test.negated)


def _expiration(cursor: Cursor) -> Negatable[Interval] | None:
    view = cursor.match_on(ct("expiration"))
    if view is None:
        return None
    if view.op in {"<", ">="}:
        first: Any = view.right
        last: Any = _ANY_EXPIRATION
    else:
        ends = view.right.get("range") if isinstance(view.right, dict) else None
        if not view.is_equality or not isinstance(ends, list) or len(ends) != 2:
            return None
        first, last = ends
        if isinstance(last, str) and last.endswith("s999ms") and last[:-6].isdecimal():
            last = int(last[:-6])
    first, last = number_from_json(first), number_from_json(last)
    if first is None or last is None or first > last:
        return None
    cursor.take()
    return Negatable(Interval(first, last), view.op in {"<", "!="})


# -- ports ----------------------------------------------------------------------------------------


def _ports_to_nft(left: dict[str, Any], test: Negatable[Any]) -> Statement:
    return match(left, port_json(test.value), negated=test.negated)


def _ports(cursor: Cursor, field: TupleField) -> Negatable[Any] | None:
    view = cursor.match_on(field.left)
    if view is None or not view.is_equality:
        return None
    ports = port_from_json(view.right)
    if ports is None:
        return None
    cursor.take()
    return Negatable(ports, view.negated)


# -- addresses ------------------------------------------------------------------------------------


def _host(cursor: Cursor, field: TupleField) -> Negatable[Host] | None:
    # libnftables lists the key with or without the address family, as it was written.
    keys = (field.key, f"{cursor.version.family} {field.key}")
    lefts = [ct(key, dir=field.direction) for key in keys]
    host = host_from_nft(cursor.match(), lefts, cursor.version)
    if host is not None:
        cursor.take()
    return host
