"""Hashlimit as nft's meter: a set with a limit in each element."""

from __future__ import annotations

import re
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

__all__ = ["read_meter", "write_meter"]

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
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
    if not _NAME.fullmatch(value.table_name):
        raise Untranslatable(
            f"--hashlimit-name {value.table_name!r}", "nft's names have no such characters"
        )
    parts = [_part(mode, value, rule) for mode in _KEY_ORDER if mode in value.modes]
    key: Any = _ONE_FOR_ALL
    if parts:
        key = parts[0] if len(parts) == 1 else {"concat": parts}
    if value.expire != _NO_TIMEOUT:
        if value.expire % 1000:
            raise Untranslatable(
                f"--hashlimit-htable-expire {value.expire}", "nft's JSON takes whole seconds"
            )
        key = {"elem": {"val": key, "timeout": value.expire // 1000}}
    limit = _limit(value)
    return {"meter": {"name": value.table_name, "key": key, "stmt": {"limit": limit}}}


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


def _limit(value: Hashlimit) -> dict[str, Any]:
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
    return {**limit, "inv": True} if value.above else limit


def read_meter(cursor: Cursor) -> dict[str, Any] | None:
    """The fields of the value that a meter at the cursor stands for, or None."""
    body = (cursor.peek() or {}).get("meter")
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        return None
    statement = body.get("stmt")
    limit = statement.get("limit") if isinstance(statement, dict) else None
    if not isinstance(limit, dict):
        return None
    key, expire = body.get("key"), _NO_TIMEOUT
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
    return {"table_name": body["name"], "above": above, "rate": rate, "expire": expire, **fields}


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
