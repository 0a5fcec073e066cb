"""Hashlimit as an nft set with a limit in each element: a meter of one rule's, or a named set."""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.matches._hashlimit_rates import (
    BYTE_UNITS,
    MODES,
    BytesRate,
    PacketsRate,
    burst_in_units,
    bytes_rate,
    rate_in_units,
)
from translate.nft.cursor import Cursor
from translate.nft.masked_fields import masked_field, read_masked_field
from translate.nft.statements import meta, number_from_json, payload
from translate.protocols import DCCP, SCTP, TCP, UDP, UDPLITE, nft_protocol, protocol_name
from translate.rule import Rule
from translate.types import IPVersion, Statement
from translate.values.packet_rates import RATE_UNITS

if TYPE_CHECKING:
    from translate.matches.hashlimit import Hashlimit

__all__ = ["declare_set", "read_meter", "write_meter", "write_set"]

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_SET_NAME: Final = "hashlimit_"
_NAME_BYTES: Final = 255
_SETS: Final = re.compile(f"@{_SET_NAME}(?P<name>.+)_[0-9a-f]{{8}}")
_PORT_PROTOCOLS: Final = (TCP, UDP, UDPLITE, SCTP, DCCP)
_ANY_PROTOCOL: Final = "th"
_KEY_ORDER: Final = ("dstip", "dstport", "srcip", "srcport")
_FIELDS: Final = {"dstip": "daddr", "dstport": "dport", "srcip": "saddr", "srcport": "sport"}
_ONE_FOR_ALL: Final = meta("protocol")
"""Where no mode is given: a key that all packets of the table's family have in common."""
_NO_TIMEOUT: Final = 1000
"""iptables-translate leaves out this one, in milliseconds."""


def write_meter(value: Hashlimit, rule: Rule) -> Statement:
    """The statement, as iptables-translate has it but for its mistakes with ports.

    Raises:
        Untranslatable: nft cannot keep the name, the time or the ports.
    """
    key, limit = _key(value, rule), _limit(value)
    return {"meter": {"name": value.table_name, "key": key, "stmt": limit}}


def write_set(value: Hashlimit, rule: Rule) -> Statement:
    """The same with a set that all rules of the name, the rate and the modes have in common.

    Raises:
        Untranslatable: nft cannot keep the name, the time or the ports.
    """
    key, limit = _key(value, rule), _limit(value)
    name = _set_name(value.table_name, key, limit)
    return {"set": {"op": "update", "elem": key, "set": f"@{name}", "stmt": [limit]}}


def declare_set(value: Hashlimit, rule: Rule) -> Statement:
    """The set that `write_set`'s statement needs."""
    key, limit = _key(value, rule), _limit(value)
    types = [_type(mode, rule) for mode in _KEY_ORDER if mode in value.modes] or ["ether_type"]
    body: Statement = {
        "family": rule.version.family,
        "table": rule.table,
        "name": _set_name(value.table_name, key, limit),
        "type": types[0] if len(types) == 1 else types,
    }
    if value.expire != _NO_TIMEOUT:
        body["flags"] = ["timeout"]
    return {"set": body}


def _set_name(table_name: str, key: Any, limit: Statement) -> str:
    """A set's elements keep the limit that they were made with, so each limit has its own set."""
    digest = zlib.crc32(json.dumps([key, limit], sort_keys=True).encode())
    name = f"{_SET_NAME}{table_name}_{digest:08x}"
    if len(name) > _NAME_BYTES:
        raise Untranslatable(
            f"--hashlimit-name of {len(table_name)} bytes",
            f"a set's name holds {_NAME_BYTES} bytes, {name[:20]}… among them",
        )
    return name


def _type(mode: str, rule: Rule) -> str:
    return "inet_service" if mode.endswith("port") else f"ipv{rule.version.value}_addr"


def _key(value: Hashlimit, rule: Rule) -> Any:
    if not _NAME.fullmatch(value.table_name):
        raise Untranslatable(
            f"--hashlimit-name {value.table_name!r}", "nft's names have no such characters"
        )
    parts = [_part(mode, value, rule) for mode in _KEY_ORDER if mode in value.modes]
    key: Any = _ONE_FOR_ALL
    if parts:
        key = parts[0] if len(parts) == 1 else {"concat": parts}
    if value.expire == _NO_TIMEOUT:
        return key
    if value.expire % 1000:
        raise Untranslatable(
            f"--hashlimit-htable-expire {value.expire}", "nft's JSON takes whole seconds"
        )
    return {"elem": {"val": key, "timeout": value.expire // 1000}}


def _part(mode: str, value: Hashlimit, rule: Rule) -> Any:
    if mode.endswith("port"):
        return payload(_port_header(rule), _FIELDS[mode])
    length = value.source_length if mode == "srcip" else value.destination_length
    return masked_field(_FIELDS[mode], length, rule.version)


def _port_header(rule: Rule) -> str:
    protocol = rule.protocol
    if protocol is None or protocol.negated:
        return _ANY_PROTOCOL
    if protocol.value not in _PORT_PROTOCOLS:
        raise Untranslatable(
            f"--hashlimit-mode with ports and -p {protocol_name(protocol.value)}",
            "packets of this protocol have none",
        )
    return protocol_name(protocol.value)


def _limit(value: Hashlimit) -> Statement:
    rate = value.rate
    if isinstance(rate, PacketsRate):
        limit: dict[str, Any] = {"rate": rate.count, "per": rate.unit, "burst": rate.burst}
    else:
        if not rate.bytes:
            raise Untranslatable("a rate of no bytes", "nft does not take it")
        count, unit = rate_in_units(rate)
        limit = {"rate": count, "rate_unit": unit, "per": "second"}
        if rate.burst:
            limit["burst"], limit["burst_unit"] = burst_in_units(rate)
    return {"limit": {**limit, "inv": True} if value.above else limit}


def read_meter(cursor: Cursor) -> dict[str, Any] | None:
    """The fields of the value that a meter or set at the cursor stands for, or None."""
    counted = _counted_in_meter(cursor.peek() or {}) or _counted_in_set(cursor.peek() or {})
    if counted is None:
        return None
    name, key, limit = counted
    expire = _NO_TIMEOUT
    if isinstance(key, dict) and isinstance(key.get("elem"), dict):
        seconds = number_from_json(key["elem"].get("timeout"))
        if not seconds or set(key["elem"]) != {"val", "timeout"}:
            return None
        key, expire = key["elem"]["val"], 1000 * seconds
    try:
        fields = _read_key(key, cursor)
        rate = _read_limit(limit)
    except InvalidRule:
        return None
    if fields is None or rate is None:
        return None
    above = bool(limit.get("inv", False))
    return {"table_name": name, "above": above, "rate": rate, "expire": expire, **fields}


def _counted_in_meter(statement: Statement) -> tuple[str, Any, dict[str, Any]] | None:
    """The name, the key and the limit."""
    body = statement.get("meter")
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        return None
    counted = body.get("stmt")
    limit = counted.get("limit") if isinstance(counted, dict) else None
    return (body["name"], body.get("key"), limit) if isinstance(limit, dict) else None


def _counted_in_set(statement: Statement) -> tuple[str, Any, dict[str, Any]] | None:
    body = statement.get("set")
    if not isinstance(body, dict) or body.get("op") != "update":
        return None
    found = _SETS.fullmatch(str(body.get("set")))
    counted = body.get("stmt")
    if found is None or not isinstance(counted, list) or len(counted) != 1:
        return None
    limit = counted[0].get("limit") if isinstance(counted[0], dict) else None
    return (found["name"], body.get("elem"), limit) if isinstance(limit, dict) else None


def _read_key(key: Any, cursor: Cursor) -> dict[str, Any] | None:
    version = cursor.version
    lengths: dict[str, int] = {"srcip": version.bits, "dstip": version.bits}
    headers: set[str] = set()
    modes: list[str] = []
    for part in [] if key == _ONE_FOR_ALL else _parts(key):
        mode = _read_part(part, version, lengths, headers)
        if mode is None:
            return None
        modes.append(mode)
    if modes != [mode for mode in _KEY_ORDER if mode in modes] or len(headers) > 1:
        return None
    for header in headers - {_ANY_PROTOCOL}:
        number = nft_protocol(header)
        if number is None or not cursor.may_imply(number):
            return None
        cursor.imply(number)
    return {
        "modes": tuple(mode for mode in MODES if mode in modes),
        "source_length": lengths["srcip"],
        "destination_length": lengths["dstip"],
    }


def _parts(key: Any) -> list[Any]:
    if isinstance(key, dict) and isinstance(key.get("concat"), list):
        return list(key["concat"])
    return [key]


def _read_part(
    part: Any, version: IPVersion, lengths: dict[str, int], headers: set[str]
) -> str | None:
    masked = read_masked_field(part, version)
    if masked is not None:
        mode = next(mode for mode, name in _FIELDS.items() if name == masked.name)
        if masked.length is None:
            return None
        lengths[mode] = masked.length
        return mode
    field = part.get("payload") if isinstance(part, dict) else None
    if not isinstance(field, dict) or set(field) != {"protocol", "field"}:
        return None
    headers.add(str(field["protocol"]))
    return next((m for m in ("srcport", "dstport") if _FIELDS[m] == field["field"]), None)


def _read_limit(limit: dict[str, Any]) -> PacketsRate | BytesRate | None:
    if not set(limit) <= {"rate", "per", "burst", "inv", "rate_unit", "burst_unit"}:
        return None
    words = [
        limit.get(key, default)
        for key, default in (("per", "second"), ("rate_unit", "packets"), ("burst_unit", "bytes"))
    ]
    if not all(isinstance(word, str) for word in words):
        return None
    unit, rate_unit, burst_unit = words
    count = number_from_json(limit.get("rate"), maximum=1 << 40)
    if not count or unit not in RATE_UNITS:
        return None
    if rate_unit not in BYTE_UNITS:
        burst = number_from_json(limit.get("burst", PacketsRate.DEFAULT_BURST))
        if rate_unit != "packets" or burst is None:
            return None
        return PacketsRate(count=count, unit=unit, burst=burst)
    burst = number_from_json(limit.get("burst", 0))
    if unit != "second" or burst is None or burst_unit not in BYTE_UNITS:
        return None
    read = count * BYTE_UNITS[rate_unit], burst * BYTE_UNITS[burst_unit]
    rate = bytes_rate(*read)
    written = rate_in_units(rate), burst_in_units(rate) if rate.burst else (0, "bytes")
    same = read == tuple(number * BYTE_UNITS[of] for number, of in written)
    return rate if same else None
